import type { Message } from "../../transforms/message";

/** So many are remembered; about 10 MB. */
const MOST = 100_000;

/**
 * Ids of messages that are written, but whose acknowledgement was not taken: while a key is away for longer than BigQuery remembers an insert
 * id, their rows would be written twice. Of very many the last are remembered.
 */
export class OwedIds {
  private readonly ids = new Set<string>();

  constructor(private readonly most = MOST) {}

  add(messages: readonly Pick<Message, "messageId">[]): void {
    for (const { messageId } of messages) this.ids.add(messageId);
    for (const oldest of this.ids) {
      if (this.ids.size <= this.most) break;
      this.ids.delete(oldest);
    }
  }

  /** Those of `messages` that are owed; they are no longer. */
  takeFrom<T extends Pick<Message, "messageId">>(messages: readonly T[]): T[] {
    // No id is read where none is owed, which is always but after trouble.
    if (this.ids.size === 0) return [];
    return messages.filter(({ messageId }) => this.ids.delete(messageId));
  }
}

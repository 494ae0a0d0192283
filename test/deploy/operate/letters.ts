/** Dead letters of generated people, and stand-ins of what keeps and takes them. */
import type { Letter } from "../../../deploy/operate/letter";
import { letterOf } from "../../../deploy/operate/letter";
import type { Publication, Publisher } from "../../../deploy/operate/publish";
import type { Store } from "../../../deploy/operate/store";
import { OperateError } from "../../../deploy/operate/trouble";
import { toDeadLetter } from "../../../transforms/dead-letter";
import type { Message } from "../../../transforms/message";
import { Refusal, type RefusalReason } from "../../../transforms/refusal";

export const message = (id: string, text: string, more: Partial<Message> = {}): Message => ({
  data: Buffer.from(text),
  attributes: {},
  messageId: id,
  publishTime: "2024-02-29T12:00:00Z",
  orderingKey: "",
  ...more,
});

/** The dead letter that the pipeline makes of a message. */
export function letter(original: Message, reason: RefusalReason = "unknown_column", column = "", place = "1"): Letter {
  const made = toDeadLetter(original, new Refusal(reason, column), "parseRow", "cc_account_info");
  return letterOf(made, place);
}

/** What the dead-letter subscription has; survives every crash. */
export class Backlog {
  constructor(readonly letters: Letter[]) {}

  store(settles: () => boolean = () => true): Store {
    return {
      name: "backlog",
      take: async (most) => ({ letters: this.letters.slice(0, most), more: this.letters.length > most }),
      hold: async () => {},
      settle: async (done) => {
        const failed = done.filter(() => !settles());
        for (const one of done) if (!failed.includes(one)) this.letters.splice(this.letters.indexOf(one), 1);
        return failed;
      },
      close: async () => {},
    };
  }
}

export class Crash extends Error {}

/** How one publication ends: `lost`, it arrived and nobody was told. */
export type Fate = "published" | "failed" | "unclear" | "lost" | "crash before" | "crash after";

export class Topic {
  readonly arrived: string[] = [];

  publisher(fate: () => Fate, most = 3): Publisher {
    return {
      name: "topic",
      most,
      publish: async (_, ids): Promise<Publication> => {
        const how = fate();
        if (how === "crash before") throw new Crash();
        if (how !== "failed" && how !== "unclear") this.arrived.push(...ids);
        if (how === "crash after") throw new Crash();
        if (how === "published") return { kind: "published", messageIds: ids.map((id) => `new-${id}`) };
        const error = new OperateError("NO_ANSWER", "no answer");
        return { kind: how === "failed" ? "failed" : "unclear", error };
      },
      close: async () => {},
    };
  }
}

/** Messages on their way, by id: when each was sent, and when its row was taken. Holds no more than are on their way. */

type Times = Map<string, number>;

export class Delays {
  private readonly sent: Times = new Map();
  /** A row may be there before Pub/Sub has answered the publisher. */
  private readonly early: Times = new Map();
  private taken: number[] = [];
  published = 0;
  /** Rows, and dead letters, of different ids. */
  rows = 0;
  letters = 0;

  /** `at`: milliseconds, when the request was sent. */
  onPublished(ids: readonly string[], at: number): void {
    this.published += ids.length;
    for (const id of ids) {
      const arrived = this.early.get(id);
      if (arrived === undefined) this.sent.set(id, at);
      else {
        this.early.delete(id);
        this.taken.push(arrived - at);
      }
    }
  }

  /** The ids of rows that the table has taken. */
  onRows(ids: readonly string[], at: number): void {
    this.rows += ids.length;
    for (const id of ids) {
      const sent = this.sent.get(id);
      if (sent === undefined) this.early.set(id, at);
      else {
        this.sent.delete(id);
        this.taken.push(at - sent);
      }
    }
  }

  /** They are pulled once in a while: of them no delay is known. */
  onLetters(ids: readonly string[]): void {
    for (const id of ids) if (this.sent.delete(id)) this.letters += 1;
  }

  /** Published, and neither row nor dead letter. */
  get waiting(): number {
    return this.sent.size;
  }

  /** Rows of ids that nobody published, or that came twice: 0 where all is well and the publisher has been answered. */
  get unknown(): number {
    return this.early.size;
  }

  /** Milliseconds of each row taken since this was last asked. */
  take(): number[] {
    const { taken } = this;
    this.taken = [];
    return taken;
  }
}

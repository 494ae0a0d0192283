/** What the gate lets through, and what it does not, in order. */
import type { DataConsumer } from "../../../deploy/drill/times";

export type { DataConsumer } from "../../../deploy/drill/times";

export interface Access {
  /** Milliseconds of this machine's clock. */
  readonly at: number;
  readonly consumer: DataConsumer;
  /** The status that it was refused with; undefined where it was let through. */
  readonly refused?: string;
}

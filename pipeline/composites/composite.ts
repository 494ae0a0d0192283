import type { Endpoints } from "../ends";
import type { RowSettings } from "../steps";

/** Google's names of where messages come from and where rows and dead letters go. */
export interface Places {
  readonly source:
    | { readonly kind: "subscription"; readonly subscription: string }
    | { readonly kind: "topic"; readonly topic: string };
  readonly table: { readonly project: string; readonly dataset: string; readonly table: string };
  readonly deadLetterTopic: string;
}

/**
 * Who reads Pub/Sub: the `service` itself, as only Dataflow does, which has a primitive for it; or a Python worker that pulls, on any
 * other runner.
 */
export type ReadBy = "service" | "pull";

/** What an end of the graph is made of. */
export interface Context {
  readonly places: Places;
  readonly settings: RowSettings;
  readonly readBy: ReadBy;
  /** HOST:PORT of each language's expansion service, where it runs. */
  readonly expansion: { readonly python?: string | undefined; readonly java?: string | undefined };
  readonly storageWrite?: StorageWrite | undefined;
}

/** What Java's Storage Write is told beside the guarantee. */
export interface StorageWrite {
  /** How many streams, and after how many seconds rows are committed: of exactly once only. Beam's own choice where they are not given. */
  readonly streams?: number | undefined;
  readonly seconds?: number | undefined;
  readonly kmsKey?: string | undefined;
}

/** One file a method. Names are the graph's interface: a running job is updated in place by them. */
export type ReadMessages = (context: Context) => Endpoints["readMessages"];
export type WriteRows = (context: Context) => Endpoints["writeRows"];
export type WriteDeadLetters = (context: Context) => Endpoints["writeDeadLetters"];

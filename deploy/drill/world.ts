/** What a drill is told, and what it does with the world. */
import type { Main, World } from "../command-line";
import type { Generate } from "./generator";

export interface DrillOptions {
  /** Messages in all, half of them before the key is taken. */
  readonly messages: number;
  /** A second. */
  readonly rate: number;
  /** Seconds for which everything runs before the key is taken. */
  readonly before: number;
  /** Seconds for a consumer to be refused, and to work again. */
  readonly within: number;
  /** Seconds for what waits to be drained. */
  readonly drain: number;
  /** Starts the job; undefined where one runs, and another is started by hand. */
  readonly job?: string;
  readonly folder: string;
}

export interface DrillWorld extends World {
  readonly now?: () => number;
  readonly generate: Generate;
  /** deploy/off-switch.ts's command line. */
  readonly offSwitch: Main;
  /** Runs a command line of the user's own, and answers its exit code. */
  readonly start: (line: string) => Promise<number>;
}

export type OffSwitchErrorCode =
  /** Another name was typed than the key's, or nobody can be asked. */
  | "NOT_CONFIRMED"
  /** A name is no key of the deployment. */
  | "NO_SUCH_KEY"
  /** What has to be known first could not be looked at. */
  | "NOT_OBSERVED"
  /** The job was not drained, or its snapshot not ready, in time: the key was left alone. */
  | "JOB"
  /** Whoever owns the key has to do it. */
  | "NOT_PERMITTED"
  /** The cloud refused a command. */
  | "REFUSED"
  /** There is no record of a revocation, or it cannot be read. */
  | "RECORD"
  /** A version is scheduled for destruction, or destroyed. */
  | "DESTROYED"
  /** The key's manager has to do it. */
  | "EXTERNAL";

/** A command of the off switch stopped. The message says what to do. */
export class OffSwitchError extends Error {
  constructor(
    readonly code: OffSwitchErrorCode,
    message: string,
  ) {
    super(message);
  }
}

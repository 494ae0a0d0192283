/** When each consumer of the key was refused, and when it worked again: out of what each was answered. Pure. */

/** What touches data, by the service's own call. `acknowledge` is told, and never counted as an access to data. */
export type DataConsumer = "publish" | "pull" | "acknowledge" | "insert" | "query";

/** One answer to one consumer. */
export interface Answered {
  /** Milliseconds. */
  readonly at: number;
  readonly consumer: string;
  /** The error's code; undefined where it worked. */
  readonly refused?: string;
}

/** In milliseconds of the same clock. */
export interface Moments {
  /** When it was decided to take the key: what comes after includes how long the command takes. */
  readonly decided: number;
  /** When it was decided to give it back. */
  readonly givenBack: number;
}

/** Seconds. What is undefined was not seen. */
export interface ConsumerTimes {
  readonly consumer: string;
  /** From the decision to the first refusal after which it never worked until the key was given back. */
  readonly untilRefused?: number;
  /** The code of that refusal. */
  readonly code?: string;
  /** From the decision to the last answer that still worked; undefined where none did. */
  readonly lastWorked?: number;
  /** From giving back to the first answer that works. */
  readonly untilWorking?: number;
}

const seconds = (ms: number) => Math.round(ms / 100) / 10;

/** Answers of `consumer` in the order of time. */
export function timesOf(
  consumer: string,
  answers: readonly Answered[],
  { decided, givenBack }: Moments,
): ConsumerTimes {
  const own = answers.filter((one) => one.consumer === consumer && one.at >= decided);
  const without = own.filter(({ at }) => at < givenBack);
  const lastGood = without.filter(({ refused }) => refused === undefined).at(-1);
  const first = without.find(({ at, refused }) => refused !== undefined && at >= (lastGood?.at ?? decided));
  const again = own.find(({ at, refused }) => at >= givenBack && refused === undefined);
  return {
    consumer,
    ...(first?.refused !== undefined && { untilRefused: seconds(first.at - decided), code: first.refused }),
    ...(lastGood !== undefined && { lastWorked: seconds(lastGood.at - decided) }),
    ...(again !== undefined && { untilWorking: seconds(again.at - givenBack) }),
  };
}

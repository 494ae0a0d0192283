/** What is told of a thing: its value, that there is none, or that nobody could look. */

/** Nobody could look, and why. */
export interface NotObserved {
  readonly notObserved: string;
}

/** There is none, and what that means. */
export interface None {
  readonly none: string;
}

export type Told<T> = T | None | NotObserved;

export const isNotObserved = (value: unknown): value is NotObserved =>
  typeof value === "object" && value !== null && "notObserved" in value;
export const isNone = (value: unknown): value is None => typeof value === "object" && value !== null && "none" in value;

/** A value, where there is one that was seen. */
export function seenOf<T>(told: Told<T>): T | undefined {
  return isNotObserved(told) || isNone(told) ? undefined : (told as T);
}

/** Runs what does not depend on each other side by side. */

/**
 * Each of `all` behind those that it waits for, which are put before it. What fails ends nothing that runs already, but nothing more is
 * started; when all that runs has ended the first error is thrown.
 */
export async function sideBySide<T>(
  all: readonly T[],
  waitsFor: (one: T) => readonly T[],
  run: (one: T) => Promise<void>,
): Promise<void> {
  const started = new Map<T, Promise<void>>();
  const errors: unknown[] = [];
  const behind = async (one: T): Promise<void> => {
    await Promise.all(waitsFor(one).map((other) => started.get(other)));
    if (errors.length > 0) return;
    try {
      await run(one);
    } catch (error) {
      errors.push(error);
    }
  };
  for (const one of all) started.set(one, behind(one));
  await Promise.all(started.values());
  if (errors.length > 0) throw errors[0];
}

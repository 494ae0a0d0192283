/** The command that takes the three deployments away. */
import { type Given, UsageError, type World } from "../command-line";
import { listOf } from "../deployment/settings";
import { nameTyped, safeVariants } from "./asked";
import { goingAsText, goingOf, takeAll } from "./deployments";
import { lines } from "./said";

/** 0 where nothing of the three is left but what is said, 1 an error. */
export async function teardownCommand(given: Given, world: World): Promise<number> {
  const { settings, variants } = await safeVariants(given, world);
  const keys = listOf((given["destroy-keys"] as string | undefined) ?? "");
  const own = variants.map(({ asked }) => asked.dataKey.key);
  const stray = keys.find((name) => !own.includes(name));
  if (stray !== undefined) throw new UsageError(`--destroy-keys ${stray} is no key of the three: ${own.join(", ")}`);
  const going = await goingOf(variants, keys, world);
  const tell = lines(world.print, null);
  tell(goingAsText(going));
  if (given["dry-run"]) return 0;
  await nameTyped(settings, given, world);
  const all = await takeAll(going, world, tell);
  tell(
    `the three are gone, but for what stays${keys.length === 0 ? ": their keys do, and cost until their versions are destroyed (--destroy-keys)" : ""}`,
  );
  return all ? 0 : 1;
}

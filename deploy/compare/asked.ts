/** What the commands of a comparison are asked: of which three deployments, by whom, and with which options. */
import { type Given, settingsOfLine, UsageError, type World } from "../command-line";
import type { Settings } from "../deployment/settings";
import { asking } from "../observe/ask";
import { gcloud } from "../resources/command";
import { askedFor, packageVersion } from "../settings";
import { billingTable } from "./cost";
import { CompareError, confirmed, refuseUnsafe } from "./safety";
import { type VariantAsked, VARIANTS, variantOf } from "./variants";

export const FOLDER = "build/compare";

/** The three, of what is not production. Changes nothing. Throws CompareError. */
export async function safeVariants(
  given: Given,
  world: World,
): Promise<{ settings: Settings; variants: readonly VariantAsked[] }> {
  const { settings, schema, project } = askedFor(settingsOfLine(given), world);
  refuseUnsafe(settings, {});
  const described = await asking(world.run, world.wait)(gcloud("projects describe", { format: "json" }, project));
  if ("trouble" in described)
    throw new CompareError("NOT_OBSERVED", `whether ${project} is production: ${described.trouble.said}`);
  refuseUnsafe(settings, (described.answer as { labels?: Record<string, string> }).labels ?? {});
  return { settings, variants: VARIANTS.map((one) => variantOf(settings, one, schema, packageVersion())) };
}

/** Throws CompareError where the deployment's name is neither given nor typed. */
export async function nameTyped({ DEPLOYMENT }: Settings, { yes }: Given, { typed }: World): Promise<void> {
  confirmed(DEPLOYMENT, yes === undefined ? await typed?.("Type the deployment's name:") : String(yes));
}

/** What a report is made by. Throws UsageError. */
export function reportOptionsOf(given: Given) {
  const table = given["billing-table"] as string | undefined;
  return {
    detect: positive(given, "detect", 5),
    folder: (given.folder as string | undefined) ?? FOLDER,
    table: table === undefined ? {} : { billingTable: billingTable(table) },
  };
}

/** `usual` where it is not given. Throws UsageError. */
export function positive(given: Given, name: string, usual: number, whole?: "whole"): number {
  const value = given[name] === undefined ? usual : Number(given[name]);
  if (value > 0 && Number.isFinite(value) && (!whole || Number.isSafeInteger(value))) return value;
  throw new UsageError(`--${name} ${given[name]} is no ${whole ? "whole " : ""}number above 0`);
}

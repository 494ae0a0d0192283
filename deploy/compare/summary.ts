/** What a comparison comes to: the numbers, the verdicts and the conclusion, as one file. Pure. */
import type { Cost } from "./cost";
import type { Comparison, Setting } from "./record";
import { nearestRank } from "./statistics";
import { type Variant, VARIANTS } from "./variants";
import { LEAST_ROUNDS, LEVEL, MEASURES, pairedDifferences, TOGETHER, type Verdict, verdictsOf } from "./verdict";

export interface Range {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export interface MeasureSummary {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  /** Over the rounds; null where there is none. */
  readonly variants: Readonly<Record<Variant, Range | null>>;
}

export interface Summary {
  readonly format: 1;
  /** What stood in for Google Cloud; null where nothing did. */
  readonly standIn: string | null;
  readonly setting: Setting;
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** Whole ones. */
  readonly rounds: number;
  /** Measurements of rounds that were interrupted: in no number here. */
  readonly torn: number;
  readonly published: number;
  /** Message ids without a row, and rows beyond one a message id. */
  readonly lost: number;
  readonly duplicates: number;
  readonly measures: readonly MeasureSummary[];
  /** In percent. */
  readonly detect: number;
  readonly level: number;
  readonly together: number;
  readonly verdicts: readonly Verdict[];
  /** By variant and measure: how many percent longer a message took, round by round. */
  readonly differences: readonly {
    readonly variant: Variant;
    readonly measure: string;
    readonly percent: readonly number[];
  }[];
  readonly cost: Cost;
  /** In plain sentences. */
  readonly conclusion: readonly string[];
}

export interface Summarising {
  /** The difference that is to be found, in percent. */
  readonly detect: number;
  readonly cost: Cost;
}

/** `comparison`: whole rounds only. */
export function summaryOf({ setting, startedAt, measured, torn }: Comparison, { detect, cost }: Summarising): Summary {
  const rounds = new Set(measured.map(({ round }) => round)).size;
  const verdicts = verdictsOf(measured, { detect, seed: setting.seed });
  const phases = measured.flatMap(({ backlog, steady }) => [backlog, steady]);
  const sum = (of: (one: (typeof phases)[number]) => number) => phases.reduce((all, one) => all + of(one), 0);
  return {
    ...{ format: 1, standIn: setting.standIn, setting, startedAt },
    endedAt:
      measured
        .map(({ endedAt }) => endedAt)
        .sort()
        .at(-1) ?? null,
    ...{ rounds, torn: torn.length },
    published: sum(({ published }) => published),
    lost: sum(({ published, rows }) => Math.max(0, published - rows)),
    duplicates: sum(({ duplicates }) => duplicates),
    measures: MEASURES.map(({ name, title, unit, of }) => ({
      ...{ name, title, unit },
      variants: Object.fromEntries(
        VARIANTS.map((variant) => [variant, rangeOf(measured.filter((one) => one.variant === variant).map(of))]),
      ) as Record<Variant, Range | null>,
    })),
    ...{ detect, level: LEVEL, together: TOGETHER, verdicts },
    differences: verdicts.map(({ variant, measure }) => ({
      ...{ variant, measure },
      percent: pairedDifferences(variant, MEASURES.find(({ name }) => name === measure)!, measured).map(
        (logarithm) => (Math.exp(logarithm) - 1) * 100,
      ),
    })),
    cost,
    conclusion: [
      ...aboutStandIn(setting),
      ...aboutRounds(rounds),
      ...(rounds < LEAST_ROUNDS ? [] : verdicts.map(({ sentence }) => sentence)),
      aboutCost(cost),
    ],
  };
}

function rangeOf(values: readonly number[]): Range | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return { median: nearestRank(sorted, 0.5), least: sorted[0]!, most: sorted.at(-1)! };
}

const aboutStandIn = ({ standIn }: Setting) =>
  standIn === null
    ? []
    : ["Nothing here is about Google's keys: stand-ins encrypt nothing, and this ran to test the program itself."];

const aboutRounds = (rounds: number) =>
  rounds >= LEAST_ROUNDS
    ? []
    : [`${rounds} rounds are too few for any conclusion: ${LEAST_ROUNDS} at least, in which the order is balanced.`];

export function aboutCost(cost: Cost): string {
  if (!cost.asked) return "cost: not asked (BILLING_TABLE=project.dataset.table asks Cloud Billing's export)";
  if ("notObserved" in cost) return `cost: not observed in ${cost.table}: ${cost.notObserved}`;
  const { variants, currency } = cost;
  const of = variants.map(({ variant, total, perMillion }) => {
    if (total === undefined) return `${variant} no line yet`;
    return `${variant} ${total.toFixed(2)}${perMillion === undefined ? "" : ` (${perMillion.toFixed(2)} a million messages)`}`;
  });
  const newest =
    cost.newest === null ? "; the export comes up to a day late" : `; the newest usage ended ${cost.newest}`;
  return `cost in ${currency ?? "no currency"}: ${of.join(", ")}${newest}`;
}

/** Of a measure, of one variant. */
export const rangeAsText = (range: Range | null, unit: string): string => {
  if (range === null) return "not measured";
  const digits = unit === "s" ? 3 : 0;
  const [median, least, most] = [range.median, range.least, range.most].map((value) => value.toFixed(digits));
  return `${median} ${unit} (${least} to ${most})`;
};

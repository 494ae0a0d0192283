/** The differences as a picture: an interval for each measure, and a dot for each round. Plain SVG, which loads nothing. */
import { html, type Markup } from "../report/html";
import { STAND_IN_MARK } from "./said";
import type { Summary } from "./summary";
import { TITLES, type Variant } from "./variants";
import { intervalAsText, type Outcome } from "./verdict";

const WIDTH = 1180;
const LEFT = 330;
const RIGHT = 400;
const ROW = 44;
const TOP = 84;
/** Wider is drawn to the edge, with an arrow. */
const WIDEST = 200;

/** The page's colours where it stands in one, else its own. */
export const PLOT_STYLE = `
.plot{width:100%;min-width:46rem;height:auto;display:block}
.plot text{font:15px system-ui,"Segoe UI","DejaVu Sans",sans-serif;fill:var(--ink,#1b1d22)}
.plot .soft{fill:var(--soft,#565b66);font-size:13px}.plot .name{font-weight:700}
.plot .mark{fill:var(--unseen,#7a5200);font-weight:700}
.plot .axis{stroke:var(--line,#d9d6cc);stroke-width:1}.plot .zero{stroke:var(--ink,#1b1d22);stroke-width:1.5}
.plot .band{fill:var(--field,#eef3ee)}
.plot .dot{fill:var(--accent,#1d4f7c);fill-opacity:.35}
.plot .bar{stroke-width:4;stroke:var(--soft,#565b66)}.plot .mean{fill:var(--soft,#565b66)}.plot .edge{fill:var(--soft,#565b66)}
.plot .slower .bar{stroke:var(--bad,#a8201a)}.plot .slower .mean,.plot .slower .edge{fill:var(--bad,#a8201a)}
.plot .faster .bar,.plot .no-difference .bar{stroke:var(--good,#1f6b45)}.plot .faster .mean,.plot .no-difference .mean{fill:var(--good,#1f6b45)}
.plot .too-few-rounds .bar{stroke-dasharray:6 4}
`;

const SHORT: Readonly<Record<Outcome, string>> = {
  slower: "slower",
  faster: "faster",
  "no difference": "no difference found",
  "too few rounds": "too few rounds",
};

export function plotOf({ standIn, verdicts, differences, measures, detect, rounds }: Summary): Markup {
  const x = scaleOf(
    differences.flatMap(({ percent }) => percent),
    verdicts.flatMap(({ slower }) => (slower ? [slower.low, slower.high] : [])),
    detect,
  );
  const height = TOP + verdicts.length * ROW + 60;
  const bottom = TOP + verdicts.length * ROW;
  const name = (variant: Variant, measure: string) =>
    [TITLES[variant], measures.find((one) => one.name === measure)!.title] as const;
  const spoken = verdicts.map(({ sentence }) => sentence).join(". ");
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="plot-title plot-desc" class="plot">
<title id="plot-title">${standIn !== null && `${STAND_IN_MARK}: `}How much longer a message takes than under Google's own key</title>
<desc id="plot-desc">${spoken}.</desc>
<text x="14" y="26" class="name">How much longer a message takes than under Google’s own key, in %; ${rounds} rounds</text>
${standIn !== null && html`<text x="14" y="50" class="mark">${STAND_IN_MARK}: nothing here is about Google’s keys</text>`}
<rect x="${x.at(-detect)}" y="${TOP - 10}" width="${x.at(detect) - x.at(-detect)}" height="${bottom - TOP + 10}" class="band"/>
${x.ticks.map((tick) => html`<path d="M${x.at(tick)} ${TOP - 10}V${bottom}" class="${tick === 0 ? "zero" : "axis"}"/><text x="${x.at(tick)}" y="${bottom + 20}" text-anchor="middle" class="soft">${tick > 0 ? `+${tick}` : tick}</text>`)}
<text x="${x.at(0) - 12}" y="${bottom + 44}" text-anchor="end" class="soft">◂ faster</text><text x="${x.at(0) + 12}" y="${bottom + 44}" class="soft">slower ▸</text>
${verdicts.map(({ variant, measure, outcome, slower }, index) => {
  const y = TOP + index * ROW + ROW / 2;
  const [who, what] = name(variant, measure);
  const dots = differences.find((one) => one.variant === variant && one.measure === measure)!.percent;
  const isFirst = index === 0 || verdicts[index - 1]!.variant !== variant;
  return html`<g class="${outcome.replaceAll(" ", "-")}">${isFirst && index > 0 && html`<path d="M14 ${y - ROW / 2}H${WIDTH - 14}" class="axis"/>`}
<text x="14" y="${y - 3}" class="name">${who}</text><text x="14" y="${y + 15}" class="soft">${what}</text>
${dots.filter((value) => x.holds(value)).map((value) => html`<circle cx="${x.at(value)}" cy="${y}" r="5" class="dot"/>`)}
${slower !== undefined && html`<path d="M${x.at(slower.low)} ${y}H${x.at(slower.high)}" class="bar"/>${edge(x, slower.low, y, -1)}${edge(x, slower.high, y, 1)}<path d="M${x.at(slower.mean)} ${y - 9}l7 9-7 9-7-9z" class="mean"/>`}
<text x="${WIDTH - RIGHT + 24}" y="${y + 5}">${slower === undefined ? "" : `${intervalAsText(slower)}: `}${SHORT[outcome]}</text></g>`;
})}
</svg>`;
}

interface Scale {
  readonly at: (percent: number) => number;
  readonly holds: (percent: number) => boolean;
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
}

function scaleOf(dots: readonly number[], edges: readonly number[], detect: number): Scale {
  const all = [...dots, ...edges, 2 * detect, -2 * detect].filter((value) => Math.abs(value) <= WIDEST);
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const step = [1, 2, 5, 10, 20, 50, 100].find((one) => (most - least) / one <= 9) ?? 100;
  const [low, high] = [Math.floor(least / step) * step, Math.ceil(most / step) * step];
  const clipped = (value: number) => Math.max(low, Math.min(high, value));
  const at = (value: number) => {
    const place = LEFT + ((clipped(value) - low) / (high - low)) * (WIDTH - LEFT - RIGHT);
    return Math.round(place * 10) / 10;
  };
  const ticks = Array.from({ length: Math.round((high - low) / step) + 1 }, (_, index) => low + index * step);
  return { at, holds: (value) => value >= low && value <= high, low, high, ticks };
}

/** An end, or an arrow where the interval goes on beyond what is drawn. */
function edge(x: Scale, value: number, y: number, way: 1 | -1): Markup {
  const at = x.at(value);
  if (x.holds(value)) return html`<rect x="${at - 2}" y="${y - 8}" width="4" height="16" class="edge"/>`;
  return html`<path d="M${at} ${y - 8}l${12 * way} 8 ${-12 * way} 8z" class="edge"/>`;
}

/** As a file of its own. */
export const plotFile = (summary: Summary): string =>
  plotOf(summary).text.replace("\n", `\n<style>${PLOT_STYLE}</style>\n`);

/** A comparison as one page, in the audit report's style: a pure function of its summary. It loads nothing, and runs nothing. */
import { createHash } from "node:crypto";
import { html, Markup } from "../report/html";
import { STYLE } from "../report/style";
import { PLOT_STYLE, plotOf } from "./plot";
import { percent, STAND_IN_MARK } from "./said";
import { aboutCost, rangeAsText, type Summary } from "./summary";
import { TITLES, VARIANTS } from "./variants";
import { intervalAsText, type Outcome } from "./verdict";

const ALL_STYLE = `${STYLE}${PLOT_STYLE}`;
const POLICY = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(ALL_STYLE).digest("base64")}'; base-uri 'none'; form-action 'none'`;

export function pageOf(summary: Summary): string {
  const { standIn, setting, startedAt, endedAt, conclusion } = summary;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">
<title>${standIn !== null && `${STAND_IN_MARK}: `}Is encryption slow? ${setting.deployment}, ${startedAt.slice(0, 10)}</title>
<style>${new Markup(ALL_STYLE)}</style></head>
<body><a class="skip" href="#main">To the report</a>
<header>${standIn !== null && html`<p class="stand-in">${STAND_IN_MARK}. ${standIn}: this page is a test of the program, and says nothing of Google’s keys.</p>`}
<h1>Is encryption slow?</h1>
<p class="soft">The same messages under Google’s own key, a software key and an HSM key, in turns: deployments of <strong>${setting.deployment}</strong> in project <strong>${setting.project}</strong>, ${startedAt} to ${endedAt ?? "never"}.</p>
${facts(summary)}</header>
<main id="main">
<section class="first" aria-labelledby="plot"><h2 id="plot">The difference</h2>
<div class="map-scroll" role="region" aria-label="Plot" tabindex="0">${plotOf(summary)}</div>
<p class="small-text">A dot is a round; the bar is the interval of the mean, the shaded field ±${summary.detect} %, which was to be found.</p></section>
<section aria-labelledby="said"><h2 id="said">What may be concluded</h2><ul>${conclusion.map((sentence) => html`<li>${sentence}</li>`)}</ul></section>
${measured(summary)}
${intervals(summary)}
${costs(summary)}
</main>
<footer><p class="small-text">${standIn !== null && `${STAND_IN_MARK}. `}Each interval is of ${(summary.level * 100).toFixed(2)} %, so that all of them hold together with ${summary.together * 100} %. What this measures, and what it cannot tell: docs/encryption-cost.md. The same numbers are in summary.json, every round in rounds.json.</p></footer>
</body></html>
`.text;
}

const COUNTED: readonly Outcome[] = ["slower", "faster", "no difference", "too few rounds"];

const FOUND: Readonly<Record<Outcome, string>> = {
  slower: "Slower",
  faster: "Faster",
  "no difference": "No difference found",
  "too few rounds": "Too few rounds",
};

function facts({ verdicts, rounds, torn, setting, published, lost, standIn }: Summary): Markup {
  const count = (wanted: Outcome) => verdicts.filter(({ outcome }) => outcome === wanted).length;
  // The worst that was found, and only where nothing was what could not be found.
  const title = (["slower", "too few rounds", "faster"] as const).find((one) => count(one) > 0) ?? "no difference";
  const states = { slower: "open", "too few rounds": "unseen", faster: "good", "no difference": "good" } as const;
  const state = standIn === null ? states[title] : "unseen";
  const more = COUNTED.filter((one) => count(one) > 0).map((one) => `${count(one)} of ${verdicts.length} ${one}`);
  return html`<dl class="facts">
<div class="verdict ${state}"><dt>Result${standIn !== null && ", of stand-ins"}</dt><dd>${FOUND[title]}<span>${more.join(", ")}</span></dd></div>
<div><dt>Rounds</dt><dd>${rounds}<span>${torn === 0 ? "none was interrupted" : `${torn} torn measurements left out`}</span></dd></div>
<div><dt>Machines</dt><dd>${setting.workers} × ${setting.machineType}<span>${setting.zone}</span></dd></div>
<div><dt>Load</dt><dd>${setting.backlog} waiting<span>then ${setting.rate}/s for ${setting.steady} s</span></dd></div>
<div><dt>Messages</dt><dd>${published}<span>${lost === 0 ? "each has its row" : `${lost} without a row`}</span></dd></div>
</dl>`;
}

const table = (caption: string, head: readonly string[], rows: readonly (readonly string[])[]): Markup =>
  html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table><caption>${caption}</caption>
<thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>${rows.map(([first, ...rest]) => html`<tr><th scope="row">${first}</th>${rest.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>`;

const marked = (text: string, { standIn }: Summary) =>
  standIn === null ? text : `${text} (${STAND_IN_MARK.toLowerCase()})`;

function measured(summary: Summary): Markup {
  const rows = summary.measures.map(({ title, unit, variants }) => [
    title,
    ...VARIANTS.map((one) => rangeAsText(variants[one], unit)),
  ]);
  const caption = marked("The median of the rounds, and their least and most", summary);
  return html`<section aria-labelledby="measured"><h2 id="measured">What was measured</h2>${table(caption, ["measure", ...VARIANTS.map((one) => TITLES[one])], rows)}</section>`;
}

function intervals(summary: Summary): Markup {
  const title = (measure: string) => summary.measures.find(({ name }) => name === measure)!.title;
  const rows = summary.verdicts.map(({ variant, measure, slower, detectable, roundsNeeded, rounds, outcome }) => [
    `${TITLES[variant]}, ${title(measure)}`,
    slower === undefined ? "–" : percent(slower.mean),
    slower === undefined ? "–" : intervalAsText(slower),
    detectable === undefined ? "–" : percent(detectable),
    slower === undefined ? String(rounds) : `${rounds}, ${roundsNeeded ?? "no number"} for ${summary.detect} %`,
    outcome,
  ]);
  const caption = marked("How much longer a message takes than under Google’s own key; of paired rounds", summary);
  const head = ["key and measure", "mean", "interval", "can be found", "rounds, and needed", "so"];
  return html`<section aria-labelledby="intervals"><h2 id="intervals">The intervals</h2>${table(caption, head, rows)}</section>`;
}

function costs(summary: Summary): Markup {
  const { cost } = summary;
  const lines =
    cost.asked && "variants" in cost
      ? cost.variants.flatMap(({ variant, services }) =>
          Object.entries(services).map(([service, amount]) => [TITLES[variant], service, amount.toFixed(4)]),
        )
      : [];
  return html`<section aria-labelledby="cost"><h2 id="cost">What it cost</h2><p>${aboutCost(cost)}.</p>${lines.length > 0 && table("By service, credits taken off", ["key", "service", "cost"], lines)}</section>`;
}

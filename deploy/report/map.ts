/** The places as a map: the region as a field, the way of a message drawn through it, and outside of it what should not be there. */
import type { Audit } from "../observe/audit/model";
import type { Link, Step } from "../observe/audit/model/link";
import { seenOf } from "../observe/audit/model/told";
import { html, type Markup } from "./html";
import { isIn, keyAsText, placeAsText, stateOf, type State, worstOf } from "./links";

const BOX = { width: 270, height: 96 };
const GAP = { x: 62, y: 40 };
const FIELD = { x: 150, y: 44, padding: 26 };

/** Column and row of each step. The first row is the way of a row. */
const CELLS: Readonly<Record<Step, readonly [column: number, row: number]>> = {
  messages: [0, 0],
  workers: [1, 0],
  rows: [2, 0],
  files: [0, 1],
  state: [1, 1],
  "dead letters": [2, 1],
  images: [0, 2],
  logs: [1, 2],
  copies: [2, 2],
};

const TITLES: Readonly<Record<Step, string>> = {
  messages: "Messages",
  workers: "Workers",
  rows: "Rows",
  files: "Staged files",
  state: "State of the job",
  "dead letters": "Dead letters",
  images: "Worker images",
  logs: "Workers' logs",
  copies: "Copies and backups",
};

interface Node {
  readonly step: Step;
  readonly state: State;
  readonly name: readonly [text: string, more: number];
  readonly place: string;
  readonly key: string;
  readonly elsewhere: readonly string[];
}

export function mapOf(audit: Audit): Markup {
  const nodes = (Object.keys(CELLS) as Step[]).map((step) => nodeOf(step, audit));
  const away = nodes.filter(({ elsewhere }) => elsewhere.length > 0);
  const field = {
    width: 3 * BOX.width + 2 * GAP.x + 2 * FIELD.padding,
    height: 3 * BOX.height + 2 * GAP.y + 2 * FIELD.padding + 14,
  };
  const width = FIELD.x + field.width + (away.length > 0 ? GAP.x + BOX.width + 24 : 14);
  const height = FIELD.y + field.height + 14;
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="map-title map-desc" class="map">
<title id="map-title">The places of deployment ${audit.deployment}</title>
<desc id="map-desc">${nodes.map(spoken).join(" ")}</desc>
<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerUnits="userSpaceOnUse" markerWidth="15" markerHeight="15" orient="auto"><path d="M0 0 10 5 0 10z" class="tip"/></marker></defs>
<rect x="${FIELD.x}" y="${FIELD.y}" width="${field.width}" height="${field.height}" rx="18" class="field"/>
<text x="${FIELD.x + FIELD.padding}" y="${FIELD.y - 14}" class="field-name">${audit.region}</text>
<text x="14" y="${middle("messages") - 14}" class="outside">Publishers</text>
<text x="14" y="${middle("messages") + 24}" class="small">by TLS</text>
<path d="M14 ${middle("messages")}H${left("messages") - 3}" class="way" marker-end="url(#tip)"/>
${WAYS.map(([kind, path]) => html`<path d="${path}" class="${kind}" marker-end="url(#tip)"/>`)}
${nodes.map((node) => nodeAt(node, left(node.step), top(node.step), node.elsewhere.length > 0))}
${away.map((node, at) => awayNode(node, at, field.width))}
</svg>`;
}

const left = (step: Step) => FIELD.x + FIELD.padding + CELLS[step][0] * (BOX.width + GAP.x);
const top = (step: Step) => FIELD.y + FIELD.padding + CELLS[step][1] * (BOX.height + GAP.y);
const middle = (step: Step) => top(step) + BOX.height / 2;
const centre = (step: Step) => left(step) + BOX.width / 2;
const below = (step: Step) => top(step) + BOX.height;

/** Thick: the way of a row. Thin: what the workers read and write beside it, down the gaps between the boxes. */
const WAYS: readonly (readonly [kind: "way" | "thin", path: string])[] = [
  ["way", `M${left("messages") + BOX.width} ${middle("messages")}H${left("workers") - 3}`],
  ["way", `M${left("workers") + BOX.width} ${middle("workers")}H${left("rows") - 3}`],
  ["thin", `M${centre("workers")} ${below("workers")}V${top("state") - 3}`],
  ["thin", `M${centre("workers") - 70} ${below("workers")}v14H${centre("files")}V${top("files") - 3}`],
  ["thin", `M${centre("workers") + 70} ${below("workers")}v14H${centre("dead letters")}V${top("dead letters") - 3}`],
  [
    "thin",
    `M${centre("workers") - 50} ${below("workers")}v24H${left("workers") - GAP.x / 2}V${top("images") - 20}H${centre("images")}V${top("images") - 3}`,
  ],
  [
    "thin",
    `M${centre("workers") + 50} ${below("workers")}v24H${left("rows") - GAP.x / 2}V${top("logs") - 20}H${centre("logs")}V${top("logs") - 3}`,
  ],
];

function nodeOf(step: Step, audit: Audit): Node {
  const links = audit.chain.filter((link) => link.step === step);
  const states = links.map((link) => stateOf(link, audit));
  const state = worstOf(states);
  const isAway = ({ place }: Link) => (seenOf(place) ?? []).some((one) => !isIn(one, audit.region));
  // What is elsewhere is shown, else what is open, else the first.
  const shown = links.find(isAway) ?? links.find((_, at) => states[at] === state) ?? links[0];
  const elsewhere = links.flatMap(({ place }) => (seenOf(place) ?? []).filter((one) => !isIn(one, audit.region)));
  return {
    step,
    state,
    name: nameOf(links, shown),
    place: shown === undefined ? "–" : placeAsText(shown),
    key: shown === undefined ? "–" : keyAsText(shown),
    elsewhere: [...new Set(elsewhere)],
  };
}

/** What is shown, and how many more there are. */
function nameOf(links: readonly Link[], shown: Link | undefined): readonly [string, number] {
  if (shown === undefined) return ["nothing", 0];
  // A job's id is long, and stands in the table below.
  const name = shown.what.replace(/ \(\d{4}-\d\d-\d\d_[^)]*\)$/, "");
  return links.length > 1 ? [cut(name, LONGEST - 10), links.length - 1] : [cut(name, LONGEST), 0];
}

const MARKS: Readonly<Record<State, string>> = { good: "✓", open: "!", unseen: "?", none: "–" };
const SAID: Readonly<Record<State, string>> = {
  good: "as it should be",
  open: "open point",
  unseen: "not observed",
  none: "nothing there",
};

function nodeAt(node: Node, x: number, y: number, isAway: boolean): Markup {
  if (isAway) {
    return html`<g class="node ghost"><rect x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="10"/><text x="${x + 14}" y="${y + 26}" class="step">${TITLES[node.step]}</text><text x="${x + 14}" y="${y + 52}" class="small">not here, or not only here</text></g>`;
  }
  return box(node, x, y, node.place);
}

function awayNode(node: Node, at: number, fieldWidth: number): Markup {
  const x = FIELD.x + fieldWidth + GAP.x;
  const y = FIELD.y + FIELD.padding + at * (BOX.height + GAP.y);
  const from = { x: left(node.step) + BOX.width, y: middle(node.step) };
  return html`<path d="M${from.x} ${from.y}L${x - 4} ${y + BOX.height / 2}" class="stray" marker-end="url(#tip)"/>
<text x="${x}" y="${y - 8}" class="field-name bad">${node.elsewhere.join(", ")}</text>${box(node, x, y, node.elsewhere.join(", "))}`;
}

function box({ step, state, name: [name, more], key }: Node, x: number, y: number, place: string): Markup {
  const mark = { x: x + BOX.width - 22, y: y + 22 };
  return html`<g class="node ${state}"><rect x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="10"/>
<text x="${x + 14}" y="${y + 26}" class="step">${TITLES[step]}</text>
<circle cx="${mark.x}" cy="${mark.y}" r="11" class="mark"/><text x="${mark.x}" y="${mark.y + 5}" class="mark-text">${MARKS[state]}</text>
<text x="${x + 14}" y="${y + 46}" class="small">${name}${more > 0 && ` + ${more} more`}</text>
<text x="${x + 14}" y="${y + 66}" class="small">in ${cut(place)}</text>
<text x="${x + 14}" y="${y + 84}" class="key">${cut(key === "–" ? "no key: nothing is stored" : `key: ${key}`)}</text></g>`;
}

const LONGEST = 36;
const cut = (text: string, longest = LONGEST) => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text);

/** For who does not see it. */
const spoken = ({ step, state, place, key }: Node) => `${TITLES[step]}: in ${place}, key ${key}, ${SAID[state]}.`;

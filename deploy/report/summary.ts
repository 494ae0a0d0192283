/** The first screen: does it hold, where, under which key, who could read it, and what is open. */
import { type Audit, everyRuleHolds, isOwn, openPoints, type Outcome } from "../observe/audit/model";
import { isNotObserved } from "../observe/audit/model/told";
import { html, type Markup } from "./html";
import { shortKey } from "./links";

const SAID: Readonly<Record<string, string>> = {
  broken: "does not hold",
  "not observed": "not observed",
  accepted: "accepted knowingly",
};

export function summary(audit: Audit): Markup {
  const { region, keys, project } = audit;
  const verdict = verdictOf(audit);
  const { decrypt, undeclared } = readers(audit);
  return html`${audit.standIn !== undefined && html`<p class="stand-in">This is a rehearsal: ${audit.standIn} was asked, not Google Cloud.</p>`}
<h1>Where the data are, and under which key</h1>
<p class="soft">Deployment <strong>${audit.deployment}</strong> in project <strong>${project}</strong>, as the cloud itself said between ${timeOf(audit.observedAt)} and ${timeOf(audit.finishedAt)}, asked by ${audit.by}.</p>
<dl class="facts">
<div class="verdict ${verdict.state}"><dt>Result</dt><dd>${verdict.title}<span>${verdict.more}</span></dd></div>
<div><dt>Place</dt><dd>${region}<span>profile ${audit.profile}</span></dd></div>
<div><dt>${keys.length === 1 ? "Key" : "Keys"}</dt><dd>${keys.map(keyFact)}</dd></div>
<div><dt>Running jobs</dt><dd>${jobsFact(audit)}</dd></div>
<div><dt>Could decrypt</dt><dd>${decrypt}<span>${undeclared === 0 ? "all declared" : `${undeclared} not declared`}</span></dd></div>
</dl>`;
}

const timeOf = (time: string) =>
  html`<time datetime="${time}">${time.replace("T", " ").replace(/\.\d+Z$/, " UTC")}</time>`;

function verdictOf(audit: Audit): { state: "good" | "open" | "unseen"; title: string; more: string } {
  const count = (wanted: Outcome["outcome"]) => audit.outcomes.filter(({ outcome }) => outcome === wanted).length;
  const [broken, unseen, accepted] = [count("broken"), count("not observed"), count("accepted")];
  const all = audit.outcomes.length;
  const taken = accepted === 0 ? "" : `, ${accepted} broken and accepted knowingly`;
  if (!everyRuleHolds(audit)) {
    return {
      state: "open",
      title: `${broken + unseen} of ${all} do not hold`,
      more: `${broken} broken, ${unseen} not observed${taken}`,
    };
  }
  if (unseen === 0) return { state: "good", title: `All ${all} hold`, more: `every rule and every check${taken}` };
  const rules = audit.outcomes.filter(({ id }) => !isOwn(id)).length;
  return {
    state: "unseen",
    title: `All ${rules} rules hold`,
    more: `${unseen} further checks could not be made in full${taken}`,
  };
}

function keyFact({ name, primary, protection }: Audit["keys"][number]): Markup {
  const version =
    primary === null
      ? "no primary version"
      : `version ${primary.name.replace(/^.*\//, "")}, ${primary.state.toLowerCase()}`;
  return html`${shortKey(name)}<span>${version}${protection !== null && `, ${protection}`}</span>`;
}

function jobsFact({ jobs }: Audit): Markup {
  if (isNotObserved(jobs)) return html`?<span>not observed</span>`;
  if (jobs.length === 0) return html`none<span>nothing is processed</span>`;
  return html`${jobs.length}<span>${jobs.map(({ name, key }) => `${name}, ${key === null ? "without a key" : "under the key"}`).join("; ")}</span>`;
}

function readers({ keys }: Audit) {
  const all = keys.flatMap(({ principals }) => principals).filter(({ can }) => can === "decrypt");
  const members = new Set(all.map(({ member }) => member));
  return {
    decrypt: members.size,
    undeclared: new Set(all.filter(({ declared }) => !declared).map(({ member }) => member)).size,
  };
}

/** One line each, so that they fit the first screen beside the map. */
export function openBriefly(audit: Audit): Markup {
  const open = openPoints(audit);
  const line = ({ id, outcome, found }: Outcome) => {
    const more = found.length > 1 ? ` (and ${found.length - 1} more)` : "";
    return html`<li>${tag(outcome, SAID[outcome])}<a href="#${id}">${id}</a><span>${found[0] ?? ""}${more}</span></li>`;
  };
  return html`<section class="first" aria-labelledby="briefly"><h2 id="briefly">${open.length === 0 ? "Nothing is open" : `Open: ${open.length}`}</h2>
${open.length > 0 && html`<ul class="brief">${open.map(line)}</ul>`}</section>`;
}

/** Broken ones first; what was accepted knowingly last. */
export function openSection(audit: Audit): Markup {
  const open = openPoints(audit);
  return html`<section aria-labelledby="open"><h2 id="open">Open points, and what mends them</h2>
${open.length === 0 ? html`<p>There are none.</p>` : html`<ul class="points">${open.map(point)}</ul>`}</section>`;
}

function point({ id, outcome, reason, found, mend, source }: Outcome): Markup {
  return html`<li class="point ${outcome.replace(" ", "-")}" id="${id}"><h3>${tag(outcome, SAID[outcome])} ${id}: ${reason}</h3>
<ul>${found.map((one) => html`<li>${one}</li>`)}</ul>
<p class="small-text">${outcome !== "accepted" && html`What mends it: ${mend}. `}Source: ${source}.</p></li>`;
}

export const tag = (kind: string, text = kind): Markup =>
  html`<span class="tag ${kind.replace(" ", "-")}">${text}</span>`;

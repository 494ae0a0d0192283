/** The report in depth: a table for everything that was seen. */
import type { Audit } from "../observe/audit/model";
import type { Principal } from "../observe/audit/model/key";
import { isNone, isNotObserved } from "../observe/audit/model/told";
import { html, type Markup } from "./html";
import { keyAsText, placeAsText, shortKey, stateOf, whyNot } from "./links";
import { tag } from "./summary";

/** A table that scrolls by itself where the screen is narrow. */
function table(name: string, caption: string, heads: readonly string[], rows: readonly Markup[]): Markup {
  return html`<div class="scroll" role="region" aria-label="${name}" tabindex="0"><table><caption>${caption}</caption>
<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

const SAID = { good: "holds", open: "open", unseen: "not observed", none: "nothing there" } as const;

export function chainSection(audit: Audit): Markup {
  const rows = audit.chain.map((link) => {
    const state = stateOf(link, audit);
    const more = Object.entries(link.more).map(([name, text]) => `${name}: ${text}`);
    const why = whyNot(link);
    return html`<tr><td class="whole">${link.step}</td><th scope="row">${link.what}</th><td class="whole">${placeAsText(link)}</td><td class="whole">${keyAsText(link)}</td><td>${tag(state, SAID[state])}</td><td class="any">${more.join("; ")}${why !== undefined && html`<small>${why}</small>`}</td></tr>`;
  });
  const heads = ["Step", "What", "Place", "Key", "State", "What else is known"];
  return html`<section aria-labelledby="chain"><h2 id="chain">The way of a message, link by link</h2>
${table("The way of a message", "Each place that a byte comes through, with its place and its key, or that it has none.", heads, rows)}</section>`;
}

export function keySection({ keys }: Audit): Markup {
  return html`<section aria-labelledby="keys"><h2 id="keys">Who could decrypt, and who did</h2>
${keys.map((key) => {
  const decrypt = key.principals.filter(({ can }) => can === "decrypt");
  const grant = key.principals.filter(({ can }) => can === "grant");
  const heads = ["Who", "By which role", "Granted on", "Declared", "For"];
  return html`<h3><code>${key.name}</code></h3>
<p>${versionsOf(key)} ${usesOf(key)}</p>
${table(`Who could decrypt with ${shortKey(key.name)}`, "Everybody whom a policy of the key, or one above it, lets decrypt.", heads, decrypt.map(principalRow))}
${grant.length > 0 && html`<p>These cannot decrypt, and could let somebody do it: ${grant.map(({ member, role, at }) => `${member} (${role} on ${at})`).join("; ")}.</p>`}
${key.unseen.map(({ at, notObserved }) => html`<p>${tag("not observed")} Grants on ${at}: ${notObserved}</p>`)}`;
})}</section>`;
}

function principalRow({ member, role, at, declared, reason, conditional }: Principal): Markup {
  return html`<tr><th scope="row">${member}</th><td>${role}${conditional && html`<small>under a condition</small>`}</td><td>${at}</td><td>${declared ? tag("good", "declared") : tag("open", "not declared")}</td><td>${reason ?? "–"}</td></tr>`;
}

function versionsOf({ versions, nextRotationAt, protection }: Audit["keys"][number]): string {
  const states = isNotObserved(versions)
    ? `Versions not observed: ${versions.notObserved}.`
    : `Versions: ${versions.map(({ name, state }) => `${name.replace(/^.*\//, "")} ${state.toLowerCase()}`).join(", ")}.`;
  const next =
    nextRotationAt === null ? "It does not rotate by itself." : `Next rotation ${nextRotationAt.slice(0, 10)}.`;
  return `${states} Protection: ${protection ?? "not told"}. ${next}`;
}

function usesOf({ uses }: Audit["keys"][number]): Markup {
  if (isNotObserved(uses)) return html`${tag("not observed")} Who decrypted: ${uses.notObserved}.`;
  if (isNone(uses)) return html`${tag("not observed", "not logged")} <strong>${uses.none}.</strong>`;
  const { by } = uses as { by: readonly { member: string; times: number; lastAt: string }[] };
  if (by.length === 0) return html`Nobody decrypted within the last day, says the audit log.`;
  return html`In the last day decrypted: ${by.map(({ member, times, lastAt }) => `${member} ${times} times, last ${lastAt}`).join("; ")}.`;
}

export function uncoveredSection({ uncovered }: Audit): Markup {
  const rows = uncovered.map(({ what, why, looked, hits }) => {
    const found = hits.map(({ kind, where, times }) => `${kind} in ${where}${times > 1 ? ` (${times} times)` : ""}`);
    const seen = isNotObserved(looked)
      ? html`${tag("not observed")}<small>${looked.notObserved}</small>`
      : String(looked);
    const result = isNotObserved(looked)
      ? "–"
      : found.length === 0
        ? tag("good", "none found")
        : html`${tag("open", `${found.length} found`)} ${found.join("; ")}`;
    return html`<tr><th scope="row">${what}</th><td>${why}</td><td>${seen}</td><td>${result}</td></tr>`;
  });
  return html`<section aria-labelledby="uncovered"><h2 id="uncovered">What the key does not cover</h2>
<p>These were looked through for e-mail addresses, IBANs (mod 97), card numbers (Luhn) and telephone numbers. A hit is said by kind and place; its value stands nowhere.</p>
${table("Texts without a key", "Texts that no key of the deployment protects.", ["What", "Why", "Texts looked through", "Personal data"], rows)}</section>`;
}

export function jobSection({ jobs, otherJobs, schema }: Audit): Markup {
  if (isNotObserved(jobs))
    return html`<section aria-labelledby="jobs"><h2 id="jobs">Jobs</h2><p>${tag("not observed")} ${jobs.notObserved}</p></section>`;
  const rows = jobs.map(({ id, name, region, state, graph, images, key }) => {
    const digest = isNotObserved(graph)
      ? html`${tag("not observed")} ${graph.notObserved}`
      : html`<code>sha256:${graph.sha256}</code><small>${graph.bytes} bytes</small>`;
    const built = images.map(
      ({ name, digest }) =>
        html`<small>${name.split("@")[0]!}</small><code>${typeof digest === "string" ? digest : digest.notObserved}</code>`,
    );
    return html`<tr><th scope="row">${name}<small>${id}</small></th><td>${region}</td><td>${state.replace("JOB_STATE_", "").toLowerCase()}</td><td>${key === null ? tag("open", "no key") : shortKey(key)}</td><td>${digest}</td><td>${built}</td></tr>`;
  });
  return html`<section aria-labelledby="jobs"><h2 id="jobs">Jobs, by what they are made of</h2>
${jobs.length === 0 ? html`<p>No job of this deployment runs.</p>` : table("Jobs", "The running jobs, with the digests that the attestation is about.", ["Job", "Region", "State", "Key", "Graph", "Images"], rows)}
<p>Schema of the table: ${isNotObserved(schema) ? schema.notObserved : html`<code>sha256:${schema.sha256}</code>, ${schema.columns} columns`}.</p>
${otherJobs.length > 0 && html`<p>Other jobs of the project, which have nothing to do with this deployment as far as the service tells: ${otherJobs.map(({ name, region, key }) => `${name} in ${region}, ${key === null ? "without a key" : shortKey(key)}`).join("; ")}.</p>`}</section>`;
}

export function driftSection({ drift }: Audit): Markup {
  const rows = (drift?.changes ?? []).map(
    ({ what, before, after }) =>
      html`<tr><th scope="row">${what}</th><td>${before ?? "not there"}</td><td>${after ?? "not there"}</td></tr>`,
  );
  const since = drift === null ? "" : drift.since.replace("T", " ").replace(/\.\d+Z$/, " UTC");
  return html`<section aria-labelledby="drift"><h2 id="drift">What changed since the last audit</h2>
${drift === null ? html`<p>There was no audit before this one.</p>` : rows.length === 0 ? html`<p>Nothing, since ${since}.</p>` : table("What changed", `Since ${since}.`, ["What", "Was", "Is"], rows)}</section>`;
}

export function ruleSection({ outcomes }: Audit): Markup {
  const rows = outcomes.map(
    ({ id, reason, outcome, found, source }) =>
      html`<tr><th scope="row" class="whole">${id}</th><td>${tag(outcome)}</td><td>${reason}${found.length > 0 && html`<small>${found.join("; ")}</small>`}</td><td>${source}</td></tr>`,
  );
  return html`<section aria-labelledby="rules"><h2 id="rules">Every rule and every check</h2>
${table("Rules", "LOC, KEY, NET, IMG, IAM, BKT and DAT are the rules that a submission is held against; AUD are asked by an audit alone.", ["Id", "Outcome", "What must hold, and why", "Source"], rows)}</section>`;
}

export function observationSection({ observations }: Audit): Markup {
  const rows = observations.map(
    ({ what, command, observedAt, notObserved }) =>
      html`<tr><th scope="row">${what}</th><td><code>${command}</code>${notObserved !== undefined && html`<small>not observed: ${notObserved}</small>`}</td><td>${observedAt.slice(11, 19)}</td></tr>`,
  );
  return html`<section aria-labelledby="evidence"><h2 id="evidence">The evidence</h2>
<details><summary>${observations.length} questions, with the very commands that asked them</summary>
${table("Questions", "What came back stands in observations.json, beside this file. Times are UTC.", ["What", "Asked by", "At"], rows)}</details></section>`;
}

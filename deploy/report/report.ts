/** An audit as one page for a person in charge: a pure function of its data. It loads nothing, and runs nothing. */
import { createHash } from "node:crypto";
import type { Audit } from "../observe/audit/model";
import { html, Markup } from "./html";
import { mapOf } from "./map";
import {
  chainSection,
  driftSection,
  jobSection,
  keySection,
  observationSection,
  ruleSection,
  uncoveredSection,
} from "./sections";
import { STYLE } from "./style";
import { openBriefly, openSection, summary } from "./summary";

/** Nothing is fetched from anywhere, no script runs, and no style but the page's own is taken. */
const POLICY = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'; base-uri 'none'; form-action 'none'`;

const PARTS = [
  ["open", "Open points"],
  ["chain", "The way of a message"],
  ["keys", "Who could decrypt"],
  ["uncovered", "What the key does not cover"],
  ["jobs", "Jobs"],
  ["drift", "What changed"],
  ["rules", "Rules"],
  ["evidence", "Evidence"],
] as const;

export function reportOf(audit: Audit): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">
<title>Audit of ${audit.deployment}, ${audit.observedAt.slice(0, 10)}</title>
<style>${new Markup(STYLE)}</style></head>
<body><a class="skip" href="#main">To the report</a>
<header>${summary(audit)}</header>
<main id="main">
${openBriefly(audit)}
<section class="first" aria-labelledby="map"><h2 id="map">The places, and the way through them</h2>
<div class="map-scroll" role="region" aria-label="Map" tabindex="0">${mapOf(audit)}</div>
<p class="small-text">✓ in the region and under a key of the deployment · ! an open point · ? not observed · – nothing is there. The thick line is the way of a row.</p></section>
${openSection(audit)}
<nav aria-label="Parts of the report"><p>In depth: ${PARTS.map(([id, name], at) => html`${at > 0 && " · "}<a href="#${id}">${name}</a>`)}</p></nav>
${chainSection(audit)}
${keySection(audit)}
${uncoveredSection(audit)}
${jobSection(audit)}
${driftSection(audit)}
${ruleSection(audit)}
${observationSection(audit)}
</main>
<footer><p class="small-text">What is said here is signed in attestation.json, beside this file: <code>make verify-attestation FILE=attestation.json KEY=attestation.pub.pem</code>, or any DSSE library. What an audit cannot show: what Google does inside of its services, what was true before or after it asked, and who holds the accounts that it names.</p></footer>
</body></html>
`.text;
}

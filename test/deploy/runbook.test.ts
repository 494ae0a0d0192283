/** The runbook has a heading for each alert and each code of an error, has no other, and says what to type: only what there is. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { status } from "@grpc/grpc-js";
import type { ProvenanceErrorCode } from "../../deploy/attest/image";
import type { AttestationErrorCode } from "../../deploy/attest/verify";
import type { ApplyErrorCode } from "../../deploy/change/apply";
import type { OffSwitchErrorCode } from "../../deploy/change/revoke/error";
import type { DeploymentErrorCode } from "../../deploy/deployment";
import type { CompareErrorCode } from "../../deploy/compare/safety";
import type { DrillErrorCode } from "../../deploy/drill/safety";
import type { RefusalCode } from "../../deploy/observe/access/probe";
import type { TroubleKind } from "../../deploy/observe/trouble";
import type { OperateErrorCode } from "../../deploy/operate/trouble";
import { alerts } from "../../deploy/resources/alerts";
import { RULES } from "../../deploy/rules";
import { AUDIT_RULES } from "../../deploy/rules/rule";
import { ENDED } from "../../pipeline/dataflow/job";
import { pubsubTrouble } from "../../pipeline/endpoints/pubsub-trouble";
import type { SchemaErrorCode } from "../../schemas/schema";
import { REFUSAL_REASONS } from "../../transforms/refusal";
import { setupFor } from "./setups";

/** A set that is a type alone: the compiler holds that none is left out and none is too many. */
const codes = <C extends string>(all: Readonly<Record<C, true>>): readonly string[] => Object.keys(all);

const SETS: Readonly<Record<string, readonly string[]>> = {
  alert: alerts(setupFor(), []).map(({ title }) => title.replace(/^alert [^:]*: /, "")),
  rule: [...RULES.map(({ id }) => id), ...AUDIT_RULES],
  job: [...ENDED],
  pipeline: endpointCodes(),
  "dead letter": REFUSAL_REASONS,
  consumer: codes<RefusalCode>({
    ...{ KEY_DISABLED: true, KEY_FORBIDDEN: true, FAILED_PRECONDITION: true, KEY_ERROR: true },
    ...{ HTTP_400: true, HTTP_403: true, JOB_STATE_FAILED: true, JOB_STATE_CANCELLED: true },
  }),
  "off switch": codes<OffSwitchErrorCode>({
    ...{ NOT_CONFIRMED: true, NO_SUCH_KEY: true, NOT_OBSERVED: true, JOB: true, NOT_PERMITTED: true },
    ...{ REFUSED: true, RECORD: true, DESTROYED: true, IN_USE: true, EXTERNAL: true },
  }),
  drill: codes<DrillErrorCode>({
    ...{ PRODUCTION: true, NO_NAME: true, NOT_CONFIRMED: true, NOT_OBSERVED: true, NO_JOB: true, STOPPED: true },
  }),
  compare: codes<CompareErrorCode>({
    ...{ PRODUCTION: true, NO_NAME: true, NO_ZONE: true, SETTING: true, NOT_CONFIRMED: true, NOT_OBSERVED: true },
    ...{ OTHER_RECORD: true, NO_RECORD: true, STOPPED: true },
  }),
  apply: codes<ApplyErrorCode>({ obstacles: true, refused: true, "not made": true }),
  asking: codes<TroubleKind>({
    ...{ absent: true, exists: true, forbidden: true, "api off": true, transient: true, "not yet": true },
    ...{ refused: true, unclear: true },
  }),
  deployment: codes<DeploymentErrorCode>({
    ...{ malformed: true, contradictory: true, missing: true, unknown_profile: true, unknown_rule: true },
    unknown_setting: true,
  }),
  operate: codes<OperateErrorCode>({
    ...{ NOT_READABLE: true, NOT_DEAD_LETTERS: true, NO_SUCH_LETTER: true, NOT_FOUND: true, NOT_ALLOWED: true },
    ...{ NO_ANSWER: true, FORWARDS: true, FIX_INVALID: true, JOURNAL_DAMAGED: true, JOURNAL_IN_USE: true },
    ...{ OUT_EXISTS: true, TABLE_NOT_ASKED: true, NOT_OBSERVED: true },
  }),
  attestation: codes<AttestationErrorCode>({
    ...{ KEY: true, ENVELOPE: true, PAYLOAD_TYPE: true, SIGNATURE: true, STATEMENT: true, SUBJECT: true },
  }),
  image: codes<ProvenanceErrorCode>({
    ...{ NONE: true, SIGNATURE: true, STATEMENT: true, IMAGE: true, BUILDER: true, BUILD: true, SOURCE: true },
  }),
  schema: codes<SchemaErrorCode>({
    ...{ NOT_READABLE: true, NOT_JSON: true, NOT_A_SCHEMA: true, NOT_A_FIELD: true, NO_FIELDS: true, TOO_DEEP: true },
    ...{ TOO_MANY_COLUMNS: true, BAD_NAME: true, DUPLICATE_NAME: true, UNKNOWN_TYPE: true, UNKNOWN_MODE: true },
    ...{ UNKNOWN_PROPERTY: true, NOT_HONOURED: true, WRONG_PARAMETER: true },
  }),
};

/** As they are written in the source; and those that are put together there. */
function endpointCodes(): readonly string[] {
  const read = (folder: string) =>
    readdirSync(folder)
      .filter((name) => /\.(ts|py)$/.test(name))
      .map((name) => readFileSync(join(folder, name), "utf8"));
  const sources = [
    ...read("pipeline/endpoints"),
    ...read("pipeline/python"),
    ...read("pipeline/composites"),
    ...read("deploy/files"),
  ].join("\n");
  const written = [...sources.matchAll(/"((?:BIGQUERY|PUBSUB|DUCKDB|FILE)_[A-Z_]+)"/g)].map(([, code]) => code!);
  const file = readFileSync("pipeline/endpoints/dead-letter-file.ts", "utf8");
  const [, mends = ""] = /^const MENDS[^{]*\{([^}]*)\}/m.exec(file) ?? [];
  const ofFiles = [...mends.matchAll(/^ +([A-Z_]+):/gm)].map(([, name]) => `FILE_${name}`);
  const ofPubsub = Object.values(status)
    .filter((code) => typeof code === "number")
    .map((code) => pubsubTrouble("a topic", { code }))
    .filter(({ kind }) => kind === "setUpError")
    .map(({ trouble }) => trouble.code);
  const environment = ["BIGQUERY_EMULATOR_HOST", "PUBSUB_EMULATOR_HOST"];
  const all = new Set([...written, ...ofFiles, ...ofPubsub, "PUBSUB_UNAVAILABLE"]);
  return [...all].filter((code) => !environment.includes(code));
}

interface Section {
  readonly area: string;
  readonly codes: readonly string[];
  readonly text: string;
}

const runbook = readFileSync("docs/runbook.md", "utf8");
const sections: readonly Section[] = runbook.split(/^(?=##)/m).flatMap((part) => {
  const [, area, names] = /^### ([^:\n]+): (.+)$/m.exec(part.split("\n")[0]!) ?? [];
  if (area === undefined) return [];
  return [
    { area, codes: names!.replace(/ and the like$/, "").split(", "), text: part.split("\n").slice(1).join("\n") },
  ];
});

describe("docs/runbook.md", () => {
  for (const [area, all] of Object.entries(SETS)) {
    it(`has each of ${area}, once, and no other`, () => {
      assert.ok(all.length > 0);
      const had = sections.filter((section) => section.area === area).flatMap((section) => section.codes);
      assert.deepEqual([...had].sort(), [...new Set(all)].sort());
    });
  }

  it("says something under each heading", () => {
    const silent = sections.filter(({ text }) => text.trim().length < 40);
    assert.deepEqual(silent, []);
  });

  it("names only targets that make has", () => {
    const makefile = readFileSync("Makefile", "utf8");
    const targets = new Set([...makefile.matchAll(/^([a-z][a-z-]*):/gm)].map(([, name]) => name));
    const named = [...runbook.matchAll(/\bmake ([a-z][a-z-]*)/g)].map(([, name]) => name!);
    assert.ok(named.length > 20);
    assert.deepEqual(
      named.filter((name) => !targets.has(name)),
      [],
    );
  });

  it("gives only variables and settings that the Makefile and the settings know", () => {
    const known = readFileSync("Makefile", "utf8") + readFileSync("deployment.example.env", "utf8");
    const given = [...runbook.matchAll(/\bmake [a-z-]+((?: [A-Z_]+=(?:"[^"]*"|\S+))+)/g)].flatMap(([, all]) =>
      [...all!.matchAll(/ ([A-Z_]+)=/g)].map(([, name]) => name!),
    );
    assert.ok(given.length > 10);
    assert.deepEqual(
      given.filter((name) => !new RegExp(`\\b${name}\\b`).test(known)),
      [],
    );
  });

  it("leads somewhere with each link", () => {
    const anchor = (heading: string) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, "")
        .replaceAll(" ", "-");
    const anchors = new Set([...runbook.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchor(heading!)));
    const links = [...runbook.matchAll(/\]\(([^)]+)\)/g)].map(([, to]) => to!);
    const pages = readdirSync("docs");
    assert.deepEqual(
      links.filter((to) => (to.startsWith("#") ? !anchors.has(to.slice(1)) : !pages.includes(to.split("#")[0]!))),
      [],
    );
  });
});

/** What is open, as SARIF 2.1.0: the form in which CI systems take findings. */
import { type Audit, openPoints } from "./model";

const SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";
const LEVELS = { broken: "error", "not observed": "warning", accepted: "note", holds: "none" } as const;
/** Readers ask for a file: this is where a deployment is declared. */
const DECLARED_IN = ".env";

export function sarifOf(audit: Audit, version: string): object {
  const rules = audit.outcomes.map(({ id, reason, mend, source }) => ({
    id,
    shortDescription: { text: reason },
    help: { text: `${mend} [${source}]` },
  }));
  const results = openPoints(audit).flatMap(({ id, outcome, found }) =>
    found.map((text) => ({
      ruleId: id,
      level: LEVELS[outcome],
      message: { text },
      locations: [
        {
          physicalLocation: { artifactLocation: { uri: DECLARED_IN } },
          logicalLocations: [{ fullyQualifiedName: `projects/${audit.project}/deployments/${audit.deployment}` }],
        },
      ],
    })),
  );
  const driver = { name: "regulated-streaming-pipeline", version, rules };
  return { $schema: SCHEMA, version: "2.1.0", runs: [{ tool: { driver }, results }] };
}

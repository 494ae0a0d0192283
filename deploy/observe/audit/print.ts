/** An audit on a terminal: what it is of, what is open, and the sum. */
import { type Audit, everyRuleHolds, openPoints } from "./model";

export function auditAsText(audit: Audit): string {
  const { deployment, project, region, observedAt, by, standIn, outcomes } = audit;
  const head = `${deployment} in ${project}, ${region}, observed at ${observedAt} by ${by}`;
  const open = openPoints(audit).flatMap(({ id, outcome, found }) =>
    found.map((one) => `${outcome.padEnd(14)}${id.padEnd(8)}${one}`),
  );
  const good = outcomes.filter(({ outcome }) => outcome === "holds").length;
  const verdict = everyRuleHolds(audit) ? "every rule holds" : "not every rule holds";
  return [
    ...(standIn === undefined ? [] : [`A REHEARSAL: ${standIn} was asked, not Google Cloud`]),
    head,
    "",
    ...open,
    ...(open.length > 0 ? [""] : []),
    `${good} of ${outcomes.length} hold: ${verdict}`,
    "",
  ].join("\n");
}

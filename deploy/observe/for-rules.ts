/** What the rules see: of the resources as they were found, or as they will be once everything is made. */
import type { Fields, Resource } from "../resources/resource";
import { NOTHING_OBSERVED, type NotObserved, type Observations } from "../rules";
import type { Visit } from "../walk";
import type { Reading } from "../walk/diff";

/** As the cloud says. */
export const asFound = (visits: readonly Visit[]): Observations =>
  observations(visits, ({ reading }) => foundFields(reading));

/** What is ours as declared: whatever differs is made so, or stops apply by itself. What is given as found. */
export const asDeclared = (visits: readonly Visit[]): Observations =>
  observations(visits, ({ resource, given, reading }) => (given ? foundFields(reading) : declaredFields(resource)));

function observations(visits: readonly Visit[], fieldsOf: (visit: Visit) => Fields | NotObserved): Observations {
  const seen = visits.flatMap((visit) => {
    const { names = [], of } = visit.resource.forRules ?? {};
    const fields = fieldsOf(visit);
    const isSeen = !("notObserved" in fields) && of !== undefined;
    return names.map((name) => [name, isSeen ? of(fields) : fields] as const);
  });
  return { ...NOTHING_OBSERVED("no resource says it"), ...Object.fromEntries(seen) };
}

function foundFields(reading: Reading): Fields | NotObserved {
  if (reading.kind === "found") return reading.fields;
  return { notObserved: reading.kind === "not observed" ? reading.notObserved : "it is not there" };
}

function declaredFields({ fields }: Resource): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, { wanted }]) => [name, wanted]));
}

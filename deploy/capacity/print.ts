/** A capacity for the eyes of a person, and for a program. */
import { ASSUMPTIONS, type AssumptionName, type Values } from "./assumptions";
import type { Capacity, Need } from "./model";
import { inBytes } from "./units";

const whole = (value: number) => Math.round(value).toLocaleString("en");
const dollars = (value: number) => `${value < 100 ? value.toFixed(2) : whole(value)} USD`;

export function capacityAsText(capacity: Capacity, values: Values): string {
  const { question, messagesPerSecond, micros, cores, workers, workersBy, vcpus, quotas, costs } = capacity;
  const broken = quotas.filter(({ breaks }) => breaks);
  const { quota, perHour } = capacity.keyForEachMessage;
  return `${[
    `${inBytes(question.rate)}/s of messages of ${whole(question.messageBytes)} bytes: ${whole(messagesPerSecond)} a second, in ${question.region}, written by ${question.method}`,
    "",
    `  a message on the workers  ${micros.toFixed(0)} µs of processor time`,
    `  processors, no headroom   ${cores.toFixed(1)}`,
    `  workers                   ${whole(workers)} of ${values.vcpus_per_worker} vCPUs, ${whole(vcpus)} vCPUs; by our measurements ${whole(workersBy.measured)}, by Google's benchmark of its own pipeline ${whole(workersBy.published)}: the larger counts`,
    `  or DirectRunner processes ${whole(capacity.directProcesses)}, a core each`,
    "",
    "quotas",
    ...quotas.map(needAsLine),
    "",
    "prices by the hour",
    ...costs.map(({ what, perHour: hour }) => `  ${what.padEnd(34)} ${dollars(hour)}`),
    `  ${"in all".padEnd(34)} ${dollars(capacity.perHour)}, ${dollars(capacity.perMonth)} a month of 730 hours; storage, queries, logs and networks are not in it`,
    "",
    `no message costs a use of the key: it would be ${whole(quota.needs)}/s, ${whole(quota.times!)} times the quota, and ${dollars(perHour)} an hour of an HSM key`,
    ...others(values),
    "",
    broken.length === 0
      ? "no default quota is broken; nothing of this was run on Dataflow"
      : `BROKEN: ${broken.map(({ id, times }) => `${id} ${times!.toFixed(1)} times`).join(", ")}: ask for more before you need it; nothing of this was run on Dataflow`,
  ].join("\n")}\n`;
}

function needAsLine({ id, what, unit, needs, limit, times, breaks, source }: Need): string {
  const amount = (value: number) => (unit === "B/s" ? `${inBytes(value)}/s` : `${whole(value)}${unit}`);
  const found = limit === undefined ? "not known" : `of ${amount(limit)}, ${(times! * 100).toFixed(0)}%`;
  return `  ${breaks ? "BREAKS" : limit === undefined ? "?     " : "holds "} ${id.padEnd(27)} ${amount(needs)} ${found}; ${what} [${source}]`;
}

/** What was given in place of what we assume. */
function others(values: Values): string[] {
  const names = Object.keys(ASSUMPTIONS) as AssumptionName[];
  const given = names
    .filter((name) => values[name] !== ASSUMPTIONS[name].value)
    .map((name) => `${name}=${values[name]}`);
  return given.length === 0 ? [] : ["", `by other assumptions than ours: ${given.join(" ")}`];
}

export const capacityAsJson = (capacity: Capacity, values: Values): string =>
  `${JSON.stringify({ ...capacity, assumptions: assumptionsIn(values) }, null, 2)}\n`;

/** Each with its value of this run. */
export const assumptionsIn = (values: Values) =>
  Object.fromEntries(
    Object.entries(ASSUMPTIONS).map(([name, one]) => [name, { ...one, value: values[name as AssumptionName] }]),
  );

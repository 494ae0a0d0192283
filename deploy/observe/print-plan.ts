/** A plan as text, to be read by an auditor and pasted by an operator, and as JSON. */
import { shown } from "../resources/command";
import type { Setup } from "../resources/setup";
import { describeBroken } from "../rules";
import type { Visit } from "../walk";
import type { Difference } from "../walk/diff";
import { commandsOf, exitCodeOf, type Plan } from "./plan";

export function planAsText(plan: Plan): string {
  const { setup, visits, verdict } = plan;
  const blocks = [
    headline(setup),
    visits.flatMap(linesOf).join("\n"),
    ...(verdict.accepted.length > 0 ? [`accepted: ${verdict.accepted.map(({ rule }) => rule.id).join(", ")}`] : []),
    ...verdict.uselessAccepts.map((id) => `ACCEPT=${id} is not needed: the rule holds`),
    ...(verdict.broken.length > 0 ? [describeBroken(verdict.broken).trimEnd()] : []),
    commandsAsText(visits),
    ...(plan.offered.length > 0 ? [offeredAsText(plan)] : []),
  ];
  return `${blocks.join("\n\n")}\n`;
}

export function headline({ settings, project, region, projectNumber }: Setup): string {
  return `${settings.DEPLOYMENT} in ${project} (${projectNumber}), ${region}, profile ${settings.PROFILE}`;
}

const WIDTH = 14;
const line = (state: string, what: string) => `${state.padEnd(WIDTH)}${what}`;

function linesOf({ resource, given, differences }: Visit): string[] {
  const owned = given ? `${resource.title} (given)` : resource.title;
  if (differences.length === 0) return [line("there", owned)];
  return differences.map((one) => lineOf(resource.title, one));
}

function lineOf(title: string, one: Difference): string {
  switch (one.kind) {
    case "missing":
      return line("missing", title);
    case "changed":
      return line("differs", `${title}: ${one.field} is ${brief(one.found)}, not ${brief(one.wanted)}`);
    case "not granted":
      return line("not granted", `${title}: ${one.grant.role} to ${one.grant.member} (${one.grant.reason})`);
    case "by hand":
      return [line("by hand", one.what), line("", one.mend), ...one.commands.map((each) => line("", shown(each)))].join(
        "\n",
      );
    case "not observed":
      return line("not observed", `${one.what}: ${one.why}`);
  }
}

const LONGEST = 160;

/** A table's columns are long. */
function brief(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function commandsAsText(visits: readonly Visit[]): string {
  const blocks = visits
    .filter((visit) => commandsOf(visit).length > 0)
    .map((visit) => [`# ${visit.resource.title}`, ...commandsOf(visit).map(shown)].join("\n"));
  if (blocks.length === 0) return "There is nothing to do.";
  return ["apply runs these commands, in this order:", ...blocks].join("\n\n");
}

function offeredAsText({ offered }: Plan): string {
  const head = "apply leaves these to others, unless ALERT_CHANNELS or --org-policies says otherwise:";
  return [head, offered.flatMap(({ create }) => create.map(shown)).join("\n")].join("\n\n");
}

export function planAsJson(plan: Plan): string {
  const { setup, visits, verdict } = plan;
  const rules = ({ rule, found }: Plan["verdict"]["broken"][number]) => ({ id: rule.id, found, mend: rule.mend });
  const json = {
    deployment: setup.settings.DEPLOYMENT,
    project: setup.project,
    region: setup.region,
    exit: exitCodeOf(plan),
    rules: {
      broken: verdict.broken.map(rules),
      accepted: verdict.accepted.map(rules),
      notObserved: verdict.notObserved,
    },
    resources: visits.map(({ resource, given, reading, differences }) => ({
      kind: resource.kind,
      title: resource.title,
      given,
      reading: reading.kind,
      differences: differences.map((one) => ("commands" in one ? { ...one, commands: one.commands.map(shown) } : one)),
    })),
    commands: visits.flatMap((visit) => commandsOf(visit).map(shown)),
    offered: plan.offered.flatMap(({ create }) => create.map(shown)),
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

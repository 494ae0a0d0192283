/** Somebody in the fake cloud who holds the set of one duty, as docs/permissions.md has it, and no more. */
import { DUTIES, type Duty } from "../../deploy/observe/permissions";
import type { FakeCloud } from "../support/fake-cloud/cloud";

/** The environment of their commands. `besides`: roles and permissions; `without`: a role of the set. */
export function callerFor(
  cloud: FakeCloud,
  duty: Duty["name"],
  { besides = [], without }: { readonly besides?: readonly string[]; readonly without?: string } = {},
): FakeCloud["env"] {
  const set = DUTIES.find(({ name }) => name === duty)!.roles.map(({ role }) => role);
  const all = [...set, ...besides].filter((role) => role !== without).flat();
  const isRole = (name: string) => name.startsWith("roles/");
  return cloud.as({ roles: all.filter(isRole), permissions: all.filter((name) => !isRole(name)) });
}

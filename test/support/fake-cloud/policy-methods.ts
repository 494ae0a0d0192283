import type { Api, Call } from "./call";

/** The three methods of a thing's IAM policy. `exists` throws Refused where the thing is not there. */
export function policyMethods(
  methods: string,
  permission: string,
  exists: (call: Call, name: string) => unknown,
): Api["methods"] {
  const api = permission.split(".")[0]!;
  const name = (call: Call) => {
    exists(call, call.params.resource!);
    return `${api}/${call.params.resource}`;
  };
  return {
    [`${methods}.getIamPolicy`]: [`${permission}.getIamPolicy`, (call) => call.state.policies.get(name(call))],
    [`${methods}.setIamPolicy`]: [
      `${permission}.setIamPolicy`,
      (call) => call.state.policies.set(name(call), call.body.policy as object),
    ],
    [`${methods}.testIamPermissions`]: [
      undefined,
      (call) => {
        name(call);
        const asked = (call.body.permissions ?? []) as string[];
        return { permissions: asked.filter((one) => holds(call, one)) };
      },
    ],
  };
}

/** Whether the caller has this permission on what is asked for. */
export function holds(call: Call, permission: string): boolean {
  try {
    call.permit(permission);
    return true;
  } catch {
    return false;
  }
}

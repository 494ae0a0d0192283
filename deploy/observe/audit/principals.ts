/** Who could decrypt what a key protects, and who could let somebody in. */
import type { Grant } from "../../resources/resource";
import type { KeyFound } from "./keys";
import type { Principal } from "./model/key";

const DECRYPT = "cloudkms.cryptoKeyVersions.useToDecrypt";
const GRANT = "cloudkms.cryptoKeys.setIamPolicy";

/** Google's roles that hold the permission [Permissions and roles; Separation of duties (Cloud KMS)]. */
const DECRYPTING = new Set(
  ["cryptoKeyDecrypter", "cryptoKeyEncrypterDecrypter", "cryptoOperator"]
    .flatMap((name) => [`roles/cloudkms.${name}`, `roles/cloudkms.${name}ViaDelegation`])
    .concat("roles/owner"),
);
const GRANTING = new Set(
  ["cloudkms.admin", "iam.securityAdmin", "resourcemanager.projectIamAdmin"]
    .concat(["resourcemanager.folderAdmin", "resourcemanager.folderIamAdmin", "resourcemanager.organizationAdmin"])
    .map((name) => `roles/${name}`),
);

/** One for each member of each binding that matters. `declared`: the grants of the key that the deployment asks for. */
export function principalsOf({ policies, ownRoles }: KeyFound, declared: readonly Grant[]): readonly Principal[] {
  return policies.flatMap(({ at, bindings }) => {
    if ("notObserved" in bindings) return [];
    return bindings.flatMap(({ role, members = [], condition }) => {
      const can = whatFor(role, ownRoles.get(role));
      if (can === undefined) return [];
      return members.map((member): Principal => {
        const grant = declared.find((one) => one.member === member && one.role === role);
        const isDeclared = at === "the key" && grant !== undefined;
        return {
          member,
          role,
          at,
          can,
          declared: isDeclared,
          conditional: condition !== undefined,
          ...(isDeclared && { reason: grant.reason }),
        };
      });
    });
  });
}

/** A role that nobody could look into is taken for one that decrypts. */
function whatFor(role: string, permissions: readonly string[] | { notObserved: string } | undefined) {
  if (permissions !== undefined && "notObserved" in permissions) return "decrypt";
  if (DECRYPTING.has(role) || permissions?.includes(DECRYPT)) return "decrypt";
  return GRANTING.has(role) || permissions?.includes(GRANT) ? "grant" : undefined;
}

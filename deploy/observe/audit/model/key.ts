/** A key, who could read what it protects, and who did. */
import type { None, NotObserved } from "./told";

/** One who could read what the key protects, or who could let somebody in. */
export interface Principal {
  readonly member: string;
  readonly role: string;
  /** Where the grant stands: `the key`, `the key ring`, `project bank`, `folder 12`, `organization 34`. */
  readonly at: string;
  readonly can: "decrypt" | "grant";
  readonly declared: boolean;
  /** What it is there for, where it is declared. */
  readonly reason?: string;
  readonly conditional: boolean;
}

export interface KeyAudited {
  readonly name: string;
  readonly purpose: string | null;
  readonly protection: string | null;
  readonly primary: { readonly name: string; readonly state: string } | null;
  readonly versions: readonly { readonly name: string; readonly state: string }[] | NotObserved;
  readonly nextRotationAt: string | null;
  readonly principals: readonly Principal[];
  /** Policies that could grant more, and that nobody could look at. */
  readonly unseen: readonly { readonly at: string; readonly notObserved: string }[];
  readonly uses: KeyUses;
}

/** Who did decrypt, from the key's audit log. */
export type KeyUses =
  | { readonly by: readonly { readonly member: string; readonly times: number; readonly lastAt: string }[] }
  | None
  | NotObserved;

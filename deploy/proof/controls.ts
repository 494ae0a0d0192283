/** Which controls of which standard a rule is evidence for, and what it does not show: docs/controls.md is made from here. */
import { OWN } from "../observe/audit/checks";
import { RULES } from "../rules";

interface Controls {
  /** ISO/IEC 27001:2022, Annex A. */
  readonly iso: string;
  /** PCI DSS 4.0.1. */
  readonly pci: string;
  /** Regulation (EU) 2022/2554, and its standards on ICT risk management, (EU) 2024/1774. */
  readonly dora: string;
  /** SP 800-53, revision 5. */
  readonly nist: string;
  readonly not: string;
}

const PLACE: Controls = {
  iso: "A.5.23, A.5.31",
  pci: "–",
  dora: "Art. 30(2)(b)",
  nist: "SA-9(5)",
  not: "who may reach the data from elsewhere; where Google's own staff and support are",
};
const ENCRYPTION: Controls = {
  iso: "A.8.24",
  pci: "3.5.1, 3.6.1, 3.7",
  dora: "2024/1774 Art. 6, 7",
  nist: "SC-12, SC-13, SC-28(1)",
  not: "that a card number is unreadable to whoever may query the table: encryption at rest alone does not meet 3.5.1",
};
const NETWORK: Controls = {
  iso: "A.8.20, A.8.22",
  pci: "1.3, 1.4.4",
  dora: "2024/1774 Art. 13",
  nist: "SC-7",
  not: "firewall rules and routes that others made in the same network",
};
const ACCESS: Controls = {
  iso: "A.5.15, A.5.18, A.8.2",
  pci: "7.2, 8.6",
  dora: "2024/1774 Art. 21",
  nist: "AC-3, AC-6",
  not: "who holds the accounts and groups that are named",
};
const PERSONAL: Controls = {
  iso: "A.5.34, A.8.12",
  pci: "3.5.1",
  dora: "Art. 9(3)",
  nist: "AC-4, SI-12",
  not: "personal data of other forms: a name or an address reads as any text; of log lines a sample is looked at",
};
const CONFIGURATION: Controls = {
  iso: "A.8.9",
  pci: "2.2.1",
  dora: "Art. 8",
  nist: "CM-2, CM-6, CM-8",
  not: "what was so between two audits",
};

/** By id, else by the letters before the number. */
const CONTROLS: Readonly<Record<string, Controls>> = {
  LOC: PLACE,
  KEY: ENCRYPTION,
  NET: NETWORK,
  IMG: { ...CONFIGURATION, nist: "CM-2, CM-14, SI-7", not: "what is in an image, and who built it" },
  IAM: ACCESS,
  BKT: { ...ACCESS, iso: "A.8.3", pci: "7.2", nist: "AC-3", not: "what was downloaded before" },
  DAT: PERSONAL,
  "AUD-1": PLACE,
  "AUD-2": ENCRYPTION,
  "AUD-3": CONFIGURATION,
  "AUD-4": { ...ACCESS, pci: "3.6.1, 7.2.4", nist: "AC-6(7), SC-12" },
  "AUD-5": PERSONAL,
  "AUD-6": NETWORK,
  "AUD-7": {
    iso: "A.8.15",
    pci: "10.2.1",
    dora: "2024/1774 Art. 12",
    nist: "AU-2, AU-12",
    not: "that somebody reads the log, and how long it is kept",
  },
  "AUD-8": CONFIGURATION,
};

/** A Markdown table, a line a rule. Throws where a rule has no entry. */
export function controlsTable(): string {
  const lines = [...RULES, ...OWN].map(({ id, reason }) => {
    const found = CONTROLS[id] ?? CONTROLS[id.split("-")[0]!];
    if (found === undefined) throw new Error(`${id} has no controls: add it to deploy/proof/controls.ts`);
    const { iso, pci, dora, nist, not } = found;
    return `| ${[id, reason, iso, pci, dora, nist, not].join(" | ")} |`;
  });
  const heads = ["rule", "what holds", "ISO 27001 A", "PCI DSS 4", "DORA", "NIST 800-53", "it does not show"];
  return [`| ${heads.join(" | ")} |`, `| ${heads.map(() => "---").join(" | ")} |`, ...lines, ""].join("\n");
}

/** The kinds of operations on a column: what each takes, and what it does. What it does not name stays byte for byte. */
import { isNamed, type Member } from "../members";
import { OperateError } from "../trouble";

/** One operation on a column, by its path: `address.zip`; not into the elements of a REPEATED column. */
export type Operation = (members: readonly Member[], name: string) => readonly Member[];

export interface Mend {
  /** For the screen and the journal: never a value. */
  readonly said: string;
  /** Undefined: the whole message. */
  readonly path?: readonly string[];
  readonly apply: Operation;
}

export interface Kind {
  /** What it takes beside `op`, in the file. */
  readonly takes: readonly string[];
  readonly make: (given: Readonly<Record<string, string>>) => Omit<Mend, "said">;
}

/** Texts such as 29/02/2024, by the order of their parts. */
const DATE_FORMS: Readonly<Record<string, RegExp>> = {
  "DD/MM/YYYY": /^(?<d>\d\d?)\/(?<m>\d\d?)\/(?<y>\d{4})$/,
  "MM/DD/YYYY": /^(?<m>\d\d?)\/(?<d>\d\d?)\/(?<y>\d{4})$/,
  "DD.MM.YYYY": /^(?<d>\d\d?)\.(?<m>\d\d?)\.(?<y>\d{4})$/,
  YYYYMMDD: /^(?<y>\d{4})(?<m>\d\d)(?<d>\d\d)$/,
};

export const MENDS: Readonly<Record<string, Kind>> = {
  rename: {
    takes: ["column", "to"],
    make: (given) => {
      const to = textIn(given.to!, "to");
      return onColumn(given, (members, name) =>
        members.map((member) => (isNamed(name)(member) ? { ...member, name: to } : member)),
      );
    },
  },
  drop: {
    takes: ["column"],
    make: (given) => onColumn(given, (members, name) => members.filter((member) => !isNamed(name)(member))),
  },
  set: {
    takes: ["column", "value"],
    make: (given) =>
      onColumn(
        given,
        setTo(given.value!, () => true),
      ),
  },
  default: {
    takes: ["column", "value"],
    make: (given) =>
      onColumn(
        given,
        setTo(given.value!, (value) => value === undefined || value === "null"),
      ),
  },
  trim: {
    takes: ["column"],
    make: (given) =>
      onColumn(
        given,
        onText((text) => text.trim()),
      ),
  },
  text: {
    takes: ["column"],
    make: (given) =>
      onColumn(
        given,
        onValue((value) => (/^[-\dtf]/.test(value) ? JSON.stringify(value) : value)),
      ),
  },
  date: {
    takes: ["column", "form"],
    make: (given) => {
      const form = DATE_FORMS[textIn(given.form!, "form")];
      if (form === undefined) throw invalid(`the form of a date is one of ${Object.keys(DATE_FORMS).join(", ")}`);
      const iso = (text: string) => {
        const { y, m, d } = form.exec(text)?.groups ?? {};
        return y === undefined ? text : `${y}-${m!.padStart(2, "0")}-${d!.padStart(2, "0")}`;
      };
      return onColumn(given, onText(iso));
    },
  },
};

const onColumn = (given: Readonly<Record<string, string>>, apply: Operation) => ({
  path: textIn(given.column!, "column").split("."),
  apply,
});

const setTo =
  (value: string, when: (found: string | undefined) => boolean): Operation =>
  (members, name) => {
    const found = members.find(isNamed(name));
    if (!when(found?.value)) return members;
    if (found === undefined) return [...members, { name, value }];
    return members.map((member) => (isNamed(name)(member) ? { ...member, value } : member));
  };

const onValue =
  (change: (value: string) => string): Operation =>
  (members, name) =>
    members.map((member) => (isNamed(name)(member) ? { ...member, value: change(member.value) } : member));

/** Of a value that is a string. What does not change stays as it was written. */
const onText = (change: (text: string) => string): Operation =>
  onValue((value) => {
    if (!value.startsWith('"')) return value;
    const text: string = JSON.parse(value);
    const now = change(text);
    return now === text ? value : JSON.stringify(now);
  });

/** A JSON text that is not empty. Throws OperateError. */
export function textIn(value: string, name: string): string {
  const text: unknown = JSON.parse(value);
  if (typeof text !== "string" || text === "") throw invalid(`"${name}" is no text`);
  return text;
}

export const invalid = (what: string) => new OperateError("FIX_INVALID", `the fix cannot be used: ${what}`);

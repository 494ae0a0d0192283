/** Mending a message: a list of small operations on named columns. Nothing in it is code, and what no operation names stays byte for byte. */
import { elementsOf, isJson, isNamed, type Member, membersOf, objectOf } from "./members";
import { OperateError } from "./trouble";

/** One operation on a column, by its path: `address.zip`; not into the elements of a REPEATED column. */
type Operation = (members: readonly Member[], name: string) => readonly Member[];

export interface Mend {
  /** For the screen and the journal: never a value. */
  readonly said: string;
  /** Undefined: the whole message. */
  readonly path?: readonly string[];
  readonly apply: Operation;
}

interface Kind {
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

/** Takes away what begins a text and is no part of JSON; the only operation on a whole message. */
const STRIP = "strip_byte_order_mark";

/** The operations of a file: a JSON array of objects. Values are taken as they are written. Throws OperateError. */
export function mendsOf(text: string): Mend[] {
  const elements = elementsOf(text);
  if (elements === undefined) throw invalid("it is no JSON array of operations");
  return elements.map((element, at) => mendOf(element, at + 1));
}

/** `--fix COLUMN=VALUE`: sets the column. VALUE is JSON, or text where it is no JSON. Throws OperateError. */
export function fixOf(word: string): Mend {
  const at = word.indexOf("=");
  const [column, value] = [word.slice(0, at), word.slice(at + 1)];
  if (at < 1) throw invalid("--fix is not of the form COLUMN=VALUE");
  const written = isJson(value) ? value : JSON.stringify(value);
  return { said: `set ${column}`, ...MENDS.set!.make({ column: JSON.stringify(column), value: written }) };
}

/** The mended text; undefined where it is no JSON object and one was needed. */
export function mended(text: string, mends: readonly Mend[]): string | undefined {
  let now: string | undefined = text;
  for (const { path, apply } of mends) {
    if (now === undefined) break;
    if (path === undefined) now = now.replace(/^\ufeff/, "");
    else now = within(now, path, apply);
  }
  return now;
}

/** Only the levels on the path are written anew, and none where nothing changes. */
function within(text: string, [name, ...deeper]: readonly string[], apply: Operation): string | undefined {
  const members = membersOf(text);
  if (members === undefined || name === undefined) return undefined;
  const changed =
    deeper.length === 0
      ? apply(members, name)
      : members.map((member) =>
          isNamed(name)(member) ? { ...member, value: within(member.value, deeper, apply) ?? member.value } : member,
        );
  const same = changed.length === members.length && changed.every((one, at) => isSame(one, members[at]!));
  return same ? text : objectOf(changed);
}

const isSame = (a: Member, b: Member) => a.name === b.name && a.value === b.value;

function mendOf(element: string, number: number): Mend {
  const members = membersOf(element);
  if (members === undefined) throw invalid(`operation ${number} is no JSON object`);
  const { op, ...given } = Object.fromEntries(members.map(({ name, value }) => [name, value]));
  const word = op === undefined ? "" : textIn(op, "op");
  if (word === STRIP && members.length === 1) return { said: STRIP, apply: (all) => all };
  const kind = Object.hasOwn(MENDS, word) ? MENDS[word] : undefined;
  if (kind === undefined) {
    throw invalid(`operation ${number} has no "op" of ${[...Object.keys(MENDS), STRIP].join(", ")}`);
  }
  const names = Object.keys(given);
  if (
    names.length !== kind.takes.length ||
    members.length !== names.length + 1 ||
    !kind.takes.every((one) => one in given)
  ) {
    throw invalid(`operation ${number}, ${word}, takes ${kind.takes.join(" and ")}, each once, and nothing else`);
  }
  return { said: `${word} ${textIn(given.column!, "column")}`, ...kind.make(given) };
}

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

function textIn(value: string, name: string): string {
  const text: unknown = JSON.parse(value);
  if (typeof text !== "string" || text === "") throw invalid(`"${name}" is no text`);
  return text;
}

const invalid = (what: string) => new OperateError("FIX_INVALID", `the fix cannot be used: ${what}`);

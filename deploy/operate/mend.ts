/** Mending a message: a list of small operations on named columns. Nothing in it is code, and what no operation names stays byte for byte. */
import { elementsOf, isJson, isNamed, type Member, membersOf, objectOf } from "./members";
import { invalid, type Mend, MENDS, type Operation, textIn } from "./mend/kinds";

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

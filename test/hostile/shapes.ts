/** Messages that are meant to be dear: so many bytes of one shape. */

/** `bytes`: about how many. Each is for the schema with every type, and for the bank's. */
export const SHAPES: Readonly<Record<string, (bytes: number) => Buffer>> = {
  usual: (bytes) => text(`{"name":"${"a".repeat(bytes)}"}`),
  "deep lists": (bytes) => text(`{"json":${"[".repeat(bytes)}`),
  "deep objects": (bytes) => text(`{"json":${'{"a":'.repeat(bytes / 5)}`),
  "lists 500 deep": (bytes) => text(`{"json":[${list(`${"[".repeat(498)}${"]".repeat(498)}`, bytes)}]}`),
  "lists that end": (bytes) => text(`{"name":${"[".repeat(bytes / 2)}${"]".repeat(bytes / 2)}}`),
  "unknown columns": (bytes) => text(object((at) => `"x${at}":1`, bytes)),
  "unknown columns that are no names": (bytes) => text(object((at) => `"${at}":{}`, bytes)),
  "one column again and again": (bytes) => text(object(() => '"name":""', bytes)),
  "__proto__ again and again": (bytes) => text(object(() => '"__proto__":{"a":1}', bytes)),
  "columns in any case": (bytes) => text(object((at) => (at % 2 === 0 ? '"NAME":1' : '"Name":1'), bytes)),
  digits: (bytes) => text(`{"credit_card":${"9".repeat(bytes)}}`),
  "digits in a string": (bytes) => text(`{"credit_card":"${"9".repeat(bytes)}"}`),
  "digits behind the point": (bytes) => text(`{"numeric":0.${"0".repeat(bytes)}1}`),
  "an exponent": (bytes) => text(`{"numeric":1e${"9".repeat(bytes)}}`),
  "zeros before a date": (bytes) => text(`{"date":"${"0".repeat(bytes)}-01-01"}`),
  "white space before a zone": (bytes) => text(`{"timestamp":"2024-02-29T12:00:00${" ".repeat(bytes)}Z"}`),
  "colons in a timestamp": (bytes) => text(`{"timestamp":"${":1".repeat(bytes / 2)}"}`),
  "an interval": (bytes) => text(`{"interval":"P${"1Y".repeat(bytes / 2)}"}`),
  escapes: (bytes) => text(`{"name":"${"\\n".repeat(bytes / 2)}"}`),
  "escapes by number": (bytes) => text(`{"name":"${"\\u0041".repeat(bytes / 6)}"}`),
  "escapes that do not end": (bytes) => text(`{"name":"${"\\\\".repeat(bytes / 2)}`),
  quotes: (bytes) => text('"'.repeat(bytes)),
  commas: (bytes) => text(`{${",".repeat(bytes)}}`),
  "white space": (bytes) => text(" ".repeat(bytes)),
  "a list of nothing": (bytes) => text(`{"int64_list":[${list("null", bytes)}]}`),
  "a list of numbers": (bytes) => text(`{"int64_list":[${list("1", bytes)}]}`),
  "a list of records": (bytes) => text(`{"records":[${list('{"key":"a"}', bytes)}]}`),
  "records within the wrong ones": (bytes) => text(`{"record":${'{"inner":'.repeat(bytes / 9)}`),
  base64: (bytes) => text(`{"bytes":"${"AAAA".repeat(bytes / 4)}"}`),
  "emoji for a short string": (bytes) => text(`{"short_string":"${"😀".repeat(bytes / 4)}"}`),
  "bytes that are no UTF-8": (bytes) => Buffer.concat([Buffer.alloc(Math.floor(bytes), "é"), Buffer.from([0xff])]),
  zeros: (bytes) => Buffer.alloc(Math.floor(bytes)),
};

const text = (content: string) => Buffer.from(content);
const list = (element: string, bytes: number) =>
  new Array(Math.ceil(bytes / (element.length + 1))).fill(element).join();

function object(member: (at: number) => string, bytes: number): string {
  const members: string[] = [];
  for (let size = 0, at = 0; size < bytes; at++) size += members[members.push(member(at)) - 1]!.length + 1;
  return `{${members.join()}}`;
}

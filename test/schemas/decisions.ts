/** What becomes of which input: each line is tested, and docs/rows.md is made from them. */

/** A whole message, as bytes, for the bank's columns. */
export interface MessageDecision {
  readonly input: string;
  readonly bytes: Uint8Array;
  /** A refusal's reason and column, or "row". */
  readonly becomes: string;
  readonly because: string;
}

const RFC = "RFC 8259";
const bytes = (text: string) => Buffer.from(text);
const hex = (digits: string) => Buffer.from(digits, "hex");

export const MESSAGES: readonly MessageDecision[] = [
  { input: "no bytes", bytes: bytes(""), becomes: "empty", because: "there is nothing to parse" },
  { input: "white space", bytes: bytes(" \n"), becomes: "invalid_json", because: `${RFC}: a text has a value` },
  { input: "`{}`", bytes: bytes("{}"), becomes: "row", because: "every column is NULLABLE" },
  {
    input: "bytes `7b ff 7d`",
    bytes: hex("7bff7d"),
    becomes: "invalid_utf8",
    because: "RFC 3629; never U+FFFD in silence",
  },
  {
    input: "an encoded surrogate, `ed a0 80`",
    bytes: hex("7b22eda080223a317d"),
    becomes: "invalid_utf8",
    because: "RFC 3629, section 3",
  },
  { input: "an overlong slash, `c0 af`", bytes: hex("c0af"), becomes: "invalid_utf8", because: "RFC 3629, section 3" },
  {
    input: "a byte order mark before `{}`",
    bytes: hex("efbbbf7b7d"),
    becomes: "invalid_utf8",
    because: `${RFC}, section 8.1: must not be added`,
  },
  {
    input: "UTF-16",
    bytes: Buffer.from("{}", "utf16le"),
    becomes: "invalid_json",
    because: `${RFC}, section 8.1: UTF-8 only`,
  },
  {
    input: '`{"name":"\\ud800"}`',
    bytes: bytes('{"name":"\\ud800"}'),
    becomes: "invalid_json",
    because: "a lone surrogate is no character: a STRING is valid UTF-8",
  },
  {
    input: '`{"name":"\\ud83d\\ude00"}`',
    bytes: bytes('{"name":"\\ud83d\\ude00"}'),
    becomes: "row",
    because: "a pair is one character",
  },
  { input: '`{"name":"a"} x`', bytes: bytes('{"name":"a"} x'), becomes: "invalid_json", because: "trailing text" },
  {
    input: '`{"name":"a"}` twice',
    bytes: bytes('{"name":"a"}\n{"name":"a"}'),
    becomes: "invalid_json",
    because: "a message is one row",
  },
  { input: '`{"name":"a"`', bytes: bytes('{"name":"a"'), becomes: "invalid_json", because: "cut off" },
  { input: '`{"name":"a",}`', bytes: bytes('{"name":"a",}'), becomes: "invalid_json", because: RFC },
  { input: "`{'name':'a'}`", bytes: bytes("{'name':'a'}"), becomes: "invalid_json", because: RFC },
  {
    input: '`{"credit_card":NaN}`',
    bytes: bytes('{"credit_card":NaN}'),
    becomes: "invalid_json",
    because: `${RFC}, section 6`,
  },
  {
    input: '`{"credit_card":01}`',
    bytes: bytes('{"credit_card":01}'),
    becomes: "invalid_json",
    because: `${RFC}, section 6`,
  },
  {
    input: "a line feed inside a string",
    bytes: bytes('{"name":"a\nb"}'),
    becomes: "invalid_json",
    because: `${RFC}, section 7`,
  },
  {
    input: "100,000 opening brackets",
    bytes: bytes("[".repeat(100_000)),
    becomes: "invalid_json",
    because: "deeper than BigQuery's 500 levels",
  },
  { input: '`["a"]`', bytes: bytes('["a"]'), becomes: "not_an_object", because: "a row is an object" },
  { input: '`null`, `1`, `"a"`', bytes: bytes("null"), becomes: "not_an_object", because: "a row is an object" },
  {
    input: '`{"name":"a","name":"b"}`',
    bytes: bytes('{"name":"a","name":"b"}'),
    becomes: "duplicate_column name",
    because: "two readers would take different ones",
  },
  {
    input: '`{"name":"a","NAME":"b"}`',
    bytes: bytes('{"name":"a","NAME":"b"}'),
    becomes: "duplicate_column name",
    because: "column names are the same in any case",
  },
  {
    input: '`{"NAME":"a"}`',
    bytes: bytes('{"NAME":"a"}'),
    becomes: "row",
    because: "column names are the same in any case",
  },
  {
    input: '`{"surname":"a"}`',
    bytes: bytes('{"surname":"a"}'),
    becomes: "unknown_column surname",
    because: "insertAll without ignoreUnknownValues; `--unknown_columns drop` drops it",
  },
  {
    input: '`{"__proto__":{}}`',
    bytes: bytes('{"__proto__":{}}'),
    becomes: "unknown_column __proto__",
    because: "a name like any other",
  },
  {
    input: '`{"4539578763621486":1}`',
    bytes: bytes('{"4539578763621486":1}'),
    becomes: "unknown_column ?",
    because: "what does not look like a column's name may be a value",
  },
  {
    input: '`{"surname":"a","name":`',
    bytes: bytes('{"surname":"a","name":'),
    becomes: "invalid_json",
    because: "what is no JSON has no columns",
  },
];

/** A value of one column, `c`; `field` is the column in BigQuery's format. */
export interface ValueDecision {
  readonly type: string;
  readonly field: object;
  /** The value as JSON text; undefined: the column is left out. */
  readonly json: string | undefined;
  /** The row's value, as `show` prints it, or the reason of the refusal and its column. */
  readonly becomes: string;
}

function of(type: string, lines: Record<string, string>, more: object = {}): ValueDecision[] {
  const field = { name: "c", type: type.split("(")[0]!.split(" ")[0]!, ...more };
  return Object.entries(lines).map(([json, becomes]) => ({
    type,
    field,
    json: json === "(absent)" ? undefined : json,
    becomes,
  }));
}

export const VALUES: readonly ValueDecision[] = [
  ...of("STRING", {
    '"a"': "'a'",
    '""': "''",
    "12.50": "'12.50'",
    "1e400": "'1e400'",
    true: "'true'",
    null: "null",
    "(absent)": "null",
    "{}": "wrong_type",
    "[]": "wrong_type",
  }),
  ...of(
    "STRING(3)",
    { '"ééé"': "'ééé'", '"😀😀😀"': "'😀😀😀'", '"éééé"': "out_of_range", "1234": "out_of_range" },
    { maxLength: "3" },
  ),
  ...of("BYTES", {
    '"AQI="': "0102",
    '""': "no bytes",
    '"AQI"': "wrong_type",
    '"A==="': "wrong_type",
    '"AQI=AQI="': "wrong_type",
    '"_-=="': "wrong_type",
    '"AQ I="': "wrong_type",
    "1": "wrong_type",
  }),
  ...of("BYTES(1)", { '"AQ=="': "01", '"AQI="': "out_of_range" }, { maxLength: "1" }),
  ...of("INT64", {
    "4539578763621486123": "4539578763621486123n",
    '"4539578763621486123"': "4539578763621486123n",
    "9223372036854775807": "9223372036854775807n",
    "-9223372036854775808": "-9223372036854775808n",
    "9223372036854775808": "out_of_range",
    "-9223372036854775809": "out_of_range",
    "1.0": "1n",
    "1e3": "1000n",
    "1.5": "wrong_type",
    "9007199254740993.5": "wrong_type",
    "1e400": "out_of_range",
    "1e-400": "wrong_type",
    '"12a"': "wrong_type",
    '"1.0"': "wrong_type",
    '"0x1F"': "wrong_type",
    '" 1"': "wrong_type",
    '""': "wrong_type",
    '"+1"': "1n",
    "-0": "0n",
    true: "wrong_type",
  }),
  ...of("FLOAT64", {
    "1.5": "1.5",
    '"1.5"': "1.5",
    "123456789012345678901234567890": "1.2345678901234568e+29",
    "1e400": "out_of_range",
    "1e-400": "0",
    '"NaN"': "NaN",
    '"-inf"': "-Infinity",
    '"Infinity"': "Infinity",
    '"1,5"': "wrong_type",
    true: "wrong_type",
  }),
  ...of("NUMERIC", {
    "0.1": "'0.1'",
    '"-12.50"': "'-12.5'",
    "1e2": "'100'",
    "0.123456789": "'0.123456789'",
    "0.1234567891": "out_of_range",
    "0.1234567890": "'0.123456789'",
    "99999999999999999999999999999.999999999": "'99999999999999999999999999999.999999999'",
    "100000000000000000000000000000": "out_of_range",
    '"NaN"': "wrong_type",
    '"1_000"': "wrong_type",
    "-0": "'0'",
  }),
  ...of(
    "NUMERIC(5,2)",
    { "123.45": "'123.45'", "1234.5": "out_of_range", "1.234": "out_of_range" },
    { precision: "5", scale: "2" },
  ),
  ...of("NUMERIC(2,2)", { "0": "'0'", "0.25": "'0.25'", "1": "out_of_range" }, { precision: "2", scale: "2" }),
  ...of("BIGNUMERIC", {
    "1e-38": "'0.00000000000000000000000000000000000001'",
    "1e-39": "out_of_range",
    "578960446186580977117854925043439539266.34992332820282019728792003956564819967":
      "'578960446186580977117854925043439539266.34992332820282019728792003956564819967'",
    "578960446186580977117854925043439539266.34992332820282019728792003956564819968": "out_of_range",
  }),
  ...of("BOOL", {
    true: "true",
    '"FALSE"': "false",
    '"yes"': "true",
    '"n"': "false",
    "1": "true",
    "0": "false",
    "2": "wrong_type",
    '""': "wrong_type",
  }),
  ...of("DATE", {
    '"2024-02-29"': "'2024-02-29'",
    '"2023-02-29"': "out_of_range",
    '"1900-02-29"': "out_of_range",
    '"0000-01-01"': "out_of_range",
    '"2024-2-9"': "'2024-02-09'",
    '"29/02/2024"': "wrong_type",
    '"2024-02-29T00:00:00"': "wrong_type",
    "20240229": "wrong_type",
  }),
  ...of("TIME", {
    '"12:30:00"': "'12:30:00'",
    '"1:2:3.5"': "'01:02:03.500000'",
    '"24:00:00"': "out_of_range",
    '"12:30"': "wrong_type",
    '"12:30:00.1234560"': "out_of_range",
    '"12:30:00Z"': "wrong_type",
  }),
  ...of("DATETIME", {
    '"2024-02-29T12:00:00.123456"': "'2024-02-29T12:00:00.123456'",
    '"2024-02-29 12:00:00"': "'2024-02-29T12:00:00'",
    '"2024-2-9 1:2:3.5"': "'2024-02-09T01:02:03.500000'",
    '"2024-02-29"': "wrong_type",
    '"2024-02-29T12:00"': "wrong_type",
    '"2024-02-29T12:00:00.1234567"': "out_of_range",
    '"2024-02-30T12:00:00"': "out_of_range",
    '"2024-02-29T12:00:60"': "out_of_range",
    '"2024-02-29T12:00:00Z"': "wrong_type",
    '"2024-02-29T12:00:00+01:00"': "wrong_type",
  }),
  ...of("TIMESTAMP", {
    '"2024-02-29T12:00:00Z"': "'2024-02-29T12:00:00Z'",
    '"2024-02-29 12:00:00.5 UTC"': "'2024-02-29T12:00:00.500000Z'",
    '"2024-02-29T12:00:00+01:00"': "'2024-02-29T11:00:00Z'",
    '"2024-03-01T00:30:00+01"': "'2024-02-29T23:30:00Z'",
    '"2024-02-29 07:00:00.25 -05:00"': "'2024-02-29T12:00:00.250000Z'",
    '"2024-02-29T12:00"': "'2024-02-29T12:00:00Z'",
    '"2024/02/29 12:00:00"': "'2024-02-29T12:00:00Z'",
    '"2024/02-29 12:00:00"': "wrong_type",
    '"2024-02-29"': "wrong_type",
    '"2024-02-29T12:00:00.1234567Z"': "out_of_range",
    '"2024-02-29T12:00:00+0100"': "wrong_type",
    "1709208000": "'2024-02-29T12:00:00Z'",
    '"1709208000"': "'2024-02-29T12:00:00Z'",
    "1.709208e9": "'2024-02-29T12:00:00Z'",
    "1709208000.000001": "'2024-02-29T12:00:00.000001Z'",
    "1709208000.1234567": "'2024-02-29T12:00:00.123457Z'",
    "-0.5": "'1969-12-31T23:59:59.500000Z'",
    "1709208000000": "out_of_range",
    "1e400": "out_of_range",
    true: "wrong_type",
    '"2024-02-29T12:00:00+15:00"': "out_of_range",
    '"0001-01-01T00:00:00+01:00"': "out_of_range",
    '"2024-02-29T12:00:00 Europe/London"': "wrong_type",
    '"now"': "wrong_type",
  }),
  ...of("JSON", { '{"a":[1.10]}': `'{"a":[1.10]}'`, '"a"': `'"a"'`, "1": "'1'", null: "null" }),
  ...of("GEOGRAPHY", {
    '"POINT(1 2)"': "'POINT(1 2)'",
    '""': "wrong_type",
    "[1,2]": "wrong_type",
    '{"type":"Point","coordinates":[1,2]}': "wrong_type",
  }),
  ...of("INTERVAL", {
    '"1-2 3 4:5:6.5"': "'1-2 3 4:5:6.5'",
    '"-1-0 0 -0:0:1"': "'-1-0 0 -0:0:1'",
    '"0-13 0 0:90:0"': "'1-1 0 1:30:0'",
    '"P1Y2M3W4DT5H6M7.5S"': "'1-2 25 5:6:7.5'",
    '"P-10000Y0M-3660000DT-87840000H0M0S"': "'-10000-0 -3660000 -87840000:0:0'",
    '"P1Y-1M"': "'0-11 0 0:0:0'",
    '"10001-0 0 0:0:0"': "out_of_range",
    '"PT87840000H0.000001S"': "out_of_range",
    '"P"': "wrong_type",
    '"1-2"': "wrong_type",
    "3": "wrong_type",
  }),
  ...of(
    "RANGE of DATE",
    {
      '{"start":"2024-01-01","end":null}': "{start:'2024-01-01',end:null}",
      '{"end":"2024-01-02","start":"2024-01-01"}': "{start:'2024-01-01',end:'2024-01-02'}",
      '{"start":"2024-01-02","end":"2024-01-02"}': "out_of_range c",
      '{"start":"2024-13-01"}': "out_of_range c.start",
      '{"from":"2024-01-01"}': "unknown_column c.from",
      '"[2024-01-01, 2024-01-02)"': "wrong_type",
    },
    { rangeElementType: { type: "DATE" } },
  ),
  ...of("INT64 REQUIRED", { "1": "1n", null: "missing_column", "(absent)": "missing_column" }, { mode: "REQUIRED" }),
  ...of(
    "INT64 REPEATED",
    {
      "[1,2]": "[1n,2n]",
      "[]": "[]",
      null: "[]",
      "(absent)": "[]",
      "[1,null]": "null_element c[1]",
      "[1,1.5]": "wrong_type c[1]",
      "1": "wrong_type",
    },
    { mode: "REPEATED" },
  ),
  ...of(
    "RECORD",
    {
      '{"a":1}': "{a:1n}",
      "{}": "{a:null}",
      null: "null",
      "1": "not_an_object",
      '{"b":1}': "unknown_column c.b",
      '{"a":true}': "wrong_type c.a",
      '{"a":1,"a":1}': "duplicate_column c.a",
    },
    { fields: [{ name: "a", type: "INT64" }] },
  ),
  ...of(
    "RECORD REPEATED",
    {
      '[{"a":1},{"a":2}]': "[{a:1n},{a:2n}]",
      '[{"a":1},{"a":"x"}]': "wrong_type c[1].a",
      '[{"a":1},1]': "not_an_object c[1]",
    },
    { mode: "REPEATED", fields: [{ name: "a", type: "INT64" }] },
  ),
];

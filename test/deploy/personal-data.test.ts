import assert from "node:assert/strict";
import fc from "fast-check";
import { holdsAccountNumber, holdsEmailAddress, holdsPhoneNumber } from "../../deploy/rules/personal-data";
import { article, london } from "./deployments";

const CASES: Record<string, { holds: (text: string) => boolean; yes: readonly string[]; no: readonly string[] }> = {
  "an e-mail address": {
    holds: holdsEmailAddress,
    yes: ["jane@example.com", "gs://bank/jane.doe+x@mail.example.co.uk/temp", "projects/p/topics/jane%40example.com"],
    no: ["str-pl", "gs://bank/at@", "@example.com", "jane@localhost", "worker@sha256:00"],
  },
  "an account's or a card's number": {
    holds: holdsAccountNumber,
    yes: [
      "GB29NWBK60161331926819",
      "topic-gb29-nwbk-6016-1331-9268-19-in",
      "no93.8601.1117.947",
      "mt84_malt_0110_0001_2345_mtlc_ast0_01s",
      "4111111111111111",
      "str-pl-4111-1111-1111-1111",
      "3782_822463_10005",
      "6011-0000-0000-0000-019",
      "table_1234567890123",
      "str-pl-20260801120000",
    ],
    no: [
      "gb29-nwbk-6016-1331-9268-18",
      "gb29-nwbk-6016-1331-9268",
      "4111-1111-1111-1112",
      "4111-11111111-1111",
      "projects/123456789012/topics/t",
      "str-pl-20260801-120000",
      "str-pl-2026-08-01-12-00-00",
      "gb01-streaming-pipeline-topic-in",
    ],
  },
  "a telephone number": {
    holds: holdsPhoneNumber,
    yes: [
      "+447700900123",
      "t%2B447700900123",
      "0044-7700-900123",
      "tel07700900123",
      "020.7946.0018",
      "owner_01632-960123",
      "212-555-0123",
    ],
    no: [
      "str-pl-20260801-120000",
      "str-pl-2026-08-01-12-00-00",
      "beamapp-root-0801120000-123456",
      "projects/123456789012",
      "worker:0.1.0",
      "10.128.0.0",
      "str-pl-001",
    ],
  },
};

for (const [data, { holds, yes, no }] of Object.entries(CASES)) {
  describe(`what reads as ${data}`, () => {
    for (const text of yes) it(`${text} does`, () => assert.ok(holds(text)));
    for (const text of no) it(`${text} does not`, () => assert.ok(!holds(text)));
  });
}

const digits = (length: number) => fc.stringMatching(new RegExp(`^\\d{${length}}$`));
const inFours = (text: string, separator: string) => text.match(/.{1,4}/g)!.join(separator);
const separators = fc.constantFrom("-", "_", ".", "");

/** ISO 7064, the other way round. */
function ibanOf(country: string, account: string): string {
  const asNumber = `${account}${country}00`.replaceAll(/[A-Z]/g, (letter) => String(Number.parseInt(letter, 36)));
  return `${country}${String(98n - (BigInt(asNumber) % 97n)).padStart(2, "0")}${account}`;
}

describe("numbers in names", () => {
  it("every IBAN is found, in fours or in one", () => {
    fc.assert(
      fc.property(digits(14), separators, (account, separator) => {
        const iban = inFours(ibanOf("GB", `NWBK${account}`), separator);
        assert.ok(holdsAccountNumber(`str-pl_${iban}-topic`) && holdsAccountNumber(iban.toLowerCase()));
      }),
    );
  });

  it("every card's number is found, in fours or in one", () => {
    fc.assert(
      fc.property(digits(15), separators, (first, separator) => {
        const valid = [..."0123456789"].filter((last) => holdsAccountNumber(inFours(`${first}${last}`, "-")));
        assert.equal(valid.length, 1);
        assert.ok(holdsAccountNumber(`x-${inFours(first + valid[0], separator)}-x`));
      }),
    );
  });

  it("the profiles' own names hold none", () => {
    for (const text of [JSON.stringify(london()), JSON.stringify(article())]) {
      assert.ok(!holdsAccountNumber(text) && !holdsPhoneNumber(text));
    }
  });
});

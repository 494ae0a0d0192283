/** The stage by hand: no SDK, no objects of elements. As quick as Node can be at it, and what a worker is held against. */
import { FlatWriter } from "../../../pipeline/sdk/fast/flat-writer";
import type { Account } from "./stage";

const HEADER = 13;
const FULL = 1_000_000;

const { utf8Slice } = Buffer.prototype as unknown as {
  utf8Slice(this: Uint8Array, start: number, end: number): string;
};

/** Reads the elements of a data message and writes their rows; `full` is called where a megabyte is together. */
export function run(data: Buffer, w: FlatWriter, full: () => void): void {
  let pos = 0;
  while (pos < data.length) {
    w.raw(data.subarray(pos, pos + HEADER));
    pos += HEADER;
    let length = data[pos++]!;
    if (length > 127) length = (length & 127) | (data[pos++]! << 7);
    const a: Account = JSON.parse(utf8Slice.call(data, pos, pos + length));
    pos += length;
    w.uint32(14).uint32(0);
    w.string(a.name).string(a.address).string(a.country_code).string(a.city).string(a.bank_iban).string(a.company);
    w.exactInt64(a.credit_card);
    w.string(a.credit_card_provider).string(a.credit_card_expires).string(a.date_record_created);
    w.string(a.employement).string(a.emp_id).string(a.name_prefix).string(a.phone_number);
    if (w.len > FULL) full();
  }
}

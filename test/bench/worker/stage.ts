/**
 * The stage that every worker runs: a message's bytes, as text, as a row of its 14 columns. It is loaded by the worker too, from a folder
 * that has no TypeScript: what it needs of the SDK it takes from whatever program it runs in.
 */
import { createRequire } from "node:module";

const program = createRequire(require.main!.filename);
const { requireForSerialization } = program("apache-beam/serialization");

export interface Account {
  name: string;
  address: string;
  country_code: string;
  city: string;
  bank_iban: string;
  company: string;
  credit_card: number;
  credit_card_provider: string;
  credit_card_expires: string;
  date_record_created: string;
  employement: string;
  emp_id: string;
  name_prefix: string;
  phone_number: string;
}

export function decode(data: Uint8Array): string {
  return (data as Buffer).toString();
}

export function parse(text: string): Account {
  const a: Account = JSON.parse(text);
  return {
    name: a.name,
    address: a.address,
    country_code: a.country_code,
    city: a.city,
    bank_iban: a.bank_iban,
    company: a.company,
    credit_card: a.credit_card,
    credit_card_provider: a.credit_card_provider,
    credit_card_expires: a.credit_card_expires,
    date_record_created: a.date_record_created,
    employement: a.employement,
    emp_id: a.emp_id,
    name_prefix: a.name_prefix,
    phone_number: a.phone_number,
  };
}

requireForSerialization("bench-worker-stage", { decode, parse });

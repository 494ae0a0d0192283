"""The stage of stage.ts in Python. Run as a program it prints the pipeline that has it, as bytes."""
import json
import sys
import typing

import apache_beam as beam

Text = typing.Optional[str]


class Account(typing.NamedTuple):
  name: Text
  address: Text
  country_code: Text
  city: Text
  bank_iban: Text
  company: Text
  credit_card: typing.Optional[int]
  credit_card_provider: Text
  credit_card_expires: Text
  date_record_created: Text
  employement: Text
  emp_id: Text
  name_prefix: Text
  phone_number: Text


beam.coders.registry.register_coder(Account, beam.coders.RowCoder)


def decode(data):
  return data.decode('utf-8')


def parse(text):
  a = json.loads(text)
  return Account(
      a['name'], a['address'], a['country_code'], a['city'], a['bank_iban'],
      a['company'], a['credit_card'], a['credit_card_provider'],
      a['credit_card_expires'], a['date_record_created'], a['employement'],
      a['emp_id'], a['name_prefix'], a['phone_number'])


def pipeline():
  from apache_beam.options.pipeline_options import PipelineOptions
  p = beam.Pipeline(options=PipelineOptions([]))
  (p | beam.Impulse()
   | 'decode' >> beam.Map(decode).with_output_types(str)
   | 'parse' >> beam.Map(parse).with_output_types(Account))
  return p.to_runner_api()


if __name__ == '__main__':
  import python_stage
  sys.stdout.buffer.write(python_stage.pipeline().SerializeToString())

"""Beam's own row coder in Python, for what a test holds against it.

Reads lines: first a schema's bytes in hexadecimal, then rows as JSON lists of
their fields' values. Answers each row with its bytes, in hexadecimal. A value
is null, or as its type has it: an INT64 as text, BYTES in hexadecimal, an array
or a row as a list.
"""
import json
import sys

from apache_beam.coders import RowCoder
from apache_beam.portability.api import schema_pb2
from apache_beam.typehints.schemas import named_tuple_from_schema


def reader(field_type):
  kind = field_type.WhichOneof('type_info')
  if kind == 'row_type':
    return row_reader(field_type.row_type.schema)
  if kind == 'array_type':
    element = reader(field_type.array_type.element_type)
    return lambda value: None if value is None else [element(v) for v in value]
  read = {
      schema_pb2.INT64: int,
      schema_pb2.BYTES: bytes.fromhex,
  }.get(field_type.atomic_type, lambda value: value)
  return lambda value: None if value is None else read(value)


def row_reader(schema):
  row_type = named_tuple_from_schema(schema)
  reads = [reader(field.type) for field in schema.fields]
  return lambda values: None if values is None else row_type(
      *[read(value) for read, value in zip(reads, values)])


def main():
  schema = schema_pb2.Schema.FromString(bytes.fromhex(sys.stdin.readline()))
  coder = RowCoder(schema)
  read = row_reader(schema)
  for line in sys.stdin:
    sys.stdout.write(coder.encode(read(json.loads(line))).hex() + '\n')


if __name__ == '__main__':
  main()

"""Applies a composite to rows, and prints the rows that come out: `apply.py NAME KWARGS < ROWS`.

A row is a JSON object on a line of its own, its `data` in base64.
"""
import base64
import json
import pathlib
import sys
import tempfile

import support
import apache_beam as beam
from apache_beam.typehints.row_type import RowTypeConstraint


def main(name: str, kwargs: str) -> None:
    rows = [json.loads(line) for line in sys.stdin]
    for row in rows:
        row["data"] = base64.b64decode(row["data"])
    fields = [(field, type(value)) for field, value in rows[0].items()]
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder, "out")
        out.touch()
        with support.from_source(), support.pipeline() as pipeline:
            given = pipeline | beam.Create([beam.Row(**row) for row in rows]).with_output_types(
                RowTypeConstraint.from_fields(fields)
            )
            left = given | support.composite(name, **json.loads(kwargs))
            if left is not None:
                left | beam.Map(lambda row: print_to(str(out), row))
        print(out.read_text("utf-8"), end="")


def print_to(path: str, row) -> None:
    text = json.dumps({**row._asdict(), "data": base64.b64encode(row.data).decode()})
    with open(path, "a", encoding="utf-8") as out:
        out.write(f"{text}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

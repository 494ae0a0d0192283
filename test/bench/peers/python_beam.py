"""Python Beam's streaming DirectRunner on a subscription of the emulator: read, decode, parse to a dictionary, count.

python_beam.py SUBSCRIPTION COUNT prints the seconds from the first message to the last.
"""
import json
import os
import sys
import time

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions

SUBSCRIPTION, COUNT = sys.argv[1], int(sys.argv[2])
seen = 0
first = 0.0


class Count(beam.DoFn):
    def process(self, row):
        global seen, first
        first = first or time.perf_counter()
        seen += 1
        if seen == COUNT:
            print(time.perf_counter() - first, flush=True)
            os._exit(0)  # A streaming pipeline has no end of its own.


with beam.Pipeline(options=PipelineOptions(["--streaming", "--runner", "DirectRunner"])) as pipeline:
    _ = (
        pipeline
        | "read" >> beam.io.ReadFromPubSub(subscription=SUBSCRIPTION)
        | "decode" >> beam.Map(lambda data: data.decode("utf-8"))
        | "parse" >> beam.Map(json.loads)
        | "count" >> beam.ParDo(Count())
    )

"""The composites from their source text, pickled into a worker, as a submission has them."""
import json
import logging
import os
import unittest
from unittest import mock

import support
import apache_beam as beam
from apache_beam.io.gcp.pubsub import PubsubMessage
from apache_beam.portability.api import beam_runner_api_pb2, schema_pb2
from apache_beam.testing.util import assert_that, equal_to
from apache_beam.transforms.window import FixedWindows, TimestampedValue
from support import FakeBigQuery, failure, insert_errors

import write_dead_letters

MARKER = "Ada-4539578763621486123"
TABLE = "test-project:bank.rows"
TOPIC = "projects/test-project/topics/dead"


def row_of(message_id: int, **fields) -> beam.Row:
    given = {"row": f'{{"name":"{MARKER}"}}', "data": b"\xff{}", "attributes": '{"a":"\u00e9"}', **fields}
    return beam.Row(**given, message_id=str(message_id), ordering_key="k", publish_time_micros=1_700_000_000_000_000)


def names_and_coders(pipeline: beam.Pipeline, at: str) -> tuple[set[str], list[beam_runner_api_pb2.FunctionSpec]]:
    """Names of the transforms, and the coders of what leaves the one at `at`."""
    components = pipeline.to_runner_api().components
    by_name = {transform.unique_name: transform for transform in components.transforms.values()}
    outputs = [components.pcollections[output] for output in by_name[at].outputs.values()]
    return set(by_name), [components.coders[output.coder_id].spec for output in outputs]


class WriteRows(unittest.TestCase):
    def setUp(self) -> None:
        self.fake = self.enterContext(FakeBigQuery([{"name": "name", "type": "STRING"}]))
        self.enterContext(mock.patch.dict(os.environ, {"BIGQUERY_EMULATOR_HOST": self.fake.host}))
        self.enterContext(support.from_source())

    def write(self, rows: beam.PCollection, columns: str = '[{"name":"name","type":"STRING"}]') -> beam.PCollection:
        return rows | "writeRows" >> support.composite("write_rows", table=TABLE, columns_json=columns)

    def test_gives_back_refused_messages_whole_in_their_own_window_at_their_own_time(self):
        invalid = {"reason": "invalid", "location": "name", "message": MARKER}
        self.fake.inserts = [lambda request: insert_errors(refused_in(request, {"3", "12"}, invalid))]
        with support.pipeline() as pipeline:
            rows = (
                pipeline
                | beam.Create([TimestampedValue(row_of(i), i) for i in range(20)])
                | beam.WindowInto(FixedWindows(10))
            )
            refused = self.write(rows) | beam.Map(
                lambda row, time=beam.DoFn.TimestampParam, window=beam.DoFn.WindowParam: (
                    *row._asdict().items(),
                    (int(time), int(window.start)),
                )
            )
            assert_that(refused, equal_to([whole(3, 0), whole(12, 10)]))
        self.assertEqual(sum(len(request["rows"]) for request in self.fake.asked), 20)

    def test_counts_rows_bytes_batches_and_the_delay(self):
        self.fake.inserts = [lambda request: insert_errors(refused_in(request, {"7"}, {"reason": "invalid"}))]
        pipeline = support.pipeline()
        self.write(pipeline | beam.Create([row_of(i) for i in range(1001)], reshuffle=False))
        metrics = pipeline.run().metrics().query()
        counters = {one.key.metric.name: one.committed for one in metrics["counters"] if is_ours(one)}
        sent = sum(len(body) for body in self.fake.bodies)
        self.assertEqual((counters["rows_written"], counters["rows_refused"]), (1000, 1))
        self.assertTrue(sent * 0.9 < counters["bytes_written"] < sent)
        found = {one.key.metric.name: one.committed for one in metrics["distributions"] if is_ours(one)}
        size, delay = found["insert_batch_size"], found["delay_ms"]
        self.assertEqual((size.sum, size.count, size.max), (1001, 3, 500))
        self.assertEqual(delay.count, 1000)
        self.assertGreater(delay.min, 1_000_000_000)

    def test_fails_the_bundle_where_somebody_must_mend_something_without_a_value_in_text_or_log(self):
        for table, insert, code in [
            (failure(404, "notFound", MARKER), None, "BIGQUERY_NOT_FOUND"),
            (None, failure(403, "accessDenied", MARKER), "BIGQUERY_ACCESS_DENIED"),
            (None, failure(400, "invalid", MARKER), "BIGQUERY_INVALID"),
            ((200, {"schema": {"fields": []}}), None, "BIGQUERY_OTHER_COLUMNS"),
        ]:
            self.fake.table = table or (200, {"schema": {"fields": [{"name": "name", "type": "STRING"}]}})
            self.fake.inserts = [lambda _: insert] if insert else []
            with self.subTest(code), self.assertLogs(level=logging.DEBUG) as logs:
                with self.assertRaises(Exception) as caught, support.pipeline() as pipeline:
                    self.write(pipeline | beam.Create([row_of(1), row_of(2)]))
                text = "".join([repr(caught.exception), *logs.output, *map(str, logs.records)])
                self.assertIn(f"SetUpError: {code}: {TABLE}", text)
                self.assertIn("writeRows/WriteRows/Insert", text)
                self.assertNotIn(MARKER, text)

    def test_has_stable_names_and_a_row_that_typescript_can_decode(self):
        pipeline = support.pipeline()
        self.write(pipeline | beam.Create([row_of(1)]))
        names, coders = names_and_coders(pipeline, "writeRows")
        self.assertLessEqual({"writeRows/WriteRows", "writeRows/WriteRows/Insert"}, names)
        self.assertEqual([coder.urn for coder in coders], ["beam:coder:row:v1"])
        # The id is the same in every submission. Other fields have another: a job that runs cannot be updated to it.
        self.assertEqual(schema_pb2.Schema.FromString(coders[0].payload).id, "c69a8ffb-91a0-5e71-b4ca-5a121ff450c9")

    def test_is_refused_when_it_is_made_where_the_table_is_no_table(self):
        with self.assertRaisesRegex(ValueError, "PROJECT:DATASET.TABLE"):
            support.pipeline() | beam.Create([row_of(1)]) | support.composite("write_rows", table="rows")


def refused_in(request: dict, ids: set[str], error: dict) -> dict[int, dict]:
    return {index: error for index, row in enumerate(request["rows"]) if row["insertId"] in ids}


def whole(message_id: int, window: int) -> tuple:
    fields = {**row_of(message_id)._asdict(), "column": "name"}
    order = ["data", "attributes", "message_id", "ordering_key", "publish_time_micros", "column"]
    return (*((name, fields[name]) for name in order), (message_id, window))


def is_ours(metric) -> bool:
    return metric.key.metric.namespace == "regulated_streaming_pipeline"


class WriteDeadLetters(unittest.TestCase):
    def message(self, attributes: dict[str, str], ordering_key: str) -> PubsubMessage:
        letter = beam.Row(data=b"\xff", attributes=json.dumps(attributes), ordering_key=ordering_key)
        return write_dead_letters.to_message(letter)

    def test_publishes_bytes_and_attributes_and_no_ordering_key(self):
        message = self.message({"error_reason": "wrong_type", "original_\u00e9": "\u00fc"}, "")
        self.assertEqual(message.data, b"\xff")
        self.assertEqual(message.attributes, {"error_reason": "wrong_type", "original_\u00e9": "\u00fc"})
        self.assertEqual(message.ordering_key, "")

    def test_keeps_the_ordering_key_as_an_attribute_where_there_is_room(self):
        for count, keeps in [(0, True), (99, True), (100, False)]:
            attributes = {f"original_{i}": "x" for i in range(count)}
            message = self.message(attributes, "k")
            expected = {**attributes, "original_ordering_key": "k"} if keeps else attributes
            self.assertEqual((message.attributes, message.ordering_key), (expected, ""))

    def test_has_stable_names_and_no_output(self):
        pipeline = support.pipeline()
        with support.from_source():
            letters = pipeline | beam.Create([beam.Row(data=b"", attributes="{}", ordering_key="")])
            left = letters | "writeDeadLetters" >> support.composite("write_dead_letters", topic=TOPIC)
        self.assertIsNone(left)
        names, coders = names_and_coders(pipeline, "writeDeadLetters")
        at = "writeDeadLetters/WriteDeadLetters"
        self.assertLessEqual({at, f"{at}/ToMessage", f"{at}/Publish"}, names)
        self.assertEqual(coders, [])

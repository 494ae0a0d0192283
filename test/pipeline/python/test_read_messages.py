import datetime
import json
import unittest

import support
import apache_beam as beam
from apache_beam.io.gcp.pubsub import PubsubMessage
from apache_beam.portability.api import schema_pb2
from apache_beam.testing.util import assert_that, equal_to
from google.protobuf.timestamp_pb2 import Timestamp
from google.pubsub_v1.types import pubsub

import read_messages

SUBSCRIPTION = "projects/test-project/subscriptions/s"
UTC = datetime.timezone.utc


def delivered(seconds: int, nanos: int, **fields) -> PubsubMessage:
    """A message as ReadFromPubSub makes it of what the service delivers."""
    proto = pubsub.PubsubMessage(publish_time=Timestamp(seconds=seconds, nanos=nanos), **fields)
    return PubsubMessage._from_proto_str(pubsub.PubsubMessage.serialize(proto))


class ToMicros(unittest.TestCase):
    def test_is_exact_where_a_double_is_not(self):
        for seconds, nanos, micros in [
            (1_700_000_000, 123_456_789, 1_700_000_000_123_456),
            (253_402_300_799, 999_999_999, 253_402_300_799_999_999),
            (0, 1_000, 1),
            (-1, 999_999_000, -1),
        ]:
            message = delivered(seconds, nanos, data=b"x")
            self.assertEqual(read_messages.to_micros(message.publish_time), micros)

    def test_takes_no_time_and_a_time_without_a_zone(self):
        self.assertEqual(read_messages.to_micros(None), 0)
        self.assertEqual(read_messages.to_micros(datetime.datetime(1970, 1, 1, 0, 0, 1)), 1_000_000)
        self.assertEqual(read_messages.to_micros(datetime.datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)), 1_000_000)


class ToRow(unittest.TestCase):
    def test_keeps_all_of_a_message(self):
        row = read_messages.to_row(
            delivered(1, 2_000, data=b"\x00\xff", attributes={"ké": "Å\u0000"}, message_id="7", ordering_key="k")
        )
        self.assertEqual(json.loads(row.attributes), {"ké": "Å\u0000"})
        self.assertIn("ké", row.attributes)
        kept = (row.data, row.message_id, row.ordering_key, row.publish_time_micros)
        self.assertEqual(kept, (b"\x00\xff", "7", "k", 1_000_002))

    def test_takes_a_message_that_has_nothing(self):
        for message in (delivered(0, 0), PubsubMessage(None, {"a": "b"}), PubsubMessage(b"", None)):
            row = read_messages.to_row(message)
            self.assertEqual((row.data, row.message_id, row.ordering_key), (b"", "", ""))
            self.assertIsInstance(json.loads(row.attributes), dict)

    def test_crosses_as_a_row_whose_fields_stand_in_order(self):
        expected = [("data", b"{}"), ("attributes", '{"é": "ü"}'), ("message_id", "1"), ("ordering_key", "")]
        with support.pipeline() as pipeline:
            rows = (
                pipeline
                | beam.Create([delivered(1_700_000_000, 1_000, data=b"{}", attributes={"é": "ü"}, message_id="1")])
                | beam.Map(read_messages.to_row).with_output_types(
                    read_messages.row_type(read_messages.MESSAGE_FIELDS)
                )
                | beam.Reshuffle()
                | beam.Map(lambda row: list(row._asdict().items()))
            )
            assert_that(rows, equal_to([[*expected, ("publish_time_micros", 1_700_000_000_000_001)]]))


class ReadMessages(unittest.TestCase):
    def graph(self, **kwargs):
        pipeline = support.pipeline()
        with support.from_source():
            pipeline | "readMessages" >> support.composite("read_messages", **kwargs)
        return pipeline.to_runner_api()

    def test_has_stable_names_and_a_row_that_typescript_can_decode(self):
        components = self.graph(subscription=SUBSCRIPTION).components
        at = "readMessages/ReadMessages"
        by_name = {transform.unique_name: transform for transform in components.transforms.values()}
        inner = ["", "/Read", "/Read/Read", "/ToRow"]
        self.assertTrue({at + name for name in inner} <= by_name.keys(), by_name.keys())
        self.assertEqual(by_name[f"{at}/Read/Read"].spec.urn, "beam:transform:pubsub_read:v1")
        (output,) = by_name[at].outputs.values()
        coder = components.coders[components.pcollections[output].coder_id]
        self.assertEqual(coder.spec.urn, "beam:coder:row:v1")
        # The id is the same in every submission. Other fields have another: a job that runs cannot be updated to it.
        schema = schema_pb2.Schema.FromString(coder.spec.payload)
        self.assertEqual(schema.id, "d037b7c3-93ee-5bb8-b4a4-d4da0ddecdf6")
        self.assertEqual([field.name for field in schema.fields], [name for name, _ in read_messages.MESSAGE_FIELDS])
        self.assertFalse(any(field.type.nullable for field in schema.fields))

    def test_wants_a_subscription_or_a_topic(self):
        for kwargs in ({}, {"subscription": SUBSCRIPTION, "topic": "projects/test-project/topics/t"}):
            with self.assertRaisesRegex(ValueError, "one of the two"):
                read_messages.ReadMessages(**kwargs)
        self.graph(topic="projects/test-project/topics/t", subscription="")

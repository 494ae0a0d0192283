"""Messages of Pub/Sub as Beam rows that the TypeScript worker can decode.

Sent to the expansion service as text: this file stands alone, and its last
top-level statement is the transform.
"""
import datetime
import json
import time
import uuid
from typing import Iterator

import apache_beam as beam
from apache_beam.io.gcp.pubsub import PubsubMessage, ReadFromPubSub
from apache_beam.io.restriction_trackers import OffsetRange, OffsetRestrictionTracker
from apache_beam.io.watermark_estimators import ManualWatermarkEstimator
from apache_beam.transforms.core import RestrictionProvider
from apache_beam.transforms.window import TimestampedValue
from apache_beam.typehints.row_type import RowTypeConstraint
from apache_beam.utils.timestamp import Duration, Timestamp
from google.cloud import pubsub_v1

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MICROSECOND = datetime.timedelta(microseconds=1)

MESSAGE_FIELDS = [
    ("data", bytes),
    ("attributes", str),
    ("message_id", str),
    ("ordering_key", str),
    ("publish_time_micros", int),
]


def row_type(fields: list[tuple[str, type]]) -> type:
    """A row whose schema's id follows from its fields: a new one in each submission would be a new coder to an update.

    A RowTypeConstraint's own id does not get into the coder; that of its generated class does.
    """
    text = ",".join(f"{name}:{type_.__name__}" for name, type_ in fields)
    schema_id = str(uuid.uuid5(uuid.NAMESPACE_OID, text))
    return RowTypeConstraint.from_fields(fields, schema_id=schema_id).user_type


def to_micros(time: datetime.datetime | None) -> int:
    """Microseconds since 1970, exact: integers all the way. 0 where there is no time."""
    if time is None:
        return 0
    if time.tzinfo is None:
        time = time.replace(tzinfo=datetime.timezone.utc)
    return (time - EPOCH) // MICROSECOND


def to_row(message: PubsubMessage) -> beam.Row:
    """`attributes` is a JSON object of strings."""
    return beam.Row(
        data=message.data or b"",
        attributes=json.dumps(dict(message.attributes or {}), ensure_ascii=False),
        message_id=message.message_id or "",
        ordering_key=message.ordering_key or "",
        publish_time_micros=to_micros(message.publish_time),
    )


class Backlog(OffsetRestrictionTracker):
    """Counts the messages that were handed over. It has no end, and only what was not pulled yet can be split off."""

    def is_bounded(self) -> bool:
        return False

    def try_split(self, fraction_of_remainder: float):
        return super().try_split(0) if fraction_of_remainder == 0 else None


class Subscription(RestrictionProvider):
    def initial_restriction(self, element) -> OffsetRange:
        return OffsetRange(0, 2**63 - 1)

    def create_tracker(self, restriction: OffsetRange) -> Backlog:
        return Backlog(restriction)

    def restriction_size(self, element, restriction: OffsetRange) -> int:
        return 1


class Pull(beam.DoFn):
    """Reads a subscription on any runner: only Dataflow has `beam:transform:pubsub_read:v1`.

    Gives what that one does where attributes are asked for: a serialised PubsubMessage with its id and its time of publication. What a
    bundle pulled is acknowledged when the runner has committed it.
    """

    MOST_MESSAGES = 250
    SECONDS_BETWEEN_EMPTY_PULLS = 0.1

    def __init__(self, subscription: str) -> None:
        self._subscription = subscription

    def setup(self) -> None:
        self._client = pubsub_v1.SubscriberClient()

    @beam.DoFn.unbounded_per_element()
    def process(
        self,
        element,
        # Beam fills in what stands before the restriction by its place.
        finalizer=beam.DoFn.BundleFinalizerParam,
        tracker=beam.DoFn.RestrictionParam(Subscription()),
        watermark=beam.DoFn.WatermarkEstimatorParam(ManualWatermarkEstimator.default_provider()),
    ) -> Iterator[TimestampedValue]:
        """One pull a bundle: the rest is put off."""
        asked = Timestamp.of(time.time())
        request = {"subscription": self._subscription, "max_messages": self.MOST_MESSAGES, "return_immediately": True}
        received = self._client.pull(request=request).received_messages
        first = tracker.current_restriction().start
        for position, one in enumerate(received, first):
            if not tracker.try_claim(position):
                raise RuntimeError("the runner split what it was told not to split")
            published = Timestamp.of(one.message.publish_time.timestamp())
            yield TimestampedValue(pubsub_v1.types.PubsubMessage.serialize(one.message), published)
        # Prism asks for it after every bundle, and an SDK that has nothing to finalise answers with an error.
        finalizer.register(lambda: self._acknowledge([one.ack_id for one in received]))
        if not received:
            # An empty answer says little about what is on its way: a second is allowed for it.
            watermark.set_watermark(max(watermark.current_watermark() or asked - 1, asked - 1))
        tracker.defer_remainder(Duration(0 if received else self.SECONDS_BETWEEN_EMPTY_PULLS))

    def _acknowledge(self, ids: list[str]) -> None:
        if ids:
            self._client.acknowledge(request={"subscription": self._subscription, "ack_ids": ids})


class ReadMessages(beam.PTransform):
    """Reads a subscription, or a topic by a subscription that Dataflow makes for the job.

    `by`: `service`, where the runner itself reads Pub/Sub, as Dataflow does; `pull`, a subscription on any other runner.
    """

    def __init__(self, subscription: str | None = None, topic: str | None = None, by: str = "service") -> None:
        super().__init__()
        if bool(subscription) == bool(topic):
            raise ValueError("ReadMessages needs a subscription or a topic, and not both: give one of the two")
        if by not in ("service", "pull") or (by == "pull" and topic):
            raise ValueError("ReadMessages pulls from a subscription alone: give one, or leave the reading to the service")
        self._subscription = subscription or None
        self._topic = topic or None
        self._by = by

    def expand(self, pipeline):
        return self._messages(pipeline) | "ToRow" >> beam.Map(to_row).with_output_types(row_type(MESSAGE_FIELDS))

    def _messages(self, pipeline):
        if self._by == "service":
            read = ReadFromPubSub(subscription=self._subscription, topic=self._topic, with_attributes=True)
            return pipeline | "Read" >> read
        return (
            pipeline
            | "Impulse" >> beam.Impulse()
            | "Pull" >> beam.ParDo(Pull(self._subscription)).with_output_types(bytes)
            | "FromBytes" >> beam.Map(PubsubMessage._from_proto_str).with_output_types(PubsubMessage)
        )

"""Messages of Pub/Sub as Beam rows that the TypeScript worker can decode.

Sent to the expansion service as text: this file stands alone, and its last
top-level statement is the transform.
"""
import datetime
import json
import uuid

import apache_beam as beam
from apache_beam.io.gcp.pubsub import PubsubMessage, ReadFromPubSub
from apache_beam.typehints.row_type import RowTypeConstraint

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


class ReadMessages(beam.PTransform):
    """Reads a subscription, or a topic by a subscription that Dataflow makes for the job."""

    def __init__(self, subscription: str | None = None, topic: str | None = None) -> None:
        super().__init__()
        if bool(subscription) == bool(topic):
            raise ValueError("ReadMessages needs a subscription or a topic, and not both: give one of the two")
        self._subscription = subscription or None
        self._topic = topic or None

    def expand(self, pipeline):
        return (
            pipeline
            | "Read" >> ReadFromPubSub(subscription=self._subscription, topic=self._topic, with_attributes=True)
            | "ToRow" >> beam.Map(to_row).with_output_types(row_type(MESSAGE_FIELDS))
        )

"""Dead letters to a Pub/Sub topic, by Beam's own WriteToPubSub.

Sent to the expansion service as text: this file stands alone, and its last
top-level statement is the transform.
"""
import json

import apache_beam as beam
from apache_beam.io.gcp.pubsub import PubsubMessage, WriteToPubSub

MOST_ATTRIBUTES = 100


def to_message(letter) -> PubsubMessage:
    """Without an ordering key, as from TypeScript: a dead letter waits for nobody. The key becomes an attribute."""
    attributes = json.loads(letter.attributes)
    if letter.ordering_key and len(attributes) < MOST_ATTRIBUTES:
        attributes["original_ordering_key"] = letter.ordering_key
    return PubsubMessage(letter.data, attributes)


class WriteDeadLetters(beam.PTransform):
    """Publishes rows of (data, attributes, ordering_key); all are confirmed before a bundle ends. Has no output.

    `topic`: projects/P/topics/T. `attributes`: a JSON object of strings.
    """

    def __init__(self, topic: str) -> None:
        super().__init__()
        self._topic = topic

    def expand(self, letters):
        # What WriteToPubSub leaves is an empty collection with a coder that only Python knows: it stays in here.
        _ = (
            letters
            | "ToMessage" >> beam.Map(to_message).with_output_types(PubsubMessage)
            | "Publish" >> WriteToPubSub(self._topic, with_attributes=True)
        )

"""Dataflow's own read of Pub/Sub, played by a splittable DoFn on Google's client.

Only Dataflow has `beam:transform:pubsub_read:v1`. This hands over what that one does where attributes are asked for: a serialised
PubsubMessage with its id and its time of publication, and acknowledges it after its bundle was committed.
"""

import time
from typing import Iterator

import apache_beam as beam
from apache_beam.io.restriction_trackers import OffsetRange, OffsetRestrictionTracker
from apache_beam.io.watermark_estimators import ManualWatermarkEstimator
from apache_beam.transforms.core import RestrictionProvider
from apache_beam.transforms.window import TimestampedValue
from apache_beam.utils.timestamp import Duration, Timestamp
from google.cloud import pubsub_v1

# Bundles of this size are many enough in a rehearsal to meet each other.
MOST_MESSAGES = 250
SECONDS_BETWEEN_EMPTY_PULLS = 0.1


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
    def __init__(self, subscription: str) -> None:
        self._subscription = subscription

    def setup(self) -> None:
        self._client = pubsub_v1.SubscriberClient()

    @beam.DoFn.unbounded_per_element()
    def process(
        self,
        element,
        finalizer=beam.DoFn.BundleFinalizerParam,
        tracker=beam.DoFn.RestrictionParam(Subscription()),
        watermark=beam.DoFn.WatermarkEstimatorParam(ManualWatermarkEstimator.default_provider()),
    ) -> Iterator[TimestampedValue]:
        """One pull a bundle: what it has is acknowledged together, and the rest is put off."""
        asked = Timestamp.of(time.time())
        request = {"subscription": self._subscription, "max_messages": MOST_MESSAGES, "return_immediately": True}
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
        tracker.defer_remainder(Duration(0 if received else SECONDS_BETWEEN_EMPTY_PULLS))

    def _acknowledge(self, ids: list[str]) -> None:
        if ids:
            self._client.acknowledge(request={"subscription": self._subscription, "ack_ids": ids})


def read(pipeline: beam.Pipeline, subscription: str) -> beam.PCollection:
    return pipeline | "Impulse" >> beam.Impulse() | "Pull" >> beam.ParDo(Pull(subscription)).with_output_types(bytes)

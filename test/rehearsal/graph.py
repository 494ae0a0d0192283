"""The graph that was staged for Dataflow, with what only Dataflow has replaced. Nothing else of it is touched."""

import apache_beam as beam
from apache_beam.portability.api import beam_runner_api_pb2 as api
from apache_beam.portability.api import endpoints_pb2
from apache_beam.runners.pipeline_context import PipelineContext
from read_messages import Pull

PUBSUB_READ = "beam:transform:pubsub_read:v1"
PROCESS = "beam:env:process:v1"
EXTERNAL = "beam:env:external:v1"
PYTHON_SDK = "beam:version:sdk_base:apache/beam_python"


def replace_environments(graph: api.Pipeline, worker: str, worker_pool: str) -> None:
    """Images become what a machine without a container engine can start. `worker`: a command; `worker_pool`: HOST:PORT."""
    for environment in graph.components.environments.values():
        if any(capability.startswith(PYTHON_SDK) for capability in environment.capabilities):
            url = endpoints_pb2.ApiServiceDescriptor(url=worker_pool)
            environment.urn = EXTERNAL
            environment.payload = api.ExternalPayload(endpoint=url).SerializeToString()
        else:
            environment.urn = PROCESS
            environment.payload = api.ProcessPayload(command=worker).SerializeToString()


def replace_reads(graph: api.Pipeline) -> list[str]:
    """Each native read becomes a composite around a source in Python, with the same output. Answers the subscriptions."""
    reads = [one for one in graph.components.transforms.values() if one.spec.urn == PUBSUB_READ]
    subscriptions = []
    for number, read in enumerate(reads):
        payload = api.PubSubReadPayload.FromString(read.spec.payload)
        if not payload.subscription or not payload.with_attributes:
            raise ValueError(f"{read.unique_name} is no read of a subscription with attributes: a rehearsal knows no other")
        _put_inside(graph, read, _source(payload.subscription, f"stand_in_{number}"))
        subscriptions.append(payload.subscription)
    return subscriptions


def _source(subscription: str, namespace: str) -> api.Pipeline:
    """A pipeline of its own, whose ids begin with the namespace."""
    pipeline = beam.Pipeline()
    _ = pipeline | "Impulse" >> beam.Impulse() | "Pull" >> beam.ParDo(Pull(subscription)).with_output_types(bytes)
    return pipeline.to_runner_api(context=PipelineContext(namespace=namespace))


def _put_inside(graph: api.Pipeline, read: api.PTransform, source: api.Pipeline) -> None:
    """Moves the transforms of `source` into `read`, in the environment of `read`."""
    parts = source.components
    root = parts.transforms.pop(source.root_transform_ids[0])
    for transform in parts.transforms.values():
        transform.unique_name = f"{read.unique_name}/{transform.unique_name}"
        transform.environment_id = transform.environment_id and read.environment_id
    for windowing in parts.windowing_strategies.values():
        windowing.environment_id = read.environment_id
    _rename_output(parts, root.subtransforms[-1], read)

    for kind in ("coders", "windowing_strategies", "pcollections", "transforms"):
        for id, part in getattr(parts, kind).items():
            getattr(graph.components, kind)[id].CopyFrom(part)
    graph.requirements.extend(one for one in source.requirements if one not in graph.requirements)
    read.ClearField("spec")
    read.ClearField("environment_id")
    read.subtransforms[:] = root.subtransforms


def _rename_output(parts: api.Components, last: str, read: api.PTransform) -> None:
    """What the last transform puts out is what the read put out."""
    outputs = parts.transforms[last].outputs
    (tag,) = outputs
    del parts.pcollections[outputs[tag]]
    (outputs[tag],) = read.outputs.values()

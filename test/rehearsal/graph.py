"""The graph that was staged for Dataflow, with what only Dataflow has replaced. Nothing else of it is touched."""

import apache_beam as beam
from apache_beam.portability.api import beam_runner_api_pb2 as api
from apache_beam.portability.api import endpoints_pb2
from apache_beam.runners.pipeline_context import PipelineContext
from apache_beam.transforms.environments import python_sdk_capabilities
from read_messages import Pull

PUBSUB_READ = "beam:transform:pubsub_read:v1"
PROCESS = "beam:env:process:v1"
EXTERNAL = "beam:env:external:v1"
PYTHON_SDK = "beam:version:sdk_base:apache/beam_python"
JAVA_SDK = "beam:version:sdk_base:apache/beam_java"


def replace_environments(graph: api.Pipeline, worker: str, worker_pool: str, java_worker: str) -> None:
    """Images become what a machine without a container engine can start. Workers are commands; `worker_pool`: HOST:PORT."""
    for environment in graph.components.environments.values():
        if _is_of(environment, PYTHON_SDK):
            url = endpoints_pb2.ApiServiceDescriptor(url=worker_pool)
            environment.urn = EXTERNAL
            environment.payload = api.ExternalPayload(endpoint=url).SerializeToString()
        else:
            command = java_worker if _is_of(environment, JAVA_SDK) else worker
            environment.urn = PROCESS
            environment.payload = api.ProcessPayload(command=command).SerializeToString()


def _is_of(environment: api.Environment, sdk: str) -> bool:
    return any(capability.startswith(sdk) for capability in environment.capabilities)


def replace_reads(graph: api.Pipeline) -> list[str]:
    """Each native read becomes a composite around a source in Python, with the same output. Answers the subscriptions.

    A graph that has no Python gets an environment for it, which is to be replaced like the others.
    """
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


def _python_environment(graph: api.Pipeline) -> str:
    """The id of the graph's own, or of a new one."""
    for id, environment in graph.components.environments.items():
        if _is_of(environment, PYTHON_SDK):
            return id
    graph.components.environments["stand_in_python"].capabilities.extend(python_sdk_capabilities())
    return "stand_in_python"


def _put_inside(graph: api.Pipeline, read: api.PTransform, source: api.Pipeline) -> None:
    """Moves the transforms of `source` into `read`, in the environment of Python."""
    python = _python_environment(graph)
    parts = source.components
    root = parts.transforms.pop(source.root_transform_ids[0])
    for transform in parts.transforms.values():
        transform.unique_name = f"{read.unique_name}/{transform.unique_name}"
        transform.environment_id = transform.environment_id and python
    for windowing in parts.windowing_strategies.values():
        windowing.environment_id = python
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

"""The Python side of a submission, in one process: Beam's expansion service, and the Dataflow runner.

It speaks in lines of JSON. On standard output it first says where the expansion service listens, then answers each line of standard
input. It ends with its standard input: whatever ends the driver ends it too. Its logs go to standard error.

Beam's own `expansion_service_main` runs whatever source it is sent, for everybody who reaches the port, on every address of the machine:
here it listens on the loopback address alone.
"""

from __future__ import annotations

import itertools
import json
import logging
import os
import queue
import sys
import threading
from typing import Any, TextIO


def through_no_link(path: str, flags: int) -> int:
    """An `opener` for files that are written: who can write to the folder could otherwise lead us anywhere."""
    return os.open(path, flags | os.O_NOFOLLOW, 0o600)


def start_expansion_service() -> tuple[Any, str]:
    """Starts it on a free port. Answers the server, which lives as long as it is held, and its address."""
    import grpc
    from apache_beam.internal import pickler
    from apache_beam.options.pipeline_options import PipelineOptions, SetupOptions
    from apache_beam.portability.api import beam_artifact_api_pb2_grpc, beam_expansion_api_pb2_grpc
    from apache_beam.runners.portability import artifact_service, expansion_service
    from apache_beam.utils import thread_pool_executor

    # Everything that a worker needs is in its image: nothing is to be staged.
    options = PipelineOptions(["--sdk_location=container"])
    pickler.set_library(options.view_as(SetupOptions).pickle_library)

    server = grpc.server(thread_pool_executor.shared_unbounded_instance())
    beam_expansion_api_pb2_grpc.add_ExpansionServiceServicer_to_server(
        expansion_service.ExpansionServiceServicer(options), server
    )
    beam_artifact_api_pb2_grpc.add_ArtifactRetrievalServiceServicer_to_server(
        artifact_service.ArtifactRetrievalService(artifact_service.BeamFilesystemHandler(None).file_reader), server
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, f"127.0.0.1:{port}"


def name_classes_by_order() -> None:
    """Pickled classes carry an id: by their order, not at random, so that the same pipeline is the same graph, byte for byte."""
    from apache_beam.internal import cloudpickle_pickler

    ids = itertools.count()
    cloudpickle_pickler.DEFAULT_CONFIG.id_generator = lambda cls: f"{cls.__qualname__}-{next(ids)}"


class InOneOrder:
    """A proto whose maps are written in the order of their keys."""

    def __init__(self, proto):
        self._proto = proto

    def __getattr__(self, name):
        return getattr(self._proto, name)

    def SerializeToString(self) -> bytes:
        return self._proto.SerializeToString(deterministic=True)


def submit(graph: str, flags: list[str], folder: str, dry_run: bool) -> dict[str, Any]:
    """Stages a graph and creates its job, as the command line flags of Beam's Python SDK say.

    `graph` is a file with the pipeline proto. The graph as it is staged and the job as it is asked for are left in `folder`, as
    `pipeline.pb` and `request.json`; a dry run does no more. Answers the job's id, or null where none was created (a template).
    """
    from apache_beam.options.pipeline_options import PipelineOptions
    from apache_beam.portability.api import beam_runner_api_pb2
    from apache_beam.runners.dataflow import dataflow_runner
    from apache_beam.runners.dataflow.internal import apiclient

    class NodeOptions(PipelineOptions):
        """What the TypeScript worker reads of the options: the modules that it loads before it starts."""

        @classmethod
        def _add_argparse_args(cls, parser):
            parser.add_argument("--registered_node_modules", action="append")

    class Client(apiclient.DataflowApplicationClient):
        """Google's client, which leaves a copy of what it sends."""

        def create_job_description(self, job):
            job.proto_pipeline = InOneOrder(job.proto_pipeline)
            super().create_job_description(job)
            with open(os.path.join(folder, "pipeline.pb"), "wb", opener=through_no_link) as file:
                file.write(job.proto_pipeline.SerializeToString())
            with open(os.path.join(folder, "request.json"), "w", encoding="utf-8", opener=through_no_link) as file:
                file.write(job.json())

    class DryRunClient(Client):
        """Makes the same job and sends nothing."""

        def __init__(self, options, root_staging_location=None):
            self.google_cloud_options = options.view_as(apiclient.GoogleCloudOptions)
            self._sdk_image_overrides = {}
            self.environment_version = apiclient._FNAPI_ENVIRONMENT_MAJOR_VERSION

        def job_id_for_name(self, job_name):
            return "found-when-it-is-submitted"

        def stage_file_with_retry(self, *args, **kwargs):
            pass

        def submit_job_description(self, job):
            return None

    with open(graph, "rb") as file:
        proto = beam_runner_api_pb2.Pipeline.FromString(file.read())
    options = PipelineOptions(flags)
    options.view_as(NodeOptions)
    # The runner makes its client by this name and takes no other.
    client = apiclient.DataflowApplicationClient
    apiclient.DataflowApplicationClient = DryRunClient if dry_run else Client
    try:
        result = dataflow_runner.DataflowRunner().run_pipeline(None, options, proto)
    finally:
        apiclient.DataflowApplicationClient = client
    return {"jobId": result.job_id() if getattr(result, "has_job", False) else None}


def answer(line: str) -> dict[str, Any]:
    """One request, answered with what it asked for or with the error that came of it."""
    try:
        return {"done": submit(**json.loads(line))}
    except Exception as error:  # Whatever it is, the driver has to hear of it.
        logging.getLogger(__name__).debug("submission failed", exc_info=True)
        return {"error": {"type": type(error).__name__, "text": str(error)}}


def _read_requests(requests: queue.Queue[str]) -> None:
    for line in sys.stdin:
        requests.put(line)
    os._exit(0)


def main() -> None:
    replies = _take_standard_output()
    requests: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_read_requests, args=[requests], daemon=True).start()
    logging.basicConfig(level=os.environ.get("LOG_LEVEL", "WARNING"), stream=sys.stderr)
    name_classes_by_order()
    from apache_beam.transforms.fully_qualified_named_transform import FullyQualifiedNamedTransform

    with FullyQualifiedNamedTransform.with_filter("__constructor__"):
        server, address = start_expansion_service()
        _say(replies, {"expansionService": address})
        while server:
            _say(replies, answer(requests.get()))


def _take_standard_output() -> TextIO:
    """Standard output is for replies alone; what a library prints goes to standard error."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return replies


def _say(replies: TextIO, reply: dict[str, Any]) -> None:
    replies.write(json.dumps(reply) + "\n")
    replies.flush()


if __name__ == "__main__":
    main()

"""Runs a staged graph on a Beam job service: replay.py --graph FILE --job_endpoint HOST:PORT …

Says on standard output, in lines of JSON, what it replaced and each state of the job; the job's messages go to standard error. It
cancels the job at the end of its standard input, and ends with it.
"""

import argparse
import json
import os
import sys
import threading

import graph
import grpc
from apache_beam import coders
from apache_beam.portability.api import beam_job_api_pb2 as jobs
from apache_beam.portability.api import beam_job_api_pb2_grpc
from apache_beam.portability.api import beam_runner_api_pb2 as api
from google.protobuf import struct_pb2

ENDED = {"DONE", "FAILED", "CANCELLED", "DRAINED", "UPDATED", "STOPPED"}
SECONDS_TO_CANCEL = 10


def say(**what) -> None:
    print(json.dumps(what), flush=True)


def options_of(modules: list[str]) -> struct_pb2.Struct:
    """What Dataflow hands to the workers of the options."""
    options = struct_pb2.Struct()
    options.update({"registered_node_modules": modules, "beam:option:streaming:v1": True})
    return options


def start(service: beam_job_api_pb2_grpc.JobServiceStub, pipeline: api.Pipeline, modules: list[str]) -> str:
    """Answers the job's id. Everything that workers need is in their images: nothing is staged."""
    request = jobs.PrepareJobRequest(job_name="rehearsal", pipeline=pipeline, pipeline_options=options_of(modules))
    prepared = service.Prepare(request)
    return service.Run(jobs.RunJobRequest(preparation_id=prepared.preparation_id)).job_id


def follow(service: beam_job_api_pb2_grpc.JobServiceStub, job: str) -> str:
    """Answers the last state."""
    state = "UNSPECIFIED"
    for one in service.GetMessageStream(jobs.JobMessagesRequest(job_id=job)):
        if one.HasField("message_response"):
            message = one.message_response
            name = jobs.JobMessage.MessageImportance.Name(message.importance)
            print(f"{name}: {message.message_text}", file=sys.stderr, flush=True)
        else:
            state = jobs.JobState.Enum.Name(one.state_response.state)
            say(state=state)
        if state in ENDED:
            break
    return state


def counters(service: beam_job_api_pb2_grpc.JobServiceStub, job: str) -> dict[str, int]:
    """The pipeline's own counters, each over all of its steps."""
    sums: dict[str, int] = {}
    for info in service.GetJobMetrics(jobs.GetJobMetricsRequest(job_id=job)).metrics.committed:
        if info.urn == "beam:metric:user:sum_int64:v1":
            name = info.labels["NAME"]
            sums[name] = sums.get(name, 0) + coders.VarIntCoder().decode(info.payload)
    return sums


def cancel_at_end_of_input(service: beam_job_api_pb2_grpc.JobServiceStub, job: str) -> None:
    """A job service that has gone is not waited for."""
    sys.stdin.read()
    timer = threading.Timer(SECONDS_TO_CANCEL, lambda: os._exit(1))
    timer.daemon = True
    timer.start()
    say(counters=counters(service, job))
    service.Cancel(jobs.CancelJobRequest(job_id=job))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--graph", required=True, help="pipeline.pb")
    parser.add_argument("--job_endpoint", required=True, help="HOST:PORT")
    parser.add_argument("--worker", required=True, help="the command that starts the TypeScript worker")
    parser.add_argument("--java_worker", required=True, help="the command that starts the Java worker, where there is one")
    parser.add_argument("--worker_pool", required=True, help="HOST:PORT of the Python workers")
    parser.add_argument("--module", action="append", default=[], help="what the TypeScript worker loads, in this order")
    given = parser.parse_args()

    with open(given.graph, "rb") as file:
        pipeline = api.Pipeline.FromString(file.read())
    say(replaced=graph.replace_reads(pipeline))
    graph.replace_environments(pipeline, given.worker, given.worker_pool, given.java_worker)

    service = beam_job_api_pb2_grpc.JobServiceStub(grpc.insecure_channel(given.job_endpoint))
    job = start(service, pipeline, given.module)
    threading.Thread(target=cancel_at_end_of_input, args=[service, job], daemon=True).start()
    sys.exit(0 if follow(service, job) in ("DONE", "CANCELLED") else 1)


if __name__ == "__main__":
    main()

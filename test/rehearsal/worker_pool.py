"""Starts Python workers when a runner asks for them: worker_pool.py [--processes] PORT.

Beam's own worker_pool_main runs what it is sent for everybody who reaches the machine: here it is the loopback address alone.
Workers are threads of this process; with --processes each is a process of its own, as in the image.
"""

import argparse
import logging
import os
import sys

import grpc
from apache_beam.portability.api import beam_fn_api_pb2_grpc
from apache_beam.runners.worker.worker_pool_main import BeamFnExternalWorkerPoolServicer
from apache_beam.utils import thread_pool_executor


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--processes", action="store_true", help="a process for each worker")
    parser.add_argument("port")
    given = parser.parse_args()
    if given.processes:
        # Beam starts them as "python", whatever runs here.
        os.environ["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])

    logging.basicConfig(level=logging.INFO)
    server = grpc.server(thread_pool_executor.shared_unbounded_instance())
    pool = BeamFnExternalWorkerPoolServicer(use_process=given.processes)
    beam_fn_api_pb2_grpc.add_BeamFnExternalWorkerPoolServicer_to_server(pool, server)
    server.add_insecure_port(f"127.0.0.1:{given.port}")
    server.start()
    server.wait_for_termination()


if __name__ == "__main__":
    main()

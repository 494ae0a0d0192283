"""What the tests share: a BigQuery that answers as it is told, and composites as the expansion service makes them."""
import json
import pathlib
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Callable

import apache_beam as beam
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.transforms.fully_qualified_named_transform import FullyQualifiedNamedTransform

SOURCES = pathlib.Path(__file__).resolve().parents[3] / "pipeline" / "python"
sys.path.insert(0, str(SOURCES))

Answer = tuple[int, object]


def composite(name: str, **kwargs) -> beam.PTransform:
    """The composite of pipeline/python/NAME.py from its text, as TypeScript's `pythonTransform` has it made."""
    source = (SOURCES / f"{name}.py").read_text("utf-8")
    return FullyQualifiedNamedTransform("__constructor__", (), {"source": source, **kwargs})


def pipeline() -> beam.Pipeline:
    return beam.Pipeline(runner=FnApiRunner())


def from_source() -> object:
    """Lets composites be made from text; use it as a context."""
    return FullyQualifiedNamedTransform.with_filter("*")


def failure(status: int, reason: str, message: str = "") -> Answer:
    """An error of the API as a whole."""
    return status, {"error": {"code": status, "message": message, "errors": [{"reason": reason, "message": message}]}}


def insert_errors(by_index: dict[int, dict]) -> Answer:
    return 200, {"insertErrors": [{"index": index, "errors": [error]} for index, error in by_index.items()]}


class FakeBigQuery:
    """An HTTP server that answers as BigQuery's REST API does, and records what it was asked. Use it as a context."""

    def __init__(self, fields: list[dict] | None = None) -> None:
        self.table: Answer = (200, {"schema": {"fields": fields or []}})
        # Answers to the next insertAll calls, in order; None cuts the connection. After them every row is taken.
        self.inserts: list[Callable[[dict], Answer | None]] = []
        self.bodies: list[bytes] = []
        self.looked = 0

    @property
    def asked(self) -> list[dict]:
        return [json.loads(body) for body in self.bodies]

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "FakeBigQuery":
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                fake.looked += 1
                self._reply(fake.table)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                fake.bodies.append(body)
                self._reply(fake.inserts.pop(0)(json.loads(body)) if fake.inserts else (200, {}))

            def _reply(self, answer: Answer | None) -> None:
                if answer is None:
                    self.close_connection = True
                    return
                status, content = answer
                body = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self._server.shutdown()
        self._server.server_close()

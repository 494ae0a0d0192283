"""Rows into a BigQuery table by `tabledata.insertAll`; what the table refuses comes back.

What is made of BigQuery's answers is the same as in
pipeline/endpoints/bigquery-table.ts. Sent to the expansion service as text: this file stands alone, and its last
top-level statement is the transform.
"""
import json
import logging
import os
import random
import re
import time
import uuid
from typing import Any, Callable, Iterable, Iterator, NamedTuple

import apache_beam as beam
from apache_beam.metrics import Metrics
from apache_beam.typehints.row_type import RowTypeConstraint
from apache_beam.utils.windowed_value import WindowedValue
from google.api_core.exceptions import GoogleAPICallError, GoogleAPIError
from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError
from google.cloud import bigquery
from requests.exceptions import RequestException

NAMESPACE = "regulated_streaming_pipeline"
LOG = logging.getLogger(NAMESPACE)

# A request has 500 rows at best and 10 MB at most [Quotas and limits, Streaming inserts].
MOST_ROWS = 500
MOST_BYTES = 8_000_000
TIMEOUT_SECONDS = 60
# Seconds between one try and the next: two and a half minutes, then the bundle fails and the service tries it again.
DELAYS = (0.5, 1, 2, 4, 8, 16, 30, 30, 30, 30)

TABLE = re.compile(r"(?P<project>(?:[^:./]+[.][^:/]+:)?[^:./]+)[:.](?P<dataset>\w+)[.](?P<table>[^./:]+)")

# Reasons that pass by themselves although their status says that somebody must act [Error messages].
QUOTAS = ("rateLimitExceeded", "userRateLimitExceeded", "jobRateLimitExceeded", "quotaExceeded")
PASSING = (*QUOTAS, "backendError", "internalError")
MENDS = {
    400: ("BIGQUERY_INVALID", "refuses the request: hold the table's columns against the schema"),
    401: ("BIGQUERY_UNAUTHENTICATED", "was asked without credentials: give the workers a service account"),
    403: (
        "BIGQUERY_ACCESS_DENIED",
        "may not be written by this account: grant it roles/bigquery.dataEditor on the dataset",
    ),
    404: ("BIGQUERY_NOT_FOUND", "is not there: create the dataset and the table, or give the name of one that is"),
}
ALIASES = {
    "INTEGER": "INT64",
    "FLOAT": "FLOAT64",
    "BOOLEAN": "BOOL",
    "STRUCT": "RECORD",
    "DECIMAL": "NUMERIC",
    "BIGDECIMAL": "BIGNUMERIC",
}

REFUSED_FIELDS = [
    ("data", bytes),
    ("attributes", str),
    ("message_id", str),
    ("ordering_key", str),
    ("publish_time_micros", int),
    ("column", str),
]


class Trouble(Exception):
    """Beam raises it again with the step's name behind the first argument. Its text never has a value of a message."""

    def __init__(self, text: str, code: str) -> None:
        super().__init__(text, code)
        self.code = code

    def __str__(self) -> str:
        return f"{self.code}: {self.args[0]}"


class SetUpError(Trouble):
    """An operator must mend something; no row becomes a dead letter for it."""


class TransientError(Trouble):
    """Passes by itself."""


class ColumnsNotYet(Exception):
    """The table has these columns of the schema, but takes no rows with them yet."""


class NoAnswer(Exception):
    """Of 200, but nothing that BigQuery says, or not one row was taken, nor refused for what it contains."""


# What Google's client and the network raise. Their texts may carry values: they are looked at, and never passed on.
CLIENT_ERRORS = (GoogleAPIError, GoogleAuthError, RequestException, OSError, NoAnswer, ColumnsNotYet)


def sort_trouble(table: str, error: Exception) -> Trouble:
    """What an operator must mend by its HTTP status and reason; everything else passes by itself."""
    if isinstance(error, ColumnsNotYet):
        text = f"{table} takes no rows yet with columns that it has ({', '.join(error.args)}): it has just grown"
        return TransientError(text, "BIGQUERY_COLUMNS_NOT_YET")
    status = status_of(error)
    reasons = reasons_of(error)
    if status not in MENDS or not reasons.isdisjoint(PASSING):
        if status == 429 or not reasons.isdisjoint(QUOTAS):
            text = f"{table} takes no more for the moment: a quota or a rate limit is reached"
            return TransientError(text, "BIGQUERY_QUOTA")
        return TransientError(f"{table} did not answer as it should", "BIGQUERY_UNAVAILABLE")
    if re.search("kms|crypto ?key", str(error), re.IGNORECASE):
        mend = "enable the key, or give BigQuery's service agent the grant back"
        return SetUpError(f"{table} cannot use its encryption key: {mend}", "BIGQUERY_KEY_UNUSABLE")
    code, mend = MENDS[status]
    return SetUpError(f"{table} {mend}", code)


def status_of(error: Exception) -> int:
    """The HTTP status, 0 where there was no answer. The client finds out late that it has no credentials."""
    if isinstance(error, DefaultCredentialsError):
        return 401
    if isinstance(error, GoogleAuthError) and re.search("invalid_grant|invalid_rapt", str(error)):
        return 401
    return int(error.code or 0) if isinstance(error, GoogleAPICallError) else 0


def reasons_of(error: Exception) -> set[str]:
    details = error.errors if isinstance(error, GoogleAPICallError) else ()
    return {str(detail.get("reason", "")) for detail in details if isinstance(detail, dict)}


def is_too_large(error: GoogleAPICallError) -> bool:
    status = status_of(error)
    return status == 413 or (status == 400 and bool(re.search("payload size|too large", str(error), re.IGNORECASE)))


def is_unknown_column(error: dict) -> bool:
    """A row has columns of the schema and no others: it is the table that lacks one, or does not know it yet."""
    return bool(re.match(r"no such field\b", error.get("message") or "", re.IGNORECASE))


def differences(found: Iterable[Any], wanted: Iterable[Any], path: str = "") -> list[str]:
    """Paths of the columns that the table lacks, has otherwise, or requires besides. Both are SchemaFields."""
    by_name = {column.name.lower(): column for column in found}
    different = []
    for column in wanted:
        there = by_name.pop(column.name.lower(), None)
        if there is None or not takes(shape_of(there), shape_of(column)):
            different.append(path + column.name)
        elif shape_of(column)[0] == "RECORD":
            different += differences(there.fields, column.fields, f"{path}{column.name}.")
    return different + [path + column.name for column in by_name.values() if column.mode == "REQUIRED"]


# A NUMERIC takes what is made for an INT64: a table may be widened before the pipeline is.
WIDER = {"INT64": ("NUMERIC", "BIGNUMERIC"), "NUMERIC": ("BIGNUMERIC",)}


def takes(there: tuple[str, bool], wanted: tuple[str, bool]) -> bool:
    return there[1] == wanted[1] and (there[0] == wanted[0] or there[0] in WIDER.get(wanted[0], ()))


def shape_of(column: bigquery.SchemaField) -> tuple[str, bool]:
    return ALIASES.get(column.field_type, column.field_type), column.mode == "REPEATED"


def bigquery_client(project: str) -> bigquery.Client:
    """Of the emulator where BIGQUERY_EMULATOR_HOST names one, with or without a scheme or the path /bigquery/v2."""
    host = os.environ.get("BIGQUERY_EMULATOR_HOST")
    if not host:
        return bigquery.Client(project=project)
    root = re.sub(r"/+(?:bigquery/v2/*)?$", "", host if "://" in host else f"http://{host}")
    return bigquery.Client(project=project, credentials=AnonymousCredentials(), client_options={"api_endpoint": root})


class Gathered(NamedTuple):
    """A row on its way into the table. `body`: as it stands in a request."""

    row: Any
    body: bytes
    timestamp: Any
    window: Any


class Table:
    """A live table. `columns`: those of the schema, in BigQuery's form; none: they are not looked at."""

    def __init__(
        self,
        name: str,
        columns: list[dict],
        connect: Callable[[str], bigquery.Client] = bigquery_client,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        parts = TABLE.fullmatch(name)
        if parts is None:
            raise ValueError(f"{name} names no table: give PROJECT:DATASET.TABLE")
        self._name = name
        self._reference = bigquery.DatasetReference(parts["project"], parts["dataset"]).table(parts["table"])
        self._columns = [bigquery.SchemaField.from_api_repr(column) for column in columns]
        self._is_checked = not columns
        self._connect = connect
        self._client: bigquery.Client | None = None
        self._sleep = sleep

    def write(self, rows: list[Gathered]) -> list[tuple[Gathered, str]]:
        """Answers the rows that the table refuses for what they contain, with the column. Raises Trouble."""
        if not self._is_checked:
            self._patiently(self._check_columns)
            self._is_checked = True
        refused: list[tuple[Gathered, str]] = []
        requests = [rows]
        while requests:
            request = requests.pop(0)
            again, some = self._patiently(lambda: self._insert(request))
            requests += again
            refused += some
        return refused

    def connect(self) -> None:
        """Makes the client. Raises SetUpError where there are no credentials."""
        self._client = self._patiently(lambda: self._connect(self._reference.project))

    def _patiently(self, ask: Callable[[], Any]) -> Any:
        """Asks until it is answered. Raises outside of the handler: no error of Google's hangs on what is raised."""
        for tried, delay in enumerate((*DELAYS, None)):
            try:
                return ask()
            except CLIENT_ERRORS as error:
                trouble = sort_trouble(self._name, error)
            if delay is None or isinstance(trouble, SetUpError):
                raise trouble
            if tried == 0:
                LOG.warning("%s; asking again for %d s", trouble, sum(DELAYS))
            self._sleep(delay * random.uniform(0.5, 1))

    def _check_columns(self) -> None:
        try:
            resource = self._request("GET", self._reference.path)
        except GoogleAPICallError as error:
            # Who may write to a table but not look at it is let through.
            if status_of(error) == 403 and reasons_of(error).isdisjoint(PASSING):
                return
            raise
        found = [bigquery.SchemaField.from_api_repr(column) for column in resource.get("schema", {}).get("fields", [])]
        different = differences(found, self._columns)
        if different:
            mend = "give the schema that the table has, or change the table"
            text = f"{self._name} has other columns than the schema ({', '.join(different)}): {mend}"
            raise SetUpError(text, "BIGQUERY_OTHER_COLUMNS")

    def _insert(self, rows: list[Gathered]) -> tuple[list[list[Gathered]], list[tuple[Gathered, str]]]:
        """Answers requests to send again (halves of one too large, rows stopped by others), and what is refused.

        Where rows are refused the table may have become another: raises SetUpError where it has.
        """
        try:
            errors = self._insert_all(rows)
        except GoogleAPICallError as error:
            if not is_too_large(error):
                raise
            if len(rows) == 1:
                return [], [(rows[0], "")]
            half = len(rows) // 2
            return [rows[:half], rows[half:]], []
        again, refused, unknown = [], [], set()
        for error in errors:
            about = next((one for one in error["errors"] if one.get("reason") == "invalid"), None)
            if about is not None and is_unknown_column(about):
                unknown.add(about.get("location") or "")
                about = None
            if about is None:
                again.append(rows[int(error["index"])])
            else:
                refused.append((rows[int(error["index"])], about.get("location") or ""))
        if (refused or unknown) and self._columns:
            self._check_columns()
        if len(again) == len(rows):
            raise ColumnsNotYet(*sorted(unknown)) if unknown else NoAnswer
        return [again] if again else [], refused

    def _insert_all(self, rows: list[Gathered]) -> list[dict]:
        head = b'{"kind":"bigquery#tableDataInsertAllRequest","skipInvalidRows":true,"rows":['
        body = head + b",".join(row.body for row in rows) + b"]}"
        return self._request("POST", f"{self._reference.path}/insertAll", body).get("insertErrors", [])

    def _request(self, method: str, path: str, body: bytes | None = None) -> dict:
        """Below Client.insert_rows_json, which would read each row and write it again, up to three times as long."""
        json_type = None if body is None else "application/json"
        ask = self._client._connection.api_request
        answer = ask(method=method, path=path, data=body, content_type=json_type, timeout=TIMEOUT_SECONDS)
        if not isinstance(answer, dict):
            raise NoAnswer
        return answer


class InsertRows(beam.DoFn):
    """Gathers a bundle's rows into requests, and counts. Yields what is refused, in its own window at its own time."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._rows_written = Metrics.counter(NAMESPACE, "rows_written")
        self._rows_refused = Metrics.counter(NAMESPACE, "rows_refused")
        self._bytes_written = Metrics.counter(NAMESPACE, "bytes_written")
        self._batch_size = Metrics.distribution(NAMESPACE, "insert_batch_size")
        self._delay_ms = Metrics.distribution(NAMESPACE, "delay_ms")

    def setup(self) -> None:
        self._table.connect()

    def start_bundle(self) -> None:
        self._gathered: list[Gathered] = []
        self._bytes = 0

    def process(self, row, timestamp=beam.DoFn.TimestampParam, window=beam.DoFn.WindowParam) -> Iterator[Any]:
        body = f'{{"insertId":{json.dumps(row.message_id)},"json":{row.row}}}'.encode()
        if len(self._gathered) == MOST_ROWS or (self._gathered and self._bytes + len(body) > MOST_BYTES):
            yield from self._flush()
        self._gathered.append(Gathered(row, body, timestamp, window))
        self._bytes += len(body)

    def finish_bundle(self) -> Iterator[WindowedValue]:
        if self._gathered:
            yield from self._flush()

    def _flush(self) -> Iterator[WindowedValue]:
        rows = self._gathered
        self.start_bundle()
        self._batch_size.update(len(rows))
        refused = self._table.write(rows)
        self._count(rows, refused)
        for gathered, column in refused:
            kept = {name: getattr(gathered.row, name) for name, _ in REFUSED_FIELDS[:-1]}
            yield WindowedValue(beam.Row(**kept, column=column), gathered.timestamp, (gathered.window,))

    def _count(self, rows: list[Gathered], refused: list[tuple[Gathered, str]]) -> None:
        left_out = {id(gathered) for gathered, _ in refused}
        now_micros = time.time_ns() // 1000
        for gathered in rows:
            if id(gathered) in left_out:
                continue
            self._bytes_written.inc(len(gathered.body))
            if gathered.row.publish_time_micros > 0:
                self._delay_ms.update(max(0, now_micros - gathered.row.publish_time_micros) // 1000)
        self._rows_written.inc(len(rows) - len(refused))
        self._rows_refused.inc(len(refused))


def row_type(fields: list[tuple[str, type]]) -> type:
    """A row whose schema's id follows from its fields: a new one in each submission would be a new coder to an update.

    A RowTypeConstraint's own id does not get into the coder; that of its generated class does.
    """
    text = ",".join(f"{name}:{type_.__name__}" for name, type_ in fields)
    schema_id = str(uuid.uuid5(uuid.NAMESPACE_OID, text))
    return RowTypeConstraint.from_fields(fields, schema_id=schema_id).user_type


class WriteRows(beam.PTransform):
    """Writes rows, and answers the refused messages with the column that is meant, "" for the whole row.

    Takes (row, data, attributes, message_id, ordering_key, publish_time_micros),
    where `row` is JSON as insertAll takes it and the message id is the insert id.
    `table`: PROJECT:DATASET.TABLE, which is never created. `columns_json`: a JSON
    list of {name, type, mode, fields}, which the table is held against before the
    first insert.
    """

    def __init__(self, table: str, columns_json: str = "[]") -> None:
        super().__init__()
        self._table = Table(table, json.loads(columns_json))

    def expand(self, rows):
        return rows | "Insert" >> beam.ParDo(InsertRows(self._table)).with_output_types(row_type(REFUSED_FIELDS))

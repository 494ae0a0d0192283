"""What is made of BigQuery's answers, by Google's own client over HTTP. No test waits: sleeps are recorded."""
import base64
import json
import os
import traceback
import unittest
from types import SimpleNamespace
from unittest import mock

import support
from support import FakeBigQuery, failure, insert_errors

import write_rows
from write_rows import Gathered, InsertRows, SetUpError, Table, TransientError

# Stands for a customer's value: it must be in no error and in no log record.
MARKER = "Ada-4539578763621486123"
KMS = "Cloud KMS key projects/p/locations/l/keyRings/r/cryptoKeys/k is disabled"
NAME = "test-project:bank.rows"
COLUMNS = [
    {"name": "name", "type": "STRING"},
    {"name": "credit_card", "type": "INT64", "mode": "NULLABLE"},
    {"name": "address", "type": "RECORD", "mode": "REPEATED", "fields": [{"name": "zip", "type": "BOOL"}]},
]


def row_of(message_id: object, row: str = f'{{"name":"{MARKER}"}}') -> SimpleNamespace:
    fields = {"data": b"{}", "attributes": "{}", "ordering_key": "", "publish_time_micros": 0}
    return SimpleNamespace(row=row, message_id=str(message_id), **fields)


def gathered(*ids: object, row: str = f'{{"name":"{MARKER}"}}') -> list[Gathered]:
    dofn = InsertRows(None)
    dofn.start_bundle()
    for message_id in ids:
        list(dofn.process(row_of(message_id, row), None, None))
    return dofn._gathered


class WithFake(unittest.TestCase):
    def setUp(self) -> None:
        self.fake = self.enterContext(FakeBigQuery(COLUMNS))
        self.enterContext(mock.patch.dict(os.environ, {"BIGQUERY_EMULATOR_HOST": self.fake.host}))
        self.slept: list[float] = []

    def open(self, columns: list[dict] | None = None) -> Table:
        table = Table(NAME, COLUMNS if columns is None else columns, sleep=self.slept.append)
        table.connect()
        return table

    def refused(self, rows: list[Gathered]) -> list[tuple[str, str]]:
        return [(about.row.message_id, column) for about, column in self.open().write(rows)]

    def raised(self, rows: list[Gathered] | None = None, table: Table | None = None) -> str:
        """The class and code of what is raised, which has no value on it, nor anything that hangs on it."""
        with self.assertNoLogs("urllib3"), self.assertRaises(write_rows.Trouble) as caught:
            (table or self.open()).write(rows or gathered(1, 2))
        error = caught.exception
        self.assertNotIn(MARKER, "".join(traceback.format_exception(error)))
        self.assertIsNone(error.__context__)
        return f"{type(error).__name__} {error.code}"

    def ids(self) -> list[list[str]]:
        return [[row["insertId"] for row in request["rows"]] for request in self.fake.asked]


class Insert(WithFake):
    def test_sends_the_row_as_it_is_with_the_message_id_as_insert_id(self):
        row = '{"credit_card":"9223372036854775807","name":"Åsa \\u0000 👩‍🚀","f":-0.0,"big":1e400}'
        self.assertEqual(self.refused(gathered('7"', row=row)), [])
        (body,) = self.fake.bodies
        head = b'{"kind":"bigquery#tableDataInsertAllRequest","skipInvalidRows":true,"rows":['
        self.assertEqual(body, head + b'{"insertId":"7\\"","json":' + row.encode() + b"}]}")

    def test_refuses_the_rows_that_the_table_refuses_by_column_and_keeps_their_neighbours(self):
        answer = {0: {"reason": "invalid", "location": "credit_card", "message": MARKER}, 2: {"reason": "invalid"}}
        self.fake.inserts = [lambda _: insert_errors(answer)]
        self.assertEqual(self.refused(gathered(0, 1, 2)), [("0", "credit_card"), ("2", "")])
        self.assertEqual(self.ids(), [["0", "1", "2"]])

    def test_sends_rows_again_that_were_stopped_by_their_neighbours(self):
        stopped = {"reason": "stopped"}
        answer = {0: stopped, 1: {"reason": "invalid", "location": "name"}, 2: stopped}
        self.fake.inserts = [lambda _: insert_errors(answer)]
        self.assertEqual(self.refused(gathered(0, 1, 2)), [("1", "name")])
        self.assertEqual(self.ids(), [["0", "1", "2"], ["0", "2"]])

    def test_halves_a_request_that_is_too_large_and_refuses_a_row_that_is_so_alone(self):
        answers = (failure(413, "requestTooLarge", MARKER), failure(400, "invalid", "Request payload size exceeds"))
        for too_large in answers:
            self.fake.bodies.clear()
            answer = lambda request: too_large if "3" in [row["insertId"] for row in request["rows"]] else (200, {})
            self.fake.inserts = [answer] * 9
            self.assertEqual(self.refused(gathered(*range(8))), [("3", "")])
            self.assertEqual([len(ids) for ids in self.ids()], [8, 4, 4, 2, 2, 1, 1])

    def test_asks_again_where_not_one_row_is_taken_and_none_refused(self):
        answer = insert_errors({0: {"reason": "backendError"}, 1: {"reason": "stopped"}})
        self.fake.inserts = [lambda _: answer]
        self.assertEqual(self.refused(gathered(0, 1)), [])
        self.assertEqual(len(self.slept), 1)

    def test_finds_the_emulator_however_it_is_written(self):
        for suffix in ("", "/", "/bigquery/v2", "/bigquery/v2/"):
            for scheme in ("", "http://"):
                with mock.patch.dict(os.environ, {"BIGQUERY_EMULATOR_HOST": f"{scheme}{self.fake.host}{suffix}"}):
                    self.assertEqual(self.refused(gathered(1)), [])

    def test_asks_the_service_itself_where_no_emulator_is_named(self):
        credentials = write_rows.AnonymousCredentials()
        with mock.patch.dict(os.environ), mock.patch("google.auth.default", return_value=(credentials, None)):
            del os.environ["BIGQUERY_EMULATOR_HOST"]
            client = write_rows.bigquery_client("test-project")
        self.assertEqual(client._connection.API_BASE_URL, "https://bigquery.googleapis.com")
        self.assertEqual(client.project, "test-project")


class Trouble(WithFake):
    def test_raises_at_once_what_an_operator_must_mend(self):
        for what, answer, code in [
            ("no table", failure(404, "notFound", MARKER), "BIGQUERY_NOT_FOUND"),
            ("no permission", failure(403, "accessDenied", MARKER), "BIGQUERY_ACCESS_DENIED"),
            ("a disabled key", failure(403, "accessDenied", KMS + MARKER), "BIGQUERY_KEY_UNUSABLE"),
            ("a disabled key, said otherwise", failure(400, "invalid", KMS), "BIGQUERY_KEY_UNUSABLE"),
            ("an invalid request", failure(400, "invalid", MARKER), "BIGQUERY_INVALID"),
            ("no credentials", failure(401, "authError"), "BIGQUERY_UNAUTHENTICATED"),
        ]:
            with self.subTest(what):
                self.fake.inserts = [lambda _: answer]
                self.assertEqual(self.raised(), f"SetUpError {code}")
                self.assertEqual(self.slept, [])

    def test_waits_for_what_passes_by_itself_and_sends_only_what_is_left(self):
        for what, answer in [
            ("too many requests", failure(429, "rateLimitExceeded", MARKER)),
            ("a used-up quota", failure(403, "quotaExceeded", MARKER)),
            ("a broken backend", failure(500, "backendError", MARKER)),
            ("a service that is away", failure(503, "backendError", MARKER)),
            ("a page of a proxy", (502, f"<html>{MARKER}".encode())),
            ("a page of a proxy that says that all is well", (200, f"<html>{MARKER}".encode())),
            ("an empty answer", (200, b"")),
            ("an answer that is lost", None),
        ]:
            with self.subTest(what):
                self.slept.clear()
                self.fake.bodies.clear()
                self.fake.inserts = [lambda _: answer] * 3
                with self.assertLogs(write_rows.LOG, "WARNING") as logs:
                    self.assertEqual(self.refused(gathered(1, 2)), [])
                self.assertEqual(self.ids(), [["1", "2"]] * 4)
                self.assertEqual(len(logs.output), 1, "said once")
                self.assertNotIn(MARKER, "".join(logs.output))
                for slept, delay in zip(self.slept, write_rows.DELAYS):
                    self.assertTrue(delay / 2 <= slept <= delay)

    def test_gives_up_after_some_minutes_so_that_the_service_tries_the_bundle_again(self):
        for answer, code in [
            (failure(503, "backendError", MARKER), "TransientError BIGQUERY_UNAVAILABLE"),
            (failure(403, "quotaExceeded", MARKER), "TransientError BIGQUERY_QUOTA"),
            (None, "TransientError BIGQUERY_UNAVAILABLE"),
        ]:
            self.slept.clear()
            self.fake.inserts = [lambda _: answer] * (len(write_rows.DELAYS) + 1)
            self.assertEqual(self.raised(), code)
            self.assertEqual((len(self.slept), self.fake.inserts), (len(write_rows.DELAYS), []))

    def test_does_not_write_again_what_was_written_before_a_later_request_failed(self):
        stopped = insert_errors({1: {"reason": "stopped"}})
        self.fake.inserts = [lambda _: stopped, lambda _: failure(503, "backendError")]
        self.assertEqual(self.refused(gathered(1, 2)), [])
        self.assertEqual(self.ids(), [["1", "2"], ["2"], ["2"]])

    def test_says_where_the_credentials_are_missing(self):
        from google.auth.exceptions import DefaultCredentialsError, RefreshError

        for error in (DefaultCredentialsError(MARKER), RefreshError(f"invalid_grant {MARKER}")):
            connect = mock.Mock(side_effect=error)
            with self.assertRaises(SetUpError) as caught:
                Table(NAME, [], connect=connect).connect()
            self.assertEqual(caught.exception.code, "BIGQUERY_UNAUTHENTICATED")
            self.assertNotIn(MARKER, str(caught.exception))

    def test_refuses_what_is_no_table(self):
        for name in ("rows", "bank.rows", "p:bank", "p:bank.rows.more"):
            with self.assertRaises(ValueError):
                Table(name, [])
        Table("example.com:project:bank.rows", [])


class Columns(WithFake):
    def look(self, fields: list[dict]) -> str:
        self.fake.table = (200, {"schema": {"fields": fields}})
        return self.raised()

    def test_holds_where_the_table_has_other_columns_and_names_them(self):
        name, card, address = COLUMNS
        inner = {**address, "fields": [{"name": "zip", "type": "STRING"}]}
        for fields, path in [
            ([card, address], "name"),
            ([name, {**card, "type": "STRING"}, address], "credit_card"),
            ([name, {**card, "mode": "REPEATED"}, address], "credit_card"),
            ([name, card, inner], "address.zip"),
            ([*COLUMNS, {"name": "more", "type": "STRING", "mode": "REQUIRED"}], "more"),
        ]:
            with self.subTest(path):
                self.assertEqual(self.look(fields), "SetUpError BIGQUERY_OTHER_COLUMNS")
                with self.assertRaisesRegex(SetUpError, rf"\({path}\)"):
                    self.open().write(gathered(1))
        self.assertEqual(self.fake.bodies, [])

    def test_holds_where_a_column_is_dropped_under_it_and_waits_for_one_that_the_stream_does_not_know_yet(self):
        gone = {"reason": "invalid", "location": "credit_card", "message": "no such field: credit_card."}
        table = self.open()
        table.write(gathered(0))
        self.fake.inserts = [lambda _: insert_errors({1: gone}), lambda _: insert_errors({0: gone})]
        self.assertEqual(table.write(gathered(1, 2)), [])
        self.assertEqual(self.ids()[1:], [["1", "2"], ["2"], ["2"]])
        self.assertEqual(len(self.slept), 1)
        self.fake.inserts = [lambda _: insert_errors({0: gone})] * 20
        self.assertEqual(self.raised(gathered(3), table), "TransientError BIGQUERY_COLUMNS_NOT_YET")
        self.fake.table = (200, {"schema": {"fields": [COLUMNS[0], COLUMNS[2]]}})
        self.assertEqual(self.raised(gathered(4), table), "SetUpError BIGQUERY_OTHER_COLUMNS")

    def test_takes_a_wider_number(self):
        name, card, address = COLUMNS
        self.fake.table = (200, {"schema": {"fields": [name, {**card, "type": "NUMERIC"}, address]}})
        self.assertEqual(self.refused(gathered(1)), [])

    def test_takes_old_names_of_types_any_case_and_more_columns(self):
        name, card, address = COLUMNS
        old = {**address, "type": "STRUCT", "fields": [{"name": "ZIP", "type": "BOOLEAN"}]}
        fields = [{**name, "name": "NAME"}, {**card, "type": "INTEGER"}, old, {"name": "more", "type": "RANGE"}]
        self.fake.table = (200, {"schema": {"fields": fields}})
        self.assertEqual(self.refused(gathered(1)), [])

    def test_looks_once_and_not_at_all_where_no_columns_are_given(self):
        table = self.open()
        for _ in range(3):
            table.write(gathered(1))
        self.open([]).write(gathered(1))
        self.assertEqual(self.fake.looked, 1)

    def test_writes_where_it_may_not_look_at_the_table(self):
        self.fake.table = failure(403, "accessDenied")
        self.assertEqual(self.refused(gathered(1)), [])

    def test_says_that_the_table_is_not_there_before_anything_is_sent(self):
        self.fake.table = failure(404, "notFound")
        self.assertEqual(self.raised(), "SetUpError BIGQUERY_NOT_FOUND")
        self.assertEqual(self.fake.bodies, [])


class Gathering(unittest.TestCase):
    """Into requests of 500 rows and 8 MB."""

    def batches(self, rows: list[SimpleNamespace]) -> list[list[Gathered]]:
        table = mock.Mock(spec=Table)
        table.write.return_value = []
        dofn = InsertRows(table)
        dofn.setup()
        for start in (0, len(rows)):
            dofn.start_bundle()
            for row in rows[start:]:
                self.assertEqual(list(dofn.process(row, 1, "window")), [])
            self.assertEqual(list(dofn.finish_bundle()), [])
        return [call.args[0] for call in table.write.call_args_list]

    def test_sends_500_rows_at_most_and_nothing_of_an_empty_bundle(self):
        batches = self.batches([row_of(i) for i in range(1201)])
        self.assertEqual([len(batch) for batch in batches], [500, 500, 201])
        self.assertEqual([row.row.message_id for batch in batches for row in batch], [str(i) for i in range(1201)])

    def test_counts_bytes_of_utf_8(self):
        batches = self.batches([row_of(i, json.dumps("å" * 1_500_000, ensure_ascii=False)) for i in range(6)])
        self.assertEqual([len(batch) for batch in batches], [2, 2, 2])

    def test_sends_a_row_by_itself_that_is_larger(self):
        large = json.dumps("x" * 9_000_000)
        batches = self.batches([row_of(0), row_of(1, large), row_of(2)])
        self.assertEqual([len(batch) for batch in batches], [1, 1, 1])

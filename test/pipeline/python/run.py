"""Runs the tests of this folder and prints one JSON line a test: {id, outcome: passed|failed|skipped, text}."""
import json
import pathlib
import sys
import unittest

HERE = str(pathlib.Path(__file__).parent)


class Result(unittest.TestResult):
    def startTest(self, test: unittest.TestCase) -> None:
        super().startTest(test)
        self.failed_before = len(self.failures) + len(self.errors)
        self.skip_reason: str | None = None

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        super().addSkip(test, reason)
        self.skip_reason = reason

    def stopTest(self, test: unittest.TestCase) -> None:
        texts = [text for _, text in (self.failures + self.errors)[self.failed_before :]]
        outcome = "failed" if texts else "passed" if self.skip_reason is None else "skipped"
        say(test.id(), outcome, "\n".join(texts) or self.skip_reason or "")
        super().stopTest(test)


def say(test_id: str, outcome: str, text: str) -> None:
    print(json.dumps({"id": test_id, "outcome": outcome, "text": text}), flush=True)


def main() -> None:
    sys.path.insert(0, HERE)
    result = Result()
    unittest.defaultTestLoader.discover(HERE, top_level_dir=HERE).run(result)
    ran = {test.id() for test, _ in result.failures + result.errors}
    # A file that cannot be loaded, or a class that cannot be set up, is no test that was started.
    for test, text in result.failures + result.errors:
        if isinstance(test, unittest.suite._ErrorHolder) and test.id() in ran:
            say(test.id(), "failed", text)


if __name__ == "__main__":
    main()

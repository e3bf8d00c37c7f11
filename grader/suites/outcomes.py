"""What came of each test of a suite, as pytest tells it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec
import pytest

Word = Literal["passed", "failed", "error", "skipped", "xfailed", "xpassed"]
_MOST_TEXT = 2000


class TestOutcome(msgspec.Struct, frozen=True, kw_only=True, tag="test"):
    """One test."""

    __test__ = False  # pytest takes its name for that of a test

    test: str  # its id: file, function, parameters
    word: Word
    says: str = ""  # why, in a line or a few
    claim: str = ""  # the first line of its docstring
    printed: str = ""


class Collected(msgspec.Struct, frozen=True, kw_only=True, tag="collected"):
    """What there is, before anything is run."""

    claims: dict[str, str]  # of each test
    uncollected: dict[str, str]  # files of tests that cannot be imported, and why


class PytestEnded(msgspec.Struct, frozen=True, kw_only=True, tag="ended"):
    """pytest is done; `why` says what went wrong with it itself."""

    why: str = ""


Told = Collected | TestOutcome | PytestEnded


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteOutcome:
    """All tests, in the order of the suite."""

    tests: tuple[TestOutcome, ...]
    uncollected: Mapping[str, str]
    ended: str = ""  # why the suite did not come to its end; empty: it did


def outcome_of(lines: Sequence[bytes], *, why_late: str) -> SuiteOutcome | None:
    """What a run told; None if it did not even say which tests there are.

    Args:
        why_late: why it did not come to its end, if it did not say that it has.

    Raises:
        msgspec.DecodeError: these are no lines of a run.
    """
    told = [msgspec.json.decode(line, type=Told) for line in lines]
    collected = next((one for one in told if isinstance(one, Collected)), None)
    if collected is None:
        return None
    ended = next((one.why for one in told if isinstance(one, PytestEnded)), why_late)
    why = f"It was not run. {ended}".strip()
    never = {t: TestOutcome(test=t, word="error", says=why) for t in collected.claims}
    found = {one.test: one for one in told if isinstance(one, TestOutcome)}
    tests = tuple(
        msgspec.structs.replace(one, claim=collected.claims.get(one.test, ""))
        for one in (never | found).values()
    )
    return SuiteOutcome(tests=tests, uncollected=collected.uncollected, ended=ended)


class OutcomePlugin:
    """Tells what comes of each test, at once: a run can be ended at any time.

    Args:
        tell: takes a line.
        take_output: what the submission printed since the last time.
    """

    def __init__(self, tell: Callable[[bytes], object], take_output: Callable[[], str]) -> None:
        self._tell = tell
        self._take_output = take_output
        self._claims: dict[str, str] = {}
        self._found: dict[str, TestOutcome] = {}
        self._uncollected: dict[str, str] = {}

    def tell(self, what: Told) -> None:
        self._tell(msgspec.json.encode(what))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._uncollected[report.nodeid] = _reason(report)

    def pytest_collection_modifyitems(self, items: Sequence[pytest.Item]) -> None:
        for item in items:
            doc = (getattr(getattr(item, "function", None), "__doc__", None) or "").strip()
            self._claims[item.nodeid] = doc.split("\n")[0].strip()

    def pytest_collection_finish(self) -> None:
        self.tell(Collected(claims=self._claims, uncollected=self._uncollected))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        word = _word(report)
        printed = self._take_output()
        before = self._found.get(report.nodeid)
        if before is not None:
            printed = before.printed + printed
            word = before.word if word in (None, "passed") or before.word == "failed" else word
        if word is None:
            return
        says = _reason(report) if report.outcome != "passed" else ""
        self._found[report.nodeid] = TestOutcome(
            test=report.nodeid,
            word=word,
            says=says or (before.says if before else ""),
            printed=printed[:_MOST_TEXT],
        )
        self.tell(self._found[report.nodeid])


def _word(report: pytest.TestReport) -> Word | None:
    """None where the phase decides nothing."""
    is_expected = hasattr(report, "wasxfail")
    if report.skipped:
        return "xfailed" if is_expected else "skipped"
    if report.failed:
        return "failed" if report.when == "call" else "error"
    if report.when != "call":
        return None
    return "xpassed" if is_expected else "passed"


def _reason(report: pytest.CollectReport | pytest.TestReport) -> str:
    """The last thing that was said, without the page around it."""
    if isinstance(report.longrepr, tuple):  # of what was skipped: file, line, why
        return str(report.longrepr[2]).removeprefix("Skipped: ")[:_MOST_TEXT]
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is not None:
        return str(crash.message)[:_MOST_TEXT]
    said = [line[4:] for line in report.longreprtext.splitlines() if line.startswith("E   ")]
    return "\n".join(said or report.longreprtext.splitlines()[-5:])[:_MOST_TEXT]

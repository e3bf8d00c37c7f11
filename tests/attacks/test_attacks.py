"""Hostile submissions against the whole grader: what each earns, tells and leaves behind.

Each file of `corpus/` says at its top what it does and what must happen. All are graded in one
class, with honest neighbours among them, by `grader batch` as an instructor runs it.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.attack import Attack
from tests.attacks.conftest import class_list, neighbours
from tests.attacks.whole_grader import LIMITS, Run

ATTACKS = {name: entry for name, entry in class_list() if isinstance(entry, Attack)}
WITH_EVIDENCE = [name for name, attack in ATTACKS.items() if attack.clean or attack.printed]
THAT_END = [name for name, attack in ATTACKS.items() if attack.hidden]
REPORT_BYTES = 1 << 20  # that of a right submission has 30 kB
SPARE_SECONDS = 15  # for the checks' own work on a busy machine
NOT_CALLED = re.compile(r"ran out of time before|was not called|Not run: it needs")

Json = dict[str, Any]


@pytest.fixture(params=ATTACKS)
def entry(request: pytest.FixtureRequest, hostile_class: Run) -> str:
    """The name of an attack that was run."""
    attack = ATTACKS[request.param]
    if not attack.runs_at(hostile_class.level):
        pytest.skip(
            f"NOT RUN at isolation level {hostile_class.level!r}, which was reached here: "
            f"it needs {attack.needs!r}, and is not for {attack.unless}"
        )
    return str(request.param)


def checks_of(report: Json, stages: tuple[str, ...]) -> Iterator[Json]:
    for stage in report["stages"]:
        if stage["stage"] in stages or "every" in stages:
            yield from stage["checks"]


def evidence(check: Json) -> str:
    """What staff read of a check that did not pass."""
    return str(check["staff_note"] or check["message"])


def test_it_is_graded(entry, hostile_class):
    report = hostile_class.report(entry, "staff")
    assert report["status"] == "graded", report["reason"]


def test_it_earns_what_it_deserves(entry, hostile_class):
    attack, report = ATTACKS[entry], hostile_class.report(entry)
    checks = list(checks_of(report, tuple(attack.stages)))
    passed = [c["check"] for c in checks if c["verdict"] == "passed"]
    if attack.verdict == "fails":
        lost = [name for name in passed if name.split(".")[1] in attack.loses or not attack.loses]
        assert not lost
    elif attack.verdict == "passes":
        others = {c["check"]: evidence(c) for c in checks if c["verdict"] != "passed"}
        assert checks
        assert not others
    kept = list(checks_of(report, tuple(attack.earns)))
    assert [c["check"] for c in kept if c["verdict"] != "passed"] == []


@pytest.mark.parametrize("entry", WITH_EVIDENCE, indirect=True)
def test_its_own_evidence_says_that_the_wall_held(entry, hostile_class):
    attack, report = ATTACKS[entry], hostile_class.report(entry, "staff")
    checks = [
        check
        for check in checks_of(report, tuple(attack.stages))
        if check["verdict"] != "passed" and not NOT_CALLED.search(evidence(check))
    ]
    assert checks
    other = {c["check"]: evidence(c) for c in checks if not re.search(attack.clean, evidence(c))}
    assert not other
    printed = [report["output"], *(check["output"] for check in checks_of(report, ("every",)))]
    assert re.search(attack.printed, "".join(printed))


@pytest.mark.parametrize("entry", THAT_END, indirect=True)
def test_its_hidden_checks_tell_nothing(entry, hostile_class):
    attack, report = ATTACKS[entry], hostile_class.report(entry)
    hidden = [c for c in checks_of(report, tuple(attack.stages)) if c["hidden"]]
    assert hidden
    assert [c["message"] for c in hidden if not re.search(attack.hidden, c["message"])] == []


def test_its_reports_stay_small(entry, hostile_class):
    for kind in ("reports", "staff"):
        size = (hostile_class.results / kind / f"{entry}.json").stat().st_size
        assert size < REPORT_BYTES, kind


def test_it_takes_no_longer_than_a_submission_may(entry, hostile_class):
    seconds = hostile_class.report(entry, "staff")["seconds"]
    assert seconds < sum(LIMITS.values()) + SPARE_SECONDS


def test_nothing_of_the_staff_is_in_its_report(entry, hostile_class):
    for check in checks_of(hostile_class.report(entry), ("every",)):
        assert check["staff_note"] == "", check["check"]


@pytest.mark.parametrize("name", neighbours())
def test_a_neighbour_is_graded_as_if_it_were_alone(name, quiet_class, hostile_class):
    for kind in ("reports", "staff"):
        alone, among = (
            _without_seconds(run.results / kind / f"{name}.json")
            for run in (quiet_class, hostile_class)
        )
        assert among == alone


def _without_seconds(path: Path) -> bytes:
    return re.sub(rb'"seconds": [\d.]+', b"", path.read_bytes())


def test_every_submission_has_its_report(hostile_class):
    entries = {
        name
        for name, entry in class_list()
        if isinstance(entry, Path) or entry.runs_at(hostile_class.level)
    }
    for kind in ("reports", "staff"):
        assert {path.stem for path in hostile_class.files(kind)} == entries
    assert {row[0] for row in hostile_class.grades()[1:]} == entries


def test_the_batch_ends_well(hostile_class):
    assert hostile_class.ended["exit"] == 0, hostile_class.said
    assert "Traceback" not in hostile_class.said


def test_no_process_is_left(hostile_class):
    assert hostile_class.ended["left"] == []


def test_nothing_is_left_on_disk(hostile_class):
    assert hostile_class.marks == []


def test_the_results_folder_holds_nothing_else(hostile_class):
    names = {path.name for path in hostile_class.results.iterdir()}
    assert names <= {"grades.csv", "run.json", "reports", "staff", "course-secret", ".lock"}
    suffixes = {path.suffix for path in (hostile_class.results / "reports").iterdir()}
    assert suffixes == {".json", ".html"}
    assert {path.suffix for path in (hostile_class.results / "staff").iterdir()} == {".json"}


def test_run_json_names_the_level(hostile_class, quiet_class):
    run = json.loads((hostile_class.results / "run.json").read_text(encoding="utf-8"))
    assert [isolation["level"] for isolation in run["isolation"]] == [quiet_class.level]

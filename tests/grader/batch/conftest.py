"""Classes of small submissions, and `grader batch` on them in a process of its own."""

import csv
import json
import subprocess

import pytest

from grader.records import report_from_json


class Class:
    """A folder of submissions, an assignment to grade them by, and the results."""

    def __init__(self, folder, assignment, command):
        self.submissions = folder / "class"
        self.results = folder / "results"
        self.assignment = assignment
        self._command, self._environment = command
        self.submissions.mkdir()

    def write(self, **sources):
        for name, source in sources.items():
            (self.submissions / f"{name}.py").write_text(source)

    def words(self, *more):
        there = ("batch", self.submissions, "-o", self.results, "--assignment", self.assignment)
        # On every machine that runs the tests; which level it reaches is not the question here.
        return [*self._command, *map(str, (*there, "--require-level", "none", *more))]

    def grade(self, *more):
        return subprocess.run(
            self.words(*more),
            env=self._environment,
            cwd=self.results.parent,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def start(self, *more):
        """The same without waiting, as the leader of a process group."""
        return subprocess.Popen(
            self.words(*more),
            env=self._environment,
            cwd=self.results.parent,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def report(self, name, kind="reports"):
        return report_from_json((self.results / kind / f"{name}.json").read_bytes())

    def points(self):
        """Points by submission as the gradebook has them: text, empty where there is no grade."""
        return {row["submission"]: row["points"] for row in self.rows()}

    def rows(self):
        with open(self.results / "grades.csv", newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def run_json(self):
        return json.loads((self.results / "run.json").read_text())

    def times(self):
        """When each report was written: one that is graded again has another time."""
        return {
            path.stem: path.stat().st_mtime_ns for path in (self.results / "reports").glob("*.json")
        }


@pytest.fixture
def a_class(tmp_path, small, grader_command):
    return Class(tmp_path, small, grader_command)

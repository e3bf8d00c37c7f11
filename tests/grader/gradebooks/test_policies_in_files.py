"""What a policy says reaches the files: final points, what is left of the maximum, and why."""

import csv
import io
from dataclasses import replace
from datetime import timedelta

from grader.batch.class_grades import code_grades
from grader.batch.grade_decisions import PolicyApplied
from grader.gradebooks.feedback_text import feedback_text
from grader.gradebooks.plain_table import table_csv
from grader.gradebooks.student_grades import student_grades
from grader.policies.policy import DroppedCheck, LatePenalty, Policy
from tests.grader.gradebooks.a_class import AT, report


def students(rule):
    dropped = (DroppedCheck(check="secret", reason="a typo"),)
    policy = Policy(due=AT, late=rule, dropped=dropped)
    entry = PolicyApplied(policy=policy, reason="r", by="c", at=AT)
    late = replace(report("ada", 10), handed_in_at=AT + timedelta(hours=2))
    return student_grades(code_grades({"ada": late}, [entry]), {})


def test_final_points_the_maximum_and_the_sentence_are_those_of_the_policy():
    graded = students(LatePenalty(percent=12.5))
    [row] = csv.DictReader(io.StringIO(b"".join(table_csv(graded)).decode()))
    assert (row["points"], row["max"]) == ("7", "8")
    assert "Handed in 2 h late." in row["reason"]
    assert feedback_text(graded[0]).startswith("7 of 8 points.\n\n1 check does not count")


def test_what_was_not_taken_is_blank_and_the_student_reads_why():
    [student] = students(LatePenalty(cut_off_hours=1, after_cut_off="not taken"))
    [row] = csv.DictReader(io.StringIO(b"".join(table_csv([student])).decode()))
    assert (row["points"], row["status"]) == ("", "not taken")
    said = feedback_text(student)
    assert said.startswith("It has no points.")
    assert said.endswith("What is more than 1 h late is not taken.")

"""Results folders of shards become one, and lose nothing."""

import json
from datetime import UTC, datetime

import pytest

from grader.batch.class_run import run_batch
from grader.batch.merging import merge_here, merge_into
from grader.batch.results import Results
from grader.batch.shards import Shard
from grader.batch.shared_results import SharedResults
from grader.courses.code_marks import CodeMarks
from grader.errors import CourseError, NoSuchPath
from grader.intake.class_intake import opened_class
from grader.settings import Course, load_assignment

AT = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
LATER = datetime(2026, 1, 6, 9, 30, tzinfo=UTC)
NAMES = ("ada", "bob", "cyd", "dan", "eve")


@pytest.fixture
def crowd(tmp_path, right):
    """Five submissions; one is wrong, one cannot be read."""
    folder = tmp_path / "class"
    folder.mkdir()
    for name in NAMES[:-1]:
        source = right.replace("2 * x", "3 * x") if name == "bob" else right
        (folder / f"{name}.py").write_text(f"{source}\n# {name}\n")
    (folder / "eve.zip").write_bytes(b"no zip")
    return folder


@pytest.fixture
def grade(crowd, small):
    """Grades the class, or a part of it, into a keeper."""

    def graded(keeper, shard=None, *, secret="s", at=AT, force=False):
        with opened_class(crowd) as intake:
            return run_batch(
                intake,
                keeper,
                assignment=load_assignment(small),
                course=Course(secret=secret),
                n_workers=1,
                force=force,
                require_level="none",
                told=lambda *_: None,
                now=lambda: at,
                shard=shard or Shard(1, 1),
            )

    return graded


def files(folder):
    """What a folder holds, without what differs from run to run: the seconds in staff reports."""
    found = {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    for name in [name for name in found if name.startswith("staff/")]:
        found[name] = json.loads(found[name]) | {"seconds": 0}
    return found


def test_shards_of_one_folder_leave_what_a_run_on_all_leaves(grade, tmp_path):
    grade(Results(tmp_path / "local"))
    shared = SharedResults(tmp_path / "shared")
    for number in (3, 1, 2):
        assert not len(grade(shared, Shard(number, 3)).reports) > 2
    assert files(shared.folder) == files(tmp_path / "local")
    assert shared.without_report() == ()
    merge_here(shared.folder)
    assert files(shared.folder) == files(tmp_path / "local")


def test_a_shard_says_what_is_missing_and_takes_nothing_from_the_others(grade, tmp_path):
    shared = SharedResults(tmp_path / "shared")
    grade(shared, Shard(2, 3))
    assert shared.without_report() == ("ada", "cyd", "dan")
    assert shared.last_run().counts["graded"] == 1
    grade(shared, Shard(1, 3))
    assert set(shared.newest()) == {"ada", "bob", "dan", "eve"}
    assert [line[:3] for line in shared.grades.read_text().splitlines()[1:]] == [
        "ada",
        "bob",
        "dan",
        "eve",
    ]
    assert grade(shared, Shard(1, 3)).already_done == 2


def test_separate_folders_become_what_one_run_leaves(grade, tmp_path):
    grade(Results(tmp_path / "local"))
    parts = [tmp_path / f"part-{number}" for number in (1, 2)]
    for number, part in enumerate(parts, start=1):
        grade(SharedResults(part), Shard(number, 2))
    before = [files(part) for part in parts]
    merged = merge_into(tmp_path / "all", parts)
    assert files(merged.folder) == files(tmp_path / "local")
    assert [files(part) for part in parts] == before
    assert merge_into(tmp_path / "again", parts[::-1]).grades.read_bytes() == (
        merged.grades.read_bytes()
    )


def test_versions_and_decisions_of_all_folders_are_kept(grade, tmp_path, crowd, right):
    parts = [SharedResults(tmp_path / f"part-{number}") for number in (1, 2)]
    for number, part in enumerate(parts, start=1):
        grade(part, Shard(number, 2))
    (crowd / "bob.py").write_text(right)
    grade(parts[1], Shard(2, 2), at=LATER)
    grade(parts[0], Shard(2, 2), at=LATER.replace(day=9))
    first, second = map(CodeMarks, parts)
    first.award("ada", "double", 1, reason="by hand", by="t", at=AT)
    second.excuse("bob", reason="ill", by="t", at=AT)
    second.take_back(1, reason="well", by="t", at=AT)
    second.award("bob", "double", 2, reason="spoken", by="t", at=AT)
    merged = merge_into(tmp_path / "all", [part.folder for part in parts])
    made = [(one.report.points, one.made_at.day) for one in merged.versions("bob")]
    assert made == [(4, 5), (7, 6), (7, 9)]
    held = CodeMarks(merged).decisions()
    assert [(n, one.submission, one.reason) for n, one in held.items()] == [
        (1, "ada", "by hand"),
        (4, "bob", "spoken"),
    ]
    again = merge_into(tmp_path / "twice", [merged.folder, parts[1].folder])
    assert len(again.versions("bob")) == 3


def test_what_a_copy_has_in_common_is_there_once(grade, tmp_path):
    parts = [SharedResults(tmp_path / f"part-{number}") for number in (1, 2)]
    for part in parts:
        grade(part)
        CodeMarks(part).excuse("bob", reason="ill", by="t", at=AT)
    CodeMarks(parts[1]).take_back(1, reason="well", by="t", at=AT)
    merged = merge_into(tmp_path / "all", [part.folder for part in parts])
    assert len(merged.entries()) == 2
    assert not CodeMarks(merged).decisions()


def test_a_secret_of_the_results_goes_along_if_it_is_the_same(grade, tmp_path):
    parts = [SharedResults(tmp_path / f"part-{number}") for number in (1, 2)]
    grade(parts[0], Shard(1, 2), secret="")
    parts[1].take_secret(parts[0].secret())
    grade(parts[1], Shard(2, 2), secret="")
    merged = merge_into(tmp_path / "all", [part.folder for part in parts])
    assert merged.secret() == parts[0].secret()
    assert (merged.folder / "course-secret").stat().st_mode & 0o777 == 0o600
    other = SharedResults(tmp_path / "other")
    grade(other, Shard(2, 2), secret="")
    with pytest.raises(CourseError, match="the secret that hidden inputs are drawn from is not"):
        merge_into(tmp_path / "mixed", [parts[0].folder, other.folder])
    assert not (tmp_path / "mixed").exists()


def test_folders_of_other_gradings_are_refused_by_name(grade, tmp_path, small):
    parts = [SharedResults(tmp_path / f"part-{number}") for number in (1, 2)]
    grade(parts[0], Shard(1, 2))
    with (small / "assignment.yaml").open("a") as settings:
        settings.write("# changed\n")
    (small / "handout.md").write_text("changed")
    check = next(small.rglob("test_*.py"))
    check.write_text(check.read_text() + "\n# changed\n")
    grade(parts[1], Shard(2, 2))
    with pytest.raises(CourseError, match="folder of the assignment is not the same") as told:
        merge_into(tmp_path / "all", [part.folder for part in parts])
    assert "part-1" in str(told.value)
    assert "part-2" in str(told.value)


def test_no_folder_is_overwritten_and_what_is_none_is_one_sentence(grade, tmp_path):
    part = SharedResults(tmp_path / "part")
    grade(part)
    with pytest.raises(NoSuchPath, match="holds no results of a class"):
        merge_here(tmp_path / "none")
    assert not (tmp_path / "none").exists()
    with pytest.raises(CourseError, match="is there already"):
        merge_into(part.folder, [part.folder])
    (tmp_path / "empty").mkdir()
    (tmp_path / ".empty.merging").mkdir()
    (tmp_path / ".empty.merging" / "left.json").write_text("by one that was killed")
    merged = merge_into(tmp_path / "empty", [part.folder])
    assert files(merged.folder) == files(part.folder)

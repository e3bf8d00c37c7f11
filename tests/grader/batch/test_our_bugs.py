"""A bug of ours in reading one submission costs nobody else anything."""

import pytest
from click.testing import CliRunner

from grader.cli import main
from grader.intake import folder
from grader.records import Status


def _words(a_class):
    words = a_class.words("-j", 1)
    return words[words.index("batch") :]


@pytest.fixture
def ran(a_class, right, monkeypatch):
    """A batch in this process, in which reading the file of one student goes wrong."""
    a_class.write(bob=right)
    (a_class.submissions / "ada.txt").write_text("")
    (a_class.submissions / "eve.txt").write_text("")
    whole = folder.opened

    def broken(path, **options):
        if path.name == "bob.py":
            raise ZeroDivisionError("a bug\x1b[2J")
        return whole(path, **options)

    monkeypatch.setattr(folder, "opened", broken)
    return CliRunner().invoke(main, _words(a_class))


def test_the_batch_goes_on(a_class, ran):
    assert ran.exit_code == 3, ran.output
    statuses = {row["submission"]: row["status"] for row in a_class.rows()}
    assert statuses == {"ada": "unreadable", "bob": "ungraded", "eve": "unreadable"}


def test_the_report_names_it_as_our_fault(a_class, ran):
    report, staff = a_class.report("bob"), a_class.report("bob", "staff")
    assert report.status == staff.status == Status.UNGRADED
    assert report.reason == (
        "the grader could not read it, through its own fault (ZeroDivisionError)"
    )
    assert report.notes == ()
    assert "Traceback" not in ran.output


def test_staff_see_where_it_was(a_class, ran):
    (note,) = a_class.report("bob", "staff").notes
    assert note.startswith("Traceback (most recent call last)")
    assert "grader/intake/folder.py" in note
    assert "a bug\\u001b[2J" in note

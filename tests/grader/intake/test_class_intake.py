"""What was downloaded is recognized, each submission is read, and nobody is dropped."""

import os
import unicodedata
import zipfile
from datetime import UTC, datetime, timedelta, timezone

import pytest

from grader.errors import CourseError, NoSuchSubmission, SubmissionError
from grader.intake.class_intake import opened_class
from grader.intake.roster import read_roster
from tests.grader.intake.downloads import (
    DOWNLOADS,
    FORMS,
    as_folder,
    as_zip,
    as_zip_of_a_folder,
    blackboard,
    brightspace,
    canvas,
    gradescope,
    moodle,
    nbgrader,
)

SOURCE = "def shift(x):\n    return x + 1\n"
UTC_ZONE = {"zone": UTC}
PEOPLE = (
    "Name;Student ID;E-Mail;Login;Canvas ID;Moodle participant ID;Brightspace ID;GitHub;Section\n"
    "O'Neill, Ada King;001815;ada@example.org;ada_king.o2;4711;123;12345;Ada-King;A\n"
    "Łukasz Żółć;001816;lukasz@example.org;lz;4799;;;;B\n"
    "Bo;001817;bo@example.org;;;;;ada-lee;B\n"
    "Cleo;001818;;;;;;;B\n"
)


@pytest.fixture
def roster(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_bytes(b"\xef\xbb\xbf" + PEOPLE.encode())
    return read_roster(path)


def sources_of(entry):
    """The text of a submission, with its modules."""
    submission = entry.newest.read()
    return "".join([*(source for _, source in submission.cells), *submission.modules.values()])


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("layout", DOWNLOADS)
def test_a_download_is_recognized_and_read_as_it_is(layout, form, tmp_path):
    make, names = DOWNLOADS[layout]
    path = form(make(SOURCE), tmp_path / "download")
    with opened_class(path) as intake:
        assert intake.layout == layout.partition(" ")[0]
        assert [entry.name for entry in intake.entries] == names
        for entry in intake.entries:
            if entry.name in ("typed_4713", "Bo_125"):
                with pytest.raises(SubmissionError, match="typed into the form"):
                    entry.newest.read()
            else:
                assert SOURCE in sources_of(entry)


@pytest.mark.parametrize("form", [as_folder, as_zip])
@pytest.mark.parametrize("layout", DOWNLOADS)
def test_with_a_roster_submissions_are_called_by_its_ids_and_nobody_is_dropped(
    layout, form, tmp_path, roster
):
    make, names = DOWNLOADS[layout]
    with opened_class(form(make(SOURCE), tmp_path / "download"), roster=roster) as intake:
        assert len(intake.entries) == len(names)
        matched = {entry.name for entry in intake.entries if entry.is_matched}
        unmatched = {entry.name for entry in intake.entries if not entry.is_matched}
        assert unmatched <= set(names)
        found = {row for name in matched for row in name.split("+")}
        assert "001818" not in found
        assert "Cleo" in {person.name for person in intake.missing}
        assert len(found) + len(intake.missing) == 4
        assert found or layout == "nbgrader", "whose students have other names than on the roster"


def test_a_download_says_who_the_people_are_in_its_own_ids(tmp_path, roster):
    with opened_class(as_zip(gradescope(SOURCE), tmp_path / "x"), roster=roster) as intake:
        ada, pair = intake.entries
    assert ada.people[0].name == "O'Neill, Ada King"
    assert ada.people[0].section == "A"
    assert ada.people[0].ids["gradescope"] == "98765"
    assert ada.people[0].ids["canvas"] == "4711", "what the roster knows is kept"
    assert pair.name == "001816+001817"
    assert [person.id for person in pair.people] == ["001816", "001817"]


def times(path, **options):
    with opened_class(path, **options) as intake:
        return {entry.name: entry.newest.read().handed_in_at for entry in intake.entries}


def known_times(path):
    with opened_class(path, **UTC_ZONE) as intake:
        return [attempt.handed_in_at for entry in intake.entries for attempt in entry.attempts]


def test_times_are_those_of_the_system_with_their_zones(tmp_path):
    west = timezone(timedelta(hours=-8))
    assert times(as_folder(gradescope(SOURCE), tmp_path / "g")) == {
        "001815": datetime(2026, 3, 1, 22, 59, 7, 123456, tzinfo=UTC),
        "001816+bo@example.org": datetime(2026, 3, 1, 23, tzinfo=UTC),
    }
    assert times(as_folder(blackboard(SOURCE), tmp_path / "b"), zone=west) == dict.fromkeys(
        ["ada_king.o2", "bo@example.org"], datetime(2026, 3, 1, 23, 59, 7, tzinfo=west)
    )
    assert times(as_folder(brightspace(SOURCE), tmp_path / "d"), zone=west) == {
        "Ada King - O'Neill_12345": datetime(2025, 10, 10, 22, 22, tzinfo=west),
        "Łukasz Żółć_12346": datetime(2026, 2, 10, 22, 7, tzinfo=west),
    }
    assert times(as_folder(nbgrader(SOURCE), tmp_path / "n")) == {
        "ada.king": datetime(2026, 3, 1, 14, 58, 23, 948203, tzinfo=west),
        "o'bo": datetime(2026, 3, 1, 23, tzinfo=UTC),
    }


@pytest.mark.parametrize("layout", DOWNLOADS)
def test_the_times_of_files_in_a_zip_are_not_believed(layout, tmp_path):
    make, _ = DOWNLOADS[layout]
    folder = as_folder(make(SOURCE), tmp_path / "folder")
    for path in folder.rglob("*"):
        os.utime(path, (10**9, 10**9))
    zipped = as_zip(make(SOURCE), tmp_path / "zip")
    assert known_times(folder) == known_times(zipped)


def test_canvas_says_who_is_late_and_no_time(tmp_path):
    with opened_class(as_zip(canvas(SOURCE), tmp_path / "download")) as intake:
        late = {entry.name for entry in intake.entries if entry.newest.marked_late}
        [ada] = [entry for entry in intake.entries if entry.name in late]
        submission = ada.newest.read()
    assert late == {"oneillada_4711"}
    assert submission.marked_late
    assert submission.handed_in_at is None


@pytest.mark.parametrize("make", [blackboard, brightspace])
def test_attempts_of_one_student_come_in_the_order_of_time(make, tmp_path):
    with opened_class(as_zip(make(SOURCE), tmp_path / "download"), **UTC_ZONE) as intake:
        [ada] = [entry for entry in intake.entries if "da" in entry.name.lower()]
        first, last = [attempt.read() for attempt in ada.attempts]
    assert first.cells[0][1] == "raise SystemExit\n"
    assert last.cells[0][1] == SOURCE
    assert first.handed_in_at < last.handed_in_at


def test_a_plain_folder_stays_what_it_was(tmp_path, roster):
    files = {"001815.py": SOURCE, "dan/submission.py": SOURCE, "x_1_2_y.py": SOURCE, "a.csv": "b"}
    folder = as_folder(files, tmp_path / "class")
    with opened_class(folder, roster=roster) as intake:
        assert intake.layout == "plain"
        assert [entry.name for entry in intake.entries] == ["001815", "a", "dan", "x_1_2_y"]
        assert [entry.is_matched for entry in intake.entries] == [True, False, False, False]
        assert [person.name for person in intake.people["001815"]] == ["O'Neill, Ada King"]


def test_a_plain_zip_is_read_like_its_folder(tmp_path):
    files = {"class/ada.py": SOURCE, "class/bo/submission.py": SOURCE, "__MACOSX/._x": "x"}
    with opened_class(as_zip(files, tmp_path / "class")) as intake:
        assert intake.layout == "plain"
        assert {entry.name: sources_of(entry) for entry in intake.entries} == {
            "ada": SOURCE,
            "bo": SOURCE,
        }


def test_the_folder_of_one_student_in_a_zip_is_not_taken_for_a_class(tmp_path):
    files = {"ada/submission.py": "import parts", "ada/parts.py": SOURCE}
    with opened_class(as_zip(files, tmp_path / "class")) as intake:
        assert [entry.name for entry in intake.entries] == ["ada"]


def test_what_looks_like_two_layouts_is_asked_about(tmp_path):
    folder = as_folder(canvas(SOURCE) | moodle(SOURCE), tmp_path / "mixed")
    with pytest.raises(SubmissionError) as asked, opened_class(folder):
        pass
    said = str(asked.value)
    assert "some look like a Moodle download (4) and a Canvas download (6)" in said
    assert "`--layout moodle` or `--layout canvas` or `--layout plain`" in said


def test_a_named_layout_keeps_what_is_unlike_it_under_its_own_name(tmp_path):
    folder = as_folder(canvas(SOURCE) | {"dan.py": SOURCE, "grades.csv": "x"}, tmp_path / "mixed")
    with pytest.raises(SubmissionError, match=r"in part not, as dan\.py"), opened_class(folder):
        pass
    with opened_class(folder, layout="canvas") as intake:
        [dan] = [entry for entry in intake.entries if entry.name == "dan"]
        assert sources_of(dan) == SOURCE
        assert not dan.is_matched
        assert intake.left_out == ("grades.csv",)


def test_an_unknown_layout_is_one_sentence(tmp_path):
    (tmp_path / "class").mkdir()
    with pytest.raises(CourseError, match=r"no layout 'canva'\n  Did you mean 'canvas'\?"):  # noqa: SIM117
        with opened_class(tmp_path / "class", layout="canva"):
            pass


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not really", b"x" * 100])
def test_a_zip_that_is_none_is_one_sentence(tmp_path, content):
    (tmp_path / "class.zip").write_bytes(content)
    with (
        pytest.raises(SubmissionError, match="Download it again"),
        opened_class(tmp_path / "class.zip"),
    ):
        pass


def test_a_file_and_nothing_at_all_are_no_class(tmp_path):
    (tmp_path / "ada.py").write_text(SOURCE)
    for name, said in {
        "ada.py": "is a file, not a folder or zip of submissions",
        "nothing": "there is no such folder",
        "nothing.zip": "there is no such folder",
    }.items():
        with pytest.raises(NoSuchSubmission, match=said):  # noqa: SIM117
            with opened_class(tmp_path / name):
                pass


def test_a_member_that_leads_out_is_left_out_and_said(tmp_path):
    files = canvas(SOURCE) | {"../../etc/eve_4714_90300_submission.py": SOURCE}
    with opened_class(as_zip(files, tmp_path / "download")) as intake:
        assert len(intake.entries) == 4
        assert any("eve_4714" in note and "leads out" in note for note in intake.notes)


def test_links_in_an_unpacked_download_are_not_followed(tmp_path):
    (tmp_path / "secret.py").write_text("SECRET = 1")
    folder = as_folder(canvas(SOURCE), tmp_path / "download")
    os.symlink(tmp_path / "secret.py", folder / "eve_4714_90300_submission.py")
    with opened_class(folder) as intake:
        [eve] = [entry for entry in intake.entries if entry.name == "eve_4714"]
        with pytest.raises(SubmissionError, match="links are not followed"):
            eve.newest.read()


def test_a_linked_folder_in_an_unpacked_download_is_not_followed(tmp_path):
    as_folder({"submission.py": "SECRET = 1"}, tmp_path / "secret")
    folder = as_folder(moodle(SOURCE), tmp_path / "download")
    os.symlink(tmp_path / "secret", folder / "Eve_9_assignsubmission_file")
    with opened_class(folder) as intake:
        [eve] = [entry for entry in intake.entries if entry.name == "Eve_9"]
        with pytest.raises(SubmissionError, match="no source file; there is Eve_9_assign"):
            eve.newest.read()


def test_a_students_own_zip_is_opened_in_the_download(tmp_path):
    inner = as_zip({"hw/submission.py": "import parts", "hw/parts.py": SOURCE}, tmp_path / "in")
    files = {
        "ada_1_2_hw.zip": inner.read_bytes(),
        "bo_3_4_hw.zip": inner.read_bytes(),
        "bo_3_5_submission.py": SOURCE,
        "eve_6_7_hw.zip": b"not a zip",
    }
    with opened_class(as_zip(files, tmp_path / "download")) as intake:
        ada, bo, eve = intake.entries
        assert ada.newest.read().modules == {"parts.py": SOURCE}
        assert sources_of(bo) == SOURCE
        assert bo.newest.notes == ("hw.zip was left out, since sources lie beside it.",)
        with pytest.raises(SubmissionError, match=r"hw\.zip: the archive was not read"):
            eve.newest.read()


def test_a_bomb_in_a_students_zip_costs_nobody_else(tmp_path):
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("submission.py", b"#" * (64 << 20))
    files = {"ada_1_2_submission.py": SOURCE, "eve_6_7_hw.zip": bomb.read_bytes()}
    with opened_class(as_zip(files, tmp_path / "download")) as intake:
        ada, eve = intake.entries
        assert sources_of(ada) == SOURCE
        with pytest.raises(SubmissionError, match="larger than 4 MB"):
            eve.newest.read()


def test_names_lead_nowhere(tmp_path):
    """A sid is text of a stranger: results are written under the name of a submission."""
    metadata = gradescope(SOURCE)["assignment_1234_export/submission_metadata.yml"]
    metadata = metadata.replace('"001815"', '"../../../etc/\\e[31mx\\u202e"')
    files = gradescope(SOURCE) | {"assignment_1234_export/submission_metadata.yml": metadata}
    with opened_class(as_zip(files, tmp_path / "download")) as intake:
        names = [entry.name for entry in intake.entries]
        people = [person for entry in intake.entries for person in entry.people]
    assert names[0] == ".._.._.._etc_\\u001b[31mx\\u202e"
    assert not any(letter in f"{names}{people}" for letter in "\x1b\u202e")


def names_in(path, roster):
    with opened_class(path, roster=roster) as intake:
        return [entry.name for entry in intake.entries], intake.notes


def test_one_person_behind_two_submissions_is_said(tmp_path, roster):
    metadata = gradescope(SOURCE)["assignment_1234_export/submission_metadata.yml"]
    metadata = metadata.replace("- :name: Bo\n    :email: bo@", "- :name: X\n    :email: ada@")
    files = gradescope(SOURCE) | {"assignment_1234_export/submission_metadata.yml": metadata}
    names, notes = names_in(as_zip(files, tmp_path / "download"), roster)
    assert names == ["001815", "001815+001816"]
    assert any("several submissions, 001815 and 001815+001816" in note for note in notes)


def test_two_of_one_name_are_not_found_by_it(tmp_path, roster):
    files = {"bo_5001_201_submission.py": SOURCE}
    assert names_in(as_zip(files, tmp_path / "one"), roster)[0] == ["001817"]
    files |= {"bo_5002_203_submission.py": SOURCE}
    assert names_in(as_zip(files, tmp_path / "two"), roster)[0] == ["bo_5001", "bo_5002"]


def test_another_id_makes_another_person_of_the_same_name(tmp_path, roster):
    files = {"x_4711_201_a.py": SOURCE, "oneilladaking_9999_203_a.py": SOURCE}
    names, _ = names_in(as_zip(files, tmp_path / "download"), roster)
    assert names == ["001815", "oneilladaking_9999"]


def test_groups_of_canvas_are_those_of_the_roster(tmp_path):
    (tmp_path / "roster.csv").write_text(
        "name,login,group,canvas id\nAda,ada,Team 3,4711\nBo,bo,Team 3,\nCleo,cleo,Team 4,\n"
    )
    files = {"team_3_4711_90210_submission.py": SOURCE}
    with opened_class(
        as_zip(files, tmp_path / "download"), roster=read_roster(tmp_path / "roster.csv")
    ) as intake:
        [entry] = intake.entries
        assert entry.name == "ada+bo"
        assert [person.ids for person in entry.people] == [{"canvas": "4711"}, {}]
        assert [person.name for person in intake.missing] == ["Cleo"]


def test_an_nbgrader_folder_with_two_assignments_is_asked_about(tmp_path):
    files = nbgrader(SOURCE) | {"submitted/o'bo/ps2/submission.py": "x = 2"}
    folder = as_folder(files, tmp_path / "course")
    with (
        pytest.raises(SubmissionError, match=r"has ps1, ps2\n.*nbgrader:ps1"),
        opened_class(folder),
    ):
        pass
    for place in (folder, folder / "submitted"):
        with opened_class(place, layout="nbgrader:ps2") as intake:
            assert [sources_of(entry) for entry in intake.entries] == ["x = 2"]


@pytest.mark.parametrize(
    "names",
    [
        ["hw_1_2026_ada.py", "hw_1_2026_bo.py"],
        ["Ada_4711_90210_x.py", "Bo_4712_90211_x.py"],
        ["ada_4711_90210_x.py", "bo_4711_90211_x.py"],
    ],
)
def test_files_that_people_named_alike_are_no_files_of_one_canvas_user(tmp_path, names):
    with opened_class(as_folder(dict.fromkeys(names, SOURCE), tmp_path / "class")) as intake:
        assert intake.layout == "plain"
        assert [entry.newest.shown for entry in intake.entries] == sorted(names)


def test_small_numbers_may_be_those_of_canvas_or_of_a_person(tmp_path):
    files = {"hw_1_1_ada.py": SOURCE, "hw_1_2_bo.py": SOURCE}
    folder = as_folder(files, tmp_path / "class")
    with pytest.raises(SubmissionError, match="`--layout canvas` or `--layout plain`"):  # noqa: SIM117
        with opened_class(folder):
            pass
    with opened_class(folder, layout="plain") as intake:
        assert len(intake.entries) == 2
    with opened_class(folder, layout="canvas") as intake:
        assert [entry.name for entry in intake.entries] == ["hw_1"]


@pytest.mark.parametrize("word", ["Participant", "Teilnehmerin", "Group 1-Participant"])
def test_blind_marking_names_nobody(tmp_path, word):
    files = {
        f"{word}_{number}_assignsubmission_file/submission.py": SOURCE for number in (123, 124)
    }
    (tmp_path / "roster.csv").write_text("name,moodle id\nParticipant,9\nAda,123\n")
    with opened_class(
        as_zip(files, tmp_path / "download"), roster=read_roster(tmp_path / "roster.csv")
    ) as intake:
        ada, other = intake.entries
        assert (ada.name, ada.matched_by) == ("Ada", ("moodle",))
        assert other.name == f"{word}_124"
        assert other.people[0].name == ""


def test_a_group_before_a_name_in_moodle_is_no_part_of_it(tmp_path):
    files = {
        "Anna-Group 1-Jean-Luc Picard_7_assignsubmission_file/submission.py": SOURCE,
        "Ada_8_assignsubmission_file/submission.py": SOURCE,
    }
    (tmp_path / "roster.csv").write_text("name,id\nJean-Luc Picard,17\nLuc Picard,18\n")
    with opened_class(
        as_zip(files, tmp_path / "download"), roster=read_roster(tmp_path / "roster.csv")
    ) as intake:
        assert [entry.name for entry in intake.entries] == ["17", "Ada_8"]


def test_keys_of_gradescope_may_lack_their_colons(tmp_path):
    files = gradescope(SOURCE, colons=False)
    with opened_class(as_zip(files, tmp_path / "download")) as intake:
        assert [entry.name for entry in intake.entries] == ["001815", "001816+bo@example.org"]
        assert intake.entries[0].newest.handed_in_at is not None


def test_a_folder_that_gradescope_does_not_know_is_graded_under_its_name(tmp_path):
    files = gradescope(SOURCE) | {"assignment_1234_export/submission_7/submission.py": SOURCE}
    files["assignment_1234_export/submission_metadata.yml"] += "submission_9: {}\n"
    with opened_class(as_zip(files, tmp_path / "download")) as intake:
        [lost] = [entry for entry in intake.entries if entry.name == "submission_7"]
        assert sources_of(lost) == SOURCE
        assert not lost.is_matched
        assert "submission_9" in intake.notes[0]


def test_letters_that_macos_takes_apart_make_no_other_name(tmp_path):
    name = "José_123_assignsubmission_file"
    for n, form in enumerate(("NFC", "NFD")):
        files = {f"{unicodedata.normalize(form, name)}/submission.py": SOURCE}
        with opened_class(as_folder(files, tmp_path / str(n))) as intake:
            assert [entry.name for entry in intake.entries] == ["José_123"]


def test_an_attempt_without_files_is_told_and_kept(tmp_path):
    files = {name: text for name, text in blackboard(SOURCE).items() if name.endswith(".txt")}
    with opened_class(as_zip(files, tmp_path / "download"), **UTC_ZONE) as intake:
        assert [entry.name for entry in intake.entries] == ["ada_king.o2", "bo@example.org"]
        with pytest.raises(SubmissionError, match="no file was handed in"):
            intake.entries[0].newest.read()
        assert intake.notes == ("The times have no zone in this download, and were taken as UTC.",)


def test_blackboard_without_receipts_goes_by_what_all_names_begin_with(tmp_path):
    stamp = "attempt_2026-03-01-23-59-07"
    files = {f"HW_2_{user}_{stamp}_x.py": SOURCE for user in ("ada.king", "bo")}
    with opened_class(as_zip(files, tmp_path / "download"), **UTC_ZONE) as intake:
        assert [entry.name for entry in intake.entries] == ["ada.king", "bo"]


EMPTY = {  # a student's folder in which nothing lies, or nothing of the student's
    "moodle": ("Ann Lee_1_assignsubmission_file/submission.py", "Bo_2_assignsubmission_file/"),
    "brightspace": (
        "1-10 - Ann Lee - Oct 9, 2025 901 AM/submission.py",
        "2-10 - Bo - Oct 9, 2025 902 AM/.DS_Store",
    ),
    "nbgrader": ("submitted/ann/ps1/submission.py", "submitted/bo/ps1/"),
    "github": ("hw-submissions/hw-ann/submission.py", "hw-submissions/hw-bo/.git/HEAD"),
    "plain": ("ann/submission.py", "bo/"),
}


@pytest.mark.parametrize("form", [as_zip, as_zip_of_a_folder])
@pytest.mark.parametrize("layout", EMPTY)
def test_who_handed_in_an_empty_folder_is_not_dropped_from_a_zip(layout, form, tmp_path):
    full, empty = EMPTY[layout]
    files = {full: SOURCE, empty: ""}
    if layout == "github":
        files["hw-submissions/hw-ann/.git/HEAD"] = "ref: refs/heads/main"
    with opened_class(form(files, tmp_path / "download")) as intake:
        assert intake.layout == layout
        first, second = intake.entries
        assert SOURCE in sources_of(first)
        with pytest.raises(SubmissionError, match="no file was handed in"):
            second.newest.read()


def test_a_download_that_was_zipped_again_is_no_class_of_one_student(tmp_path):
    inner = as_zip(canvas(SOURCE), tmp_path / "submissions")
    outer = as_zip({"submissions.zip": inner.read_bytes()}, tmp_path / "again")
    said = "nothing but submissions.zip, which is a Canvas download\n  Take submissions.zip out"
    with pytest.raises(SubmissionError, match=said), opened_class(outer):
        pass
    alone = as_zip({"submission.py": SOURCE}, tmp_path / "ada")
    with opened_class(as_zip({"ada.zip": alone.read_bytes()}, tmp_path / "one")) as intake:
        assert [entry.name for entry in intake.entries] == ["ada"]


@pytest.mark.parametrize("form", [as_folder, as_zip])
def test_what_the_grader_asks_an_instructor_for_is_no_submission(form, tmp_path):
    files = {"ada.py": SOURCE, "bo.csv": "1", "roster.csv": "name\nAda\n", "course.yaml": ""}
    with opened_class(form(files, tmp_path / "class")) as intake:
        assert [entry.name for entry in intake.entries] == ["ada", "bo"]
        assert intake.left_out == ("course.yaml", "roster.csv")


def test_two_who_share_the_end_of_a_name_are_no_blind_marking(tmp_path, roster):
    names = ("Ada King-Smith", "Bo Lee-Smith")
    files = {
        f"{name}_{n}_assignsubmission_file/submission.py": SOURCE for n, name in enumerate(names)
    }
    with opened_class(as_zip(files, tmp_path / "download")) as intake:
        assert [entry.people[0].name for entry in intake.entries] == [*names]
    blind = {f"Group {n}-Teilnehmerin_{n}_assignsubmission_file/submission.py": "" for n in (1, 2)}
    with opened_class(as_zip(blind, tmp_path / "blind")) as intake:
        assert [entry.people[0].name for entry in intake.entries] == ["", ""]


def test_a_stamp_of_nbgrader_that_says_no_time_is_told(tmp_path):
    files = nbgrader(SOURCE) | {"submitted/o'bo/ps1/timestamp.txt": "yesterday"}
    with opened_class(as_zip(files, tmp_path / "download")) as intake:
        assert intake.notes == (
            "1 of 2 have no timestamp.txt with a time in it, so when these were handed in is not"
            " known.",
        )


def test_of_two_files_of_one_name_and_minute_the_later_submission_counts(tmp_path):
    files = {
        "1-11 - Ann - Oct 9, 2025 901 AM - submission.py": SOURCE,
        "1-9 - Ann - Oct 9, 2025 901 AM - submission.py": "raise SystemExit",
    }
    with opened_class(as_zip(files, tmp_path / "download"), zone=UTC) as intake:
        assert SOURCE in sources_of(intake.entries[0])

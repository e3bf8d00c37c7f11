"""The files of one attempt: of two of one name the later is taken, and both are named."""

import uuid

import pytest

from grader.errors import SubmissionError
from grader.intake.class_intake import opened_class
from tests.grader.intake.downloads import as_folder, as_zip

NEW, OLD = "x = 'new'\n", "x = 'old'\n"
UUID = uuid.UUID(int=7, version=4)


@pytest.fixture
def attempt(tmp_path):
    """The only attempt in a download."""

    def made(files, form=as_zip):
        with opened_class(form(files, tmp_path / "download")) as intake:
            [entry] = intake.entries
            assert intake.layout != "plain"
            return entry.newest, entry.newest.read()

    return made


@pytest.mark.parametrize("added", ["-1", "-7", "-8", f"-{UUID}"])
def test_an_upload_of_the_same_name_takes_the_place_of_the_earlier_one(attempt, added):
    later = f"ada_4711_90219_submission{added}.py"
    found, submission = attempt({"ada_4711_90210_submission.py": OLD, later: NEW})
    assert submission.cells == (("submission.py", NEW),)
    note = f"submission.py and submission{added}.py are two of one name; submission{added}.py was "
    assert found.notes == (f"{note}taken, the later one.",)
    assert found.notes[0] in submission.notes


def test_the_number_of_the_upload_decides_and_not_the_one_in_the_name(attempt):
    files = {"ada_4711_90310_submission.py": NEW, "ada_4711_90219_submission-1.py": OLD}
    found, submission = attempt(files)
    assert submission.cells[0][1] == NEW
    assert found.notes[0].endswith("submission.py was taken, the later one.")


def test_a_file_with_a_number_alone_is_taken_by_its_own_name(attempt):
    files = {"ada_4711_90210_submission-2.py": "import parts", "ada_4711_90211_parts-1.py": NEW}
    found, submission = attempt(files)
    assert submission.cells == (("submission.py", "import parts"),)
    assert submission.modules == {"parts.py": NEW}
    assert found.notes == (
        "submission-2.py was taken as submission.py.",
        "parts-1.py was taken as parts.py.",
    )


def test_parts_with_numbers_are_no_versions_of_one_file(attempt):
    files = {"ada_4711_90210_part-1.py": OLD, "ada_4711_90211_part-2.py": NEW}
    with pytest.raises(SubmissionError, match=r"it holds part-1\.py, part-2\.py"):
        attempt(files)


@pytest.mark.parametrize("form", [as_folder, as_zip])
def test_two_files_for_one_role_are_both_named(attempt, form):
    below = "Ada_1_assignsubmission_file"
    files = {f"{below}/submission.py": NEW, f"{below}/submission (1).py": OLD}
    found, submission = attempt(files, form)
    assert submission.cells[0][1] == NEW
    assert found.notes == ("submission.py was taken, and submission (1).py was not.",)


def test_a_script_and_a_notebook_are_both_named_and_neither_is_guessed(attempt):
    below = "Ada_1_assignsubmission_file"
    files = {f"{below}/submission.py": NEW, f"{below}/submission.ipynb": "{}"}
    with pytest.raises(SubmissionError, match=r"main files, submission\.ipynb and submission\.py"):
        attempt(files)


def test_what_is_no_source_is_left_out_by_its_name(attempt):
    below = "Ada_1_assignsubmission_file"
    files = {
        f"{below}/hw/submission.py": NEW,
        f"{below}/a\u202e.pdf": "x",
        f"{below}/.DS_Store": "",
    }
    found, _ = attempt(files)
    assert found.n_taken == 1
    assert found.left_out == ("a\\u202e.pdf",)


def test_nothing_but_other_files_is_one_sentence_that_names_them(attempt):
    with pytest.raises(SubmissionError, match=r"there is no source file; there is essay\.docx"):
        attempt({"ada_4711_90210_essay.docx": "x"})


def test_two_zips_are_put_side_by_side(attempt, tmp_path):
    inner = as_zip({"submission.py": NEW}, tmp_path / "inner").read_bytes()
    other = as_zip({"parts.py": OLD}, tmp_path / "other").read_bytes()
    _, submission = attempt({"ada_4711_901_code.zip": inner, "ada_4711_902_more.zip": other})
    assert submission.cells[0][1] == NEW


def test_a_virtual_environment_in_a_download_is_passed_over(attempt):
    below = "Ada_1_assignsubmission_file"
    files = {f"{below}/submission.py": NEW, f"{below}/env/pyvenv.cfg": ""}
    files |= {f"{below}/env/lib/{n}/submission.py": OLD for n in range(9)}
    for form in (as_folder, as_zip):
        found, submission = attempt(files, form)
        assert submission.modules == {}
        assert found.n_taken == 1

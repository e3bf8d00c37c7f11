"""A report is up to date only as long as all that it depends on is the same."""

from importlib import metadata

import pytest

from grader import report_key as module
from grader.records import Submission
from grader.report_key import report_key
from grader.settings import load_assignment

SUBMISSION = Submission(name="ada", cells=(), modules={}, digest="d")
SETTINGS = {"secret": "s", "require_level": "confined", "diagnose_hidden": True}


def key(folder, submission=SUBMISSION, **changes):
    return report_key(submission, load_assignment(folder), **SETTINGS | changes)


@pytest.mark.parametrize(
    "name",
    [
        "data/scale.json",
        "data/deep/er/weights.npy",
        "helpers.py",
        "conftest.py",
        "test_visible.py",
        "hidden/test_more.py",
        "hidden/data/inputs.txt",
        "reference.py",
        "assets/handout.md",
    ],
)
def test_a_file_that_a_grade_can_depend_on_makes_a_new_key(small, name):
    before = key(small)
    file = small / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{file.read_text() if file.exists() else ''}\n# changed\n")
    changed = key(small)
    assert changed != before
    file.write_text("# changed again\n" if name != "conftest.py" else file.read_text() + "#\n")
    assert key(small) not in (before, changed)


@pytest.mark.parametrize(
    "name",
    [
        "handout.md",
        "starter.py",
        "examples/submissions/ada.py",
        "audit/right/torch.py",
        "__pycache__/conftest.pyc",
        "hidden/__pycache__/test.pyc",
        ".DS_Store",
        ".git/HEAD",
    ],
)
def test_what_no_check_reads_makes_no_new_key(small, name):
    before = key(small)
    file = small / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("anything\n")
    assert key(small) == before


def test_a_file_behind_a_link_to_a_folder_makes_a_new_key(small, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "scale.json").write_text("1")
    (data / "up").symlink_to(small)  # and round again
    (small / "data").symlink_to(data)
    before = key(small)
    (data / "scale.json").write_text("2")
    assert key(small) != before


def test_a_setting_of_the_assignment_makes_a_new_key(small):
    before = key(small)
    settings = small / "assignment.yaml"
    settings.write_text(settings.read_text().replace("call_seconds: 1", "call_seconds: 2"))
    assert key(small) != before


@pytest.mark.parametrize(
    "changes",
    [{"secret": "t"}, {"require_level": "none"}, {"diagnose_hidden": False}, {"cost": True}],
)
def test_a_setting_of_the_run_makes_a_new_key(small, changes):
    assert key(small, **changes) != key(small)


def test_another_submission_makes_a_new_key(small):
    other = Submission(name="ada", cells=(), modules={}, digest="e")
    assert key(small, other) != key(small)


@pytest.mark.parametrize("package", ["numpy", "torch", "decoder-grader"])
def test_another_version_of_what_computes_makes_a_new_key(small, monkeypatch, package):
    before = key(small)
    real = metadata.version
    monkeypatch.setattr(module, "version", lambda name: real(name) + ".1" * (name == package))
    for cached in (module.grader_version, module._numeric_versions):
        cached.cache_clear()
    try:
        assert key(small) != before
    finally:
        monkeypatch.undo()
        for cached in (module.grader_version, module._numeric_versions):
            cached.cache_clear()
    assert key(small) == before


def test_another_source_of_the_subject_makes_a_new_key(small, tmp_path, monkeypatch):
    package = tmp_path / "package" / "changing_subject"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("SUBJECT = None\n")
    (package / "stages.py").write_text("def double(x):\n    return 2 * x\n")
    info = tmp_path / "package" / "changing-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: changing\nVersion: 1\n")
    (info / "entry_points.txt").write_text(
        "[grader.subjects]\nchanging = changing_subject:SUBJECT\n"
    )
    monkeypatch.syspath_prepend(tmp_path / "package")
    settings = small / "assignment.yaml"
    settings.write_text("subject: changing\n" + settings.read_text())
    before = key(small)
    (package / "stages.py").write_text("def double(x):\n    return 3 * x\n")
    assert key(small) != before

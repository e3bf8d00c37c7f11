"""A path that is not there, an output that cannot be written and a package that is missing."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from grader.cli import main
from grader.cli.edge import sentence_of

NOT_THERE = [
    ["check", "nowhere.py"],
    ["check", "--watch", "nowhere.py"],
    ["debug", "nowhere.py", "softmax"],
    ["batch", "nowhere", "-o", "results"],
    ["decide", "nowhere"],
    ["audit", "nowhere"],
    ["examples", "nowhere"],
    ["start", "nowhere"],
    ["quiz", "take", "nowhere.yaml"],
    ["quiz", "review", "nowhere.yaml"],
    ["quiz", "results", "nowhere.yaml"],
    ["quiz", "lint", "nowhere"],
    ["quiz", "list", "--questions", "nowhere"],
    ["quiz", "grade", "nowhere.yaml"],
    ["quiz", "mark", "nowhere"],
    ["quiz", "analyze", "nowhere"],
    ["quiz", "repair", "nowhere"],
    ["quiz", "import", "nowhere.xml", "-o", "new"],
]


@pytest.mark.parametrize("words", NOT_THERE, ids=" ".join)
def test_a_path_that_is_not_there_is_exit_code_2_in_all_commands(words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = CliRunner().invoke(main, words)
    assert ran.exit_code == 2, ran.output
    assert "error: " in ran.output
    assert "nowhere" in ran.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        ["start", "decoder-generation", "file/inside"],
        ["quiz", "export", "ablations", "--to", "gift", "-o", "file/x.gift"],
        ["batch", "class", "-o", "file/results"],
    ],
    ids=" ".join,
)
def test_an_output_below_a_file_is_one_sentence(words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "ada.txt").write_text("")
    ran = CliRunner().invoke(main, words)
    assert ran.exit_code in (1, 3)
    assert "(Not a directory)" in ran.output


def test_a_full_disk_behind_the_output_is_one_sentence():
    with open("/dev/full", "w") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "grader", "assignments"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert ran.returncode == 3
    assert ran.stderr.startswith("error: ")
    assert "No space left on device" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("package", ["torch", "msgspec"])
def test_a_package_that_is_missing_is_one_sentence(package, tmp_path):
    (tmp_path / "ada.py").write_text("")
    hidden = f"import sys; sys.modules[{package!r}] = None"
    words = f"{hidden}; from grader.cli import main; main(['check', 'ada.py'])"
    ran = subprocess.run(
        [sys.executable, "-c", words], capture_output=True, text=True, cwd=tmp_path
    )
    assert ran.returncode == 3
    assert f"error: the package {package!r} is not installed here" in ran.stderr
    assert f"-m pip install {package}" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_module_of_ours_that_is_missing_keeps_its_traceback():
    assert sentence_of(ModuleNotFoundError("no", name="grader.nothing")) is None
    assert sentence_of(OSError("without a number")) is None


@pytest.mark.parametrize(
    ("package", "extra"), [("uvicorn", "web"), ("argon2", "web"), ("distributed", "dask")]
)
def test_a_package_of_an_extra_is_installed_with_all_that_belongs_to_it(package, extra):
    said, code = sentence_of(ModuleNotFoundError("no", name=package))
    assert said.endswith(f"-m pip install 'decoder-grader[{extra}]'")
    assert code == 3

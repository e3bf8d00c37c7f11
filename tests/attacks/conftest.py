"""Classes with and without attackers, graded once for all tests of this folder."""

import shutil
from pathlib import Path

import pytest

from grader.settings import shipped
from tests.attacks.attack import Attack, corpus
from tests.attacks.whole_grader import Run, grade_class

collect_ignore = ["corpus"]

EXAMPLES = shipped("assignments") / "decoder-generation" / "examples" / "submissions"
NEIGHBOURS = (
    "right-torch.py",
    "right-numpy.py",
    "right-notebook.ipynb",
    "no-causal-mask.py",
    "right-modules",
    "changes-its-input.py",
)
_EVERY = 16  # attackers between two neighbours


def class_list() -> list[tuple[str, Attack | Path]]:
    """The entries of the class by name: attackers, with honest neighbours among them."""
    attacks = [attack for attack in corpus() for _ in range(attack.copies)]
    listed: list[tuple[str, Attack | Path]] = []
    for number, attack in enumerate(attacks):
        if number % _EVERY == 0:
            example = EXAMPLES / NEIGHBOURS[(number // _EVERY) % len(NEIGHBOURS)]
            listed.append((f"{number:03d}-a-neighbour-{example.stem}", example))
        listed.append((f"{number:03d}-{attack.name}", attack))
    return listed


def neighbours() -> list[str]:
    return [name for name, entry in class_list() if isinstance(entry, Path)]


@pytest.fixture(scope="session")
def runs_folder(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """One folder for all processes of a test run."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if hasattr(request.config, "workerinput") else base


@pytest.fixture(scope="session")
def quiet_class(runs_folder: Path) -> Run:
    """The honest neighbours alone."""

    def fill(entries: Path, folder: Path) -> None:
        for name, entry in class_list():
            if isinstance(entry, Path):
                copy_example(entry, entries, name)

    return grade_class(runs_folder / "attacks-quiet", fill)


@pytest.fixture(scope="session")
def hostile_class(runs_folder: Path, quiet_class: Run) -> Run:
    """The same with every attacker among them that may be run at the level that was reached."""
    level = quiet_class.level

    def fill(entries: Path, folder: Path) -> None:
        known = [folder / "course" / "decoder-generation" / "hidden", folder / "course.yaml"]
        known += [folder / "results", entries, Path(__file__), EXAMPLES]
        for name, entry in class_list():
            if isinstance(entry, Path):
                copy_example(entry, entries, name)
            elif entry.runs_at(level):
                entry.write(entries / name, known)

    return grade_class(runs_folder / "attacks-hostile", fill)


def copy_example(example: Path, folder: Path, name: str) -> None:
    """Make an example an entry of a class."""
    copy = shutil.copytree if example.is_dir() else shutil.copy
    copy(example, folder / f"{name}{example.suffix}")

"""What students hand in for a suite: the files that it lacks, as modules, and nothing else."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from grader.errors import SubmissionError
from grader.records import Submission
from grader.suites.suite import Suite

_NEVER = {"conftest.py", "pytest.ini", "setup.py", "noxfile.py"}


def modules_for(suite: Suite, submission: Submission) -> dict[str, str]:
    """The modules of a submission, by the paths under which the suite imports them.

    What a submission brings besides, such as tests or a `conftest.py`, is for nobody: the suite's
    own files are read from its own folder.

    Raises:
        SubmissionError: a file is missing that the suite needs.
    """
    sources = {name: text for name, text in submission.modules.items() if name.endswith(".py")}
    found: dict[str, str] = {}
    root = ""
    for file in suite.files:
        path, text = _nearest(sources, file, at=submission.name)
        found[f"{suite.module_of(file).replace('.', '/')}.py"] = text
        if path.endswith(file):
            root = path.removesuffix(file)
        del sources[path]
    for path, text in sources.items():
        inside = path.removeprefix(root)
        if PurePosixPath(inside).name not in _NEVER:
            found.setdefault(inside.removeprefix("src/"), text)
    return found


def served(suite: Suite, modules: Mapping[str, str]) -> frozenset[str]:
    """The modules that the suite gets from a submission: files and packages, by whole names."""
    tops = {path.partition("/")[0].removesuffix(".py") for path in modules}
    packages = suite.packages or sorted(top for top in tops if not suite.has(top))
    return frozenset([*map(suite.module_of, suite.files), *packages])


def _nearest(sources: Mapping[str, str], wanted: str, *, at: str) -> tuple[str, str]:
    """The file under its path, else the one of its name that is nearest to the top."""
    exact = [path for path in sources if path == wanted or path.endswith(f"/{wanted}")]
    name = PurePosixPath(wanted).name
    named = exact or [path for path in sources if PurePosixPath(path).name == name]
    if not named and len(sources) == 1:  # one file was handed in, whatever it is called
        named = list(sources)
    if not named:
        raise SubmissionError(
            f"there is no {name}", at=at, fix=f"Hand in {wanted}, and the modules that it imports."
        )
    path = min(named, key=lambda each: (each.count("/"), each))
    return path, sources[path]

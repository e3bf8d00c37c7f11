"""Nothing that students get holds what they shall not have: every file of it is opened."""

import ast
import io
import re
import zipfile
import zlib
from pathlib import Path

import msgspec
import pytest

from grader.release.student_wheel import student_wheel
from tests.grader.release.conftest import SECRET

ROOT = Path(__file__).parents[3]
SHIPPED = ROOT / "assignments" / "decoder-generation"
LONG_ENOUGH = 25  # characters: a shorter line is written by everybody


def statements(path):
    """The lines of a file's function bodies that only it would have."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for node in function.body:
                is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
                if not is_text:
                    yield from (line.strip() for line in ast.unparse(node).splitlines())


def lines_of(*folders):
    found = set()
    for folder in folders:
        for path in [folder] if folder.suffix == ".py" else sorted(folder.rglob("*.py")):
            found |= {line for line in statements(path) if len(line) >= LONG_ENOUGH}
    return found


def code(text):
    """A file's code as `statements` writes it, since spaces and quotes may differ."""
    try:
        return ast.unparse(ast.parse(text))
    except (SyntaxError, ValueError):
        return text


def contents(folder):
    """Each file of a folder as text, with what is packed in it."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            if path.name == "answers.recorded":
                content += zlib.decompress(content)
            text = content.decode("utf-8", "replace")
            yield path.name, f"{text}\n{code(text)}"


# The handout gives the calls of the contract and the names of the weights; some lines are anyone's.
OF_EVERYBODY = {
    "generated: list[int] = []",
    "for node in ast.walk(tree):",
    "if isinstance(value, dict):",
    "stages.select(distribution)",
    "for name in ('query', 'key', 'value', 'output'):",
    "for name in path.split('.') if path else ():",  # steps on an object are played so everywhere
    "answer = found(*arguments)",
    "with np.errstate(invalid='ignore'):",
}
_BEGINNING = 12  # characters by which nearly all lines are told to be elsewhere


def beginnings_in(text):
    """What a line that a text holds begins with, at any place of it."""
    return {text[at : at + _BEGINNING] for at in range(len(text))}


def held_by(text, beginnings, lines):
    """The lines that a text holds."""
    near = (one for one in lines if len(one) < _BEGINNING or one[:_BEGINNING] in beginnings)
    return [line for line in near if line in text]


# Visible checks are written like hidden ones.
VISIBLE = "\n".join(code(path.read_text(encoding="utf-8")) for path in SHIPPED.glob("*.py"))
SECRETS = {
    "the reference": lines_of(ROOT / "reference") - OF_EVERYBODY,
    "misconceptions": lines_of(ROOT / "reference" / "decoder" / "misconceptions") - OF_EVERYBODY,
    "hidden checks": {line for line in lines_of(SHIPPED / "hidden") if line not in VISIBLE},
    "right submissions": lines_of(
        SHIPPED / "audit", *(SHIPPED / "examples" / "submissions").glob("right-*")
    )
    - OF_EVERYBODY,
    "the secret": {SECRET},
    "what lies beside the checks": {"for staff alone, and nobody else", "name: Transformers"},
    "keys of quizzes": {
        line.strip()
        for path in (ROOT / "questions").glob("*.yaml")
        if path.name not in ("misconceptions.yaml", "concepts.yaml")
        for line in path.read_text(encoding="utf-8").splitlines()
        if len(line.strip()) >= LONG_ENOUGH and not line.strip().startswith(("title:", "def "))
    },
}


@pytest.fixture(scope="module", params=["folder", "wheel"])
def given(request, folder, made, tmp_path_factory):
    """All that students get: the folder, or what a wheel unpacks to."""
    if request.param == "folder":
        return folder
    place = tmp_path_factory.mktemp("wheel")
    zipfile.ZipFile(io.BytesIO(student_wheel("decoder-generation", made.files)[1])).extractall(
        place
    )
    return place


@pytest.fixture(scope="module")
def given_away(given):
    """For each kind of secret the files that hold something of it, with the line."""
    found = {secret: set() for secret in SECRETS}
    for name, text in contents(given):
        beginnings = beginnings_in(text)
        for secret, lines in SECRETS.items():
            found[secret] |= {(name, line) for line in held_by(text, beginnings, lines)}
    return found


@pytest.mark.parametrize("secret", SECRETS)
def test_students_get_nothing_of(secret, given_away):
    assert len(SECRETS[secret]) >= (1 if secret == "the secret" else 2)
    assert given_away[secret] == set()


def test_a_release_has_these_files_and_no_other(folder):
    names = {path.name for path in folder.iterdir()}
    visible = {path.name for path in SHIPPED.glob("test_*.py")}
    read = {"handout.md", "starter.py", "conftest.py", "assignment.yaml", "answers.recorded"}
    assert names == visible | read


def test_recorded_answers_hold_names_sentences_and_numbers_and_no_code(folder):
    outer = msgspec.msgpack.decode(zlib.decompress((folder / "answers.recorded").read_bytes()))
    inner = msgspec.msgpack.decode(outer["recorded"])
    assert all(len(mistake) == 6 for mistake in inner["mistakes"])
    texts = {text for mistake in inner["mistakes"] for text in (mistake["says"], mistake["hint"])}
    assert not any(re.search(r"\bdef \w+\(|\blambda\b", text) for text in texts)


def test_the_search_finds_what_is_there(tmp_path):
    right = SHIPPED / "examples" / "submissions" / "right-numpy.py"
    (tmp_path / "starter.py").write_text(right.read_text(encoding="utf-8"))
    ((_, text),) = contents(tmp_path)
    assert sum(line in text for line in SECRETS["right submissions"]) > 20

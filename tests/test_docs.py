"""What the documents say is true: commands exist, links lead somewhere, output is real."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import click
import pytest

from grader.cli import main as grader
from grader.policies.explaining import late_sentences
from grader.policies.lateness import lateness, taken_off
from grader.policies.policy_settings import policy_of
from grader.settings import load_course

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "assignments/decoder-generation/examples/submissions"
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "assignments").glob("*/handout.md")),
]
OURS = [path for path in DOCUMENTS if path.name != "handout.md"]
SHELL = ("console", "sh", "bash")
TOP_FOLDERS = ("assignments/", "docs/", "grader/", "questions/", "reference/", "tests/")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
# On any machine: what the level is does not change what the documents show.
BATCH = "batch class --require-level none"
GRADER = "import sys; from grader.cli import main; sys.exit(main())"

of_each_document = pytest.mark.parametrize(
    "path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT))
)


def prose(path: Path) -> str:
    return FENCE.sub("", path.read_text(encoding="utf-8"))


def blocks(path: Path, *languages: str) -> list[str]:
    found = FENCE.findall(path.read_text(encoding="utf-8"))
    return [text for language, text in found if language in languages]


def command_lines(path: Path) -> Iterator[str]:
    for block in blocks(path, *SHELL):
        for line in block.splitlines():
            yield line.removeprefix("$ ").partition("  #")[0].strip()


def code_spans(path: Path) -> list[str]:
    return re.findall(r"`([^`\n]+)`", prose(path))


def parse(words: list[str], *, complete: bool) -> None:
    """Let the real command read the words; raises what click says of a wrong line."""
    command: click.Command = grader
    context: click.Context | None = None
    name = "grader"
    while True:
        try:
            context = command.make_context(name, list(words), parent=context)
        except click.exceptions.NoArgsIsHelpError:
            return
        except click.MissingParameter:
            if complete:
                raise
            return
        except click.exceptions.Exit:  # --help and --version
            return
        if not isinstance(command, click.Group):
            return
        words = [*context._protected_args, *context.args]
        resolved, found, words = command.resolve_command(context, words)
        assert found is not None
        name, command = resolved or "", found


def anchors(path: Path) -> set[str]:
    """The anchors of a document's headings, as they are made of the headings' text."""
    headings = re.findall(r"^#+ (.+)$", prose(path), re.MULTILINE)
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in kept}


def flat(text: str) -> str:
    """Without line breaks and padding: where a line is broken is not what a document claims."""
    return " ".join(text.split())


def run(
    words: list[str], folder: Path, *, typed: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    surroundings = {
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": "1",
        "COLUMNS": "100",
        "GRADER_STORE": str(folder / "quiz.sqlite"),
    }
    return subprocess.run(
        [sys.executable, "-c", GRADER, *words],
        cwd=folder,
        env=os.environ | surroundings,
        input="".join(f"{line}\n" for line in typed),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def assert_shown(shown: str, output: str) -> None:
    """What stands between two lines of dots comes in the output, in this order."""
    rest = flat(output)
    for part in re.split(r"^\.\.\.$", shown, flags=re.MULTILINE):
        place = rest.find(flat(part))
        assert place >= 0, f"not in the output:\n{part}\nthe output was:\n{output}"
        rest = rest[place + len(flat(part)) :]


@of_each_document
def test_every_command_line_is_understood(path):
    for line in command_lines(path):
        if line.startswith("grader "):
            parse(shlex.split(line)[1:], complete=True)


@of_each_document
def test_every_command_in_a_sentence_is_understood(path):
    for span in code_spans(path):
        if span.startswith("grader ") or span == "grader":
            parse(shlex.split(span)[1:], complete=False)


def test_a_wrong_command_line_is_found():
    for line in ("chekc x.py", "check", "check x.py --fast", "quiz tkae topic"):
        with pytest.raises(click.UsageError):
            parse(line.split(), complete=True)


def test_the_table_of_the_readme_has_every_command():
    rows = re.findall(r"^\| `(grader [^`]+)`", prose(ROOT / "README.md"), re.MULTILINE)
    said = {tuple(row.split()[1:3]) for row in rows} | {("restore",)}  # in the row of backup
    context = click.Context(grader)
    quiz = grader.get_command(context, "quiz")
    assert isinstance(quiz, click.Group)
    assert {words[0] for words in said} == set(grader.list_commands(context))
    assert {words[1] for words in said if words[0] == "quiz"} == set(quiz.list_commands(context))


def test_every_folder_of_ours_answers_a_question():
    table = (ROOT / "docs/architecture.md").read_text(encoding="utf-8").partition("## Who may")[0]
    folders = {path.parent for path in (ROOT / "grader").glob("*/__init__.py")}
    assert folders
    assert not [path.name for path in folders if f"| `grader/{path.name}/` |" not in table]


@of_each_document
def test_every_script_is_one_for_a_shell(path):
    for script in blocks(path, "sh", "bash"):
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)


@of_each_document
def test_every_make_target_is_there(path):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    for line in (*command_lines(path), *code_spans(path)):
        if line.startswith("make "):
            words = line.replace("-C decoder-grader ", "").split()
            assert words[1] in targets, line


@of_each_document
def test_every_link_leads_somewhere(path):
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(path)):
        if "://" in target:
            continue
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        assert there.is_relative_to(ROOT), target
        assert there.exists(), target
        if anchor:
            assert anchor in anchors(there), target


@of_each_document
def test_every_file_that_is_named_is_there(path):
    for span in code_spans(path):
        if span.startswith(TOP_FOLDERS) and " " not in span:
            assert any(ROOT.glob(span.rstrip("/"))), span


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_no_line_is_too_long(path):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.startswith("|"):  # a row of a table cannot be broken
            assert len(line) <= 120, f"line {number} has {len(line)} characters"


def write_named_files(path: Path, folder: Path) -> None:
    """The files that a document gives in full: their name in code, then a block."""
    named = r"`([\w./-]+\.\w+)`(?:(?!\n\n).)*?:\n\n```(?:python|yaml)\n(.*?)^```"
    text = path.read_text(encoding="utf-8")
    for name, content in re.findall(named, text, re.MULTILINE | re.DOTALL):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")


SESSIONS = [
    (path, block)
    for path in OURS
    for block in blocks(path, "console")
    if "grader batch" not in block
]


@pytest.mark.parametrize(
    ("path", "block"),
    SESSIONS,
    ids=[f"{path.name}-{b.split(maxsplit=3)[2]}" for path, b in SESSIONS],
)
def test_what_a_document_shows_is_what_comes(path, block, tmp_path):
    (tmp_path / "assignments").symlink_to(ROOT / "assignments")
    write_named_files(path, tmp_path)
    for part in re.split(r"^\$ grader ", block, flags=re.MULTILINE)[1:]:
        line, _, shown = part.partition("\n")
        prompt = re.compile(r"^((?:y or n )?>) (.+)", re.MULTILINE)
        typed = [answer for _, answer in prompt.findall(shown)]
        result = run(shlex.split(line), tmp_path, typed=typed)
        assert result.returncode in (0, 1), result.stderr
        assert_shown(prompt.sub(r"\1", shown), result.stdout)


def test_the_example_assignment_grades_right_and_wrong_answers(tmp_path):
    write_named_files(ROOT / "docs" / "assignments.md", tmp_path)
    wrong = tmp_path / "class" / "ada.py"
    right = wrong.with_name("bo.py")
    right.write_text(wrong.read_text().replace(".sum()))", ".mean()))"))
    result = run(shlex.split(f"{BATCH} -o results --assignment perplexity -j 1"), tmp_path)
    assert result.returncode == 0, result.stderr
    rows = (tmp_path / "results" / "grades.csv").read_text().splitlines()
    assert rows[1].startswith('ada,graded,0,10,0,"perplexity 0: failed: With V = 11 and')
    assert rows[2] == "bo,graded,10,10,10,"
    check = run(shlex.split("check class/bo.py --assignment perplexity"), tmp_path)
    assert check.returncode == 0
    assert "1 hidden check," in check.stdout


def test_the_policies_of_the_page_come_to_the_sentences_that_it_shows(tmp_path):
    page = ROOT / "docs" / "policies.md"
    (tmp_path / "course.yaml").write_text("\n".join(blocks(page, "yaml")))
    course = load_course(tmp_path / "course.yaml")
    assert [item.name for item in course.gradebook] == ["Decoder", "Cache", "Quizzes"]
    policy = policy_of(course, "decoder-generation")
    assert len(policy.more_time) == 3
    said = []
    for minutes, extension in ((26 * 60, 0), (26 * 60, 86_400), (10, 0), (8 * 1440, 0), (None, 0)):
        at = None if minutes is None else policy.due + timedelta(minutes=minutes)
        late = lateness(policy, at, extension=extension)
        off = taken_off(policy.late, late, earned=Fraction(87), maximum=Fraction(100))
        said.append(" ".join(late_sentences(policy.late, late, off, earned=Fraction(87))))
    assert flat(" ".join(said)) == flat(blocks(page, "text")[0])


def test_the_audit_of_the_example_assignment_knows_its_mistakes(tmp_path):
    write_named_files(ROOT / "docs" / "assignments.md", tmp_path)
    kept = tmp_path / "audit.json"
    words = f"audit perplexity --samples 3 -o {kept} --require-level none"
    assert run(shlex.split(words), tmp_path).returncode == 0
    rows = {row["id"]: row for row in json.loads(kept.read_text())["misconceptions"]}
    assert set(rows) == {
        "perplexity.sum_for_mean",
        "perplexity.no_exponential",
        "perplexity.mean_of_probabilities",
    }


def test_the_preview_of_a_download_is_real(tmp_path):
    page = ROOT / "docs" / "downloads.md"
    (roster,) = blocks(page, "text")
    (tmp_path / "roster.csv").write_text(roster)
    (tmp_path / "course.yaml").write_text("name: Models\n")
    with zipfile.ZipFile(tmp_path / "submissions.zip", "w") as made:
        made.writestr("lovelaceada_LATE_4711_90210_submission.py", "x = 1")
        made.writestr("lovelaceada_LATE_4711_90219_submission-1.py", "x = 2")
        made.writestr("lovelaceada_LATE_4711_90220_report.pdf", "x")
        made.writestr("hoppergrace_4713_90222_submission.py", "x = 1")
        made.writestr("noetheremmy_4714_90223_submission.ipynb", "[")
    (preview, *_) = blocks(page, "console")
    result = run(shlex.split("batch submissions.zip --dry-run"), tmp_path)
    shown = preview.partition("\n")[2].replace("/home/you/models", str(tmp_path))
    assert flat(result.stdout) == flat(shown)


def test_the_gradebook_and_the_sentences_of_the_readme_are_real(tmp_path):
    readme = ROOT / "README.md"
    quoted = re.findall(
        r"^- `([\w.-]+\.py)`: (.+?)(?=^- |^$)", prose(readme), re.MULTILINE | re.DOTALL
    )
    (gradebook,) = blocks(readme, "text")
    rows = [
        line.split()[0]
        for line in gradebook.splitlines()
        if re.match(r"[a-z-]+ +[\d-]+( |$)", line)
    ]
    assert len(quoted) >= 5
    assert len(rows) >= 5
    shown = {Path(name).stem for name, _ in quoted} | set(rows)
    (tmp_path / "class").mkdir()
    for entry in EXAMPLES.iterdir():
        if entry.stem in shown:
            copy = shutil.copytree if entry.is_dir() else shutil.copy
            copy(entry, tmp_path / "class" / entry.name)
    result = run(shlex.split(f"{BATCH} -o demo-results"), tmp_path)
    assert_shown(gradebook, result.stdout)
    for name, sentence in quoted:
        report = (tmp_path / "demo-results" / "reports" / name).with_suffix(".json")
        assert flat(sentence) in flat(report.read_text(encoding="utf-8")), name

"""`grader quiz analyze` once it knows what it was given."""

from collections.abc import Mapping
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.cli.quiz.options import write_file
from grader.courses.chosen_quiz import QuizKey, chosen_quiz, key_of, names_quiz
from grader.courses.identities import recognised
from grader.courses.kept_marks import open_place
from grader.courses.named_quiz import load_named
from grader.errors import GraderError
from grader.quiz.analysis.class_figures import Analysis, Taken, analyze
from grader.quiz.analysis.item_figures import LEAST
from grader.quiz.exports.markup import html
from grader.quiz.items.marks import counted
from grader.quiz.marking.sheets import Sheet
from grader.reports import analysis_page as report
from grader.reports.quiz_terminal import without_maths
from grader.settings import question_folder
from grader.store.quiz_store import StoredAttempt, default_store, open_store
from grader.text import clean_line

_LONGEST = 200


def run_analysis(
    where: str | None, quiz: str | None, *, questions: Path | None, which: str
) -> tuple[Analysis, Mapping[str, str]]:
    """The figures of one quiz, and the misconceptions by id.

    Raises:
        GraderError: there is no such place or quiz, or the place holds several and none is named.
    """
    with open_place(where, questions) as place:
        sheets = place.marks.sheets()
        stored = {} if where and Path(where).is_dir() else _attempts(where, quiz, questions)
        by_quiz: dict[QuizKey, list[Taken]] = {}
        for sheet in sheets:
            attempt = stored.get(sheet.id)
            key = key_of(attempt) if attempt else QuizKey("", sheet.topic)
            by_quiz.setdefault(key, []).append(_taken(sheet, attempt))
        key = chosen_quiz(quiz, by_quiz, at=place.name)
        found = analyze(key.label, by_quiz[key], place.marks.items, which=which)
        return found, place.misconceptions


def _attempts(
    where: str | None, quiz: str | None, questions: Path | None
) -> dict[str, StoredAttempt]:
    with open_store(where or default_store()) as store:
        if quiz and names_quiz(quiz):  # another quiz of this name is refused
            recognised(store, load_named(quiz, question_folder(questions)))
        return {f"attempt {attempt.id}": attempt for attempt in store.attempts()}


def _taken(sheet: Sheet, attempt: StoredAttempt | None) -> Taken:
    if attempt is None:
        return Taken(student=sheet.student or sheet.id, rows=sheet.rows)
    took = attempt.finished_at - attempt.started_at if attempt.finished_at else None
    return Taken(
        student=attempt.student,
        rows=sheet.rows,
        number=attempt.number,
        seconds=took.total_seconds() if took is not None else None,
    )


def show(analysis: Analysis, console: Console) -> None:
    """Print the figures and what to look at."""
    name = clean_line(analysis.quiz, _LONGEST)
    attempts, students = counted(analysis.n, "attempt"), counted(analysis.students, "student")
    console.print(f"{name}: {attempts} of {students}")
    console.print(_summary(analysis))
    console.print(_questions(analysis))
    console.print("To look at:" if analysis.flags else "Nothing stands out.")
    for flag in analysis.flags:
        at = f"{clean_line(flag.question, _LONGEST)}: " if flag.question else ""
        console.print(Text(f"- {at}{clean_line(flag.why, _LONGEST)}"))


def _summary(analysis: Analysis) -> str:
    if analysis.mean is None:
        return f"n < {LEAST}: figures of so few are not shown."
    said = [
        f"mean {report.percent(analysis.mean)}",
        f"sd {report.percent(analysis.deviation)}",
        f"alpha {report.decimal(analysis.alpha)}",
        f"KR-20 {report.decimal(analysis.kr20)}",
    ]
    if analysis.times.quartiles:
        low, middle, high = analysis.times.quartiles
        said.append(f"median {middle:.1f} min (quartiles {low:.1f}, {high:.1f})")
    return ", ".join(said)


def _questions(analysis: Analysis) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Question", overflow="fold")
    for heading in ("n", "Facility", "Rest", "Guess", "Empty", "Flags"):
        table.add_column(heading, justify="right")
    for item in analysis.items:
        flags = sum(flag.question == item.question for flag in analysis.flags)
        hidden = f"n < {LEAST}" if item.n < LEAST else "waiting"
        table.add_row(
            Text(clean_line(item.question, _LONGEST)),
            str(item.n),
            hidden if item.facility is None else report.percent(item.facility),
            report.decimal(item.rest_correlation),
            report.percent(item.guess),
            report.percent(item.unanswered),
            str(flags or ""),
        )
    return table


def write(
    analysis: Analysis, misconceptions: Mapping[str, str], *, folder: Path, names: bool
) -> None:
    """Write the page and the tables."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GraderError(
            f"cannot be made ({error.strerror})", at=str(folder), fix="Name another folder with -o."
        ) from error
    page = report.page(analysis, misconceptions, lambda text: html(without_maths(text)))
    write_file(folder / "analysis.html", page)
    write_file(folder / "items.csv", report.items_csv(analysis))
    write_file(folder / "distractors.csv", report.distractors_csv(analysis))
    write_file(folder / "responses.csv", report.responses_csv(analysis, names=names))

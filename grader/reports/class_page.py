"""A class on one assignment as a page: what it came to, what it gets wrong, and who to look at."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from grader.code_figures.class_figures import ClassFigures
from grader.records import Status
from grader.reports.page_templates import environment
from grader.reports.plots import histogram
from grader.text import clean_line, counted

_LONGEST = 300
MOST_ROWS = 5_000  # of the table of students: more than a browser shows at ease
_MOST_NAMES = 500  # in one line
_MOST_LINES = 500  # of a list


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentRow:
    """One line of the table of students."""

    name: str
    points: str  # empty without a grade
    state: str  # a word of the page: right, lost, unreadable, ours, excused
    said: str
    link: str = ""  # to the student's report, as seen from the page


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedIdea:
    """An idea in code and quiz, in numbers."""

    says: str
    code_alone: int
    both: int
    quiz_alone: int


def class_page(
    figures: ClassFigures,
    *,
    title: str,
    rows: Sequence[StudentRow],
    shared: Sequence[SharedIdea] = (),
) -> bytes:
    """One HTML file that needs nothing else; equal figures give equal bytes.

    What is too long for a page is cut, which it says.

    Args:
        rows: the students; of more than `MOST_ROWS`, the first are enough.
    """
    pages = environment()
    pages.filters["names"] = _names
    pages.filters["left"] = _left
    pages.filters["harmless"] = lambda text: clean_line(text, _LONGEST)
    pages.filters["counted"] = counted
    plot = histogram(figures.bars, name="points", title="Points of the class")
    return (
        pages.get_template("class_page.html")
        .render(
            figures=figures,
            title=title,
            rows=rows[:MOST_ROWS],
            n_lines=_MOST_LINES,
            shared=shared,
            summary=summary(figures),
            plot=Markup(plot) if figures.bars else "",  # noqa: S704 - of numbers alone
            graded=len(figures.points),
        )
        .encode()
    )


def _names(names: Sequence[str]) -> str:
    """Names in one line; of very many, the first."""
    shown = ", ".join(clean_line(name, _LONGEST) for name in names[:_MOST_NAMES])
    left = len(names) - _MOST_NAMES
    return f"{shown} and {left:,} more" if left > 0 else shown


def _left(lines: Sequence[object]) -> str:
    """What a list says that is cut; empty where it is whole."""
    n = len(lines)
    return f"The first {_MOST_LINES:,} of {n:,} are shown." if n > _MOST_LINES else ""


def summary(figures: ClassFigures) -> str:
    """The class in one or two sentences."""
    words: Mapping[Status, str] = {
        Status.GRADED: "graded",
        Status.UNREADABLE: "unreadable",
        Status.UNGRADED: "not graded through our fault, to be tried again",
    }
    parts = [f"{figures.counts[s]} {words[s]}" for s in Status if figures.counts.get(s)]
    said = f"{counted(figures.n, 'submission')}: {', '.join(parts) or 'none'}."
    return " ".join([said, *_more(figures)])


def _more(figures: ClassFigures) -> Iterator[str]:
    if figures.identical:
        n = sum(map(len, figures.identical))
        yield f"{n} hand in files that another one has, too."
    if figures.groups:
        yield f"{counted(len(figures.groups), 'group')} of equal answers that nothing explains."
    yield "Points are those of the checks, before late days and decisions."

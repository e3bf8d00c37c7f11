"""A recorded generation as a table: a row a step, the first wrong cell marked."""

from collections.abc import Sequence
from dataclasses import dataclass

from grader.evidence import LoopRecord, LoopStep

_COLUMNS = {
    "step": "Step",
    "calls": "Stages called",
    "ids": "",
    "expected": "",
    "row": "Row used",
    "selected": "Token selected",
    "state": "",
}
_READS = {
    "embedded": {"ids": "Your loop embedded", "expected": "It should have embedded"},
    "stand for": {"ids": "Your logits stand for", "expected": "They should stand for"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopCell:
    """A cell of a step or a call."""

    column: str
    text: str
    is_wrong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopRow:
    """A step or a call."""

    cells: tuple[LoopCell, ...]
    is_first_wrong: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopTable:
    """A generation, or the calls of another function."""

    heads: tuple[tuple[str, str], ...]  # (column, title)
    rows: tuple[LoopRow, ...]
    caption: str


def loop_table(record: LoopRecord) -> LoopTable:
    """The table of a recorded generation; columns of which nothing is known are left out."""
    columns = _COLUMNS | _READS[record.reads]
    rows = [(step, _texts(step, record)) for step in record.steps]
    told = [name for name in _COLUMNS if name == "state" or any(t.get(name) for _, t in rows)]
    wrong = {"order": "calls", "flow": "state"}.get(record.part, record.part)
    return LoopTable(
        heads=tuple((name, columns[name]) for name in told),
        rows=tuple(_row(step, texts, told, wrong, record) for step, texts in rows),
        caption=_caption(record),
    )


def _row(
    step: LoopStep, texts: dict[str, str], told: Sequence[str], wrong: str, record: LoopRecord
) -> LoopRow:
    is_first = step.number == record.first_wrong
    return LoopRow(
        cells=tuple(
            LoopCell(column=name, text=texts[name], is_wrong=is_first and name == wrong)
            for name in told
        ),
        is_first_wrong=is_first,
    )


def _texts(step: LoopStep, record: LoopRecord) -> dict[str, str]:
    return {
        "step": str(step.number),
        "calls": ", ".join(name.removeprefix("stages.") for name in step.calls),
        "ids": step.instead or _ids(step.embedded, step.n_embedded),
        "expected": _ids(step.expected, step.n_expected),
        "row": "" if step.row is None else f"position {step.row}",
        "selected": "" if step.selected is None else str(step.selected),
        "state": _state(step, record),
    }


def _state(step: LoopStep, record: LoopRecord) -> str:
    if step.number < record.first_wrong:
        return "right"
    if step.number == record.first_wrong:
        return "✗ first wrong step"
    is_right = record.part == "ids" and step.expected and step.embedded == step.expected
    return "right" if is_right else f"follows from step {record.first_wrong}"


def _ids(ids: Sequence[int], count: int) -> str:
    cut = f"({count - len(ids)} more) " if count > len(ids) else ""
    return f"{cut}{' '.join(map(str, ids))}"


def _caption(record: LoopRecord) -> str:
    said = "What each step did; the grader chooses the tokens by a script."
    if record.prompt:
        said = f"Prompt {' '.join(map(str, record.prompt))}. {said}"
    if len(record.steps) < record.n_steps:
        first, last = record.steps[0].number, record.steps[-1].number
        said += f" Steps {first} to {last} of {record.n_steps} are shown."
    return said

"""The stages of an assignment as a picture: boxes in the order of the flow, frames around some."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.flow import Flow, FlowFrame
from grader.records import StageResult
from grader.reports.pages.stage_states import StageState, state_of


@dataclass(frozen=True, slots=True, kw_only=True)
class StageBox:
    """One stage as it is drawn."""

    stage: str
    state: StageState
    points: str  # such as `3/6`; empty where nothing counts yet
    link: str = ""  # to its part of the page

    @property
    def name(self) -> str:
        return self.stage.replace("_", " ")


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnRow:
    """Boxes and frames side by side; or words between two rows."""

    parts: "tuple[StageBox | DrawnFrame, ...]" = ()
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnFrame:
    """A frame around rows, with the stage that runs them or a title at its head."""

    box: StageBox | None
    title: str
    times: str
    says: str
    ends: str
    rows: tuple[DrawnRow, ...]


def pipeline(
    flow: Flow, results: Mapping[str, StageResult], links: Mapping[str, str]
) -> tuple[DrawnRow, ...]:
    """The picture of a flow.

    Args:
        results: of each stage; one that is missing waits.
        links: where on the page a stage is spoken of.
    """
    boxes = {name: _box(result.stage, result, links) for name, result in results.items()}
    return _rows(flow, boxes)


def _box(name: str, result: StageResult, links: Mapping[str, str]) -> StageBox:
    state = state_of(result)
    counts = state not in (StageState.WAITING, StageState.OURS)
    points = f"{result.points}/{result.max_points}" if counts else ""
    return StageBox(stage=name, state=state, points=points, link=links.get(name, ""))


def _rows(flow: Sequence[str | FlowFrame], boxes: Mapping[str, StageBox]) -> tuple[DrawnRow, ...]:
    """Rows of what stands side by side: words, and frames with a stage at their head, end one."""
    rows: list[DrawnRow] = []
    beside: list[StageBox | DrawnFrame] = []
    for part in flow:
        if isinstance(part, str):
            beside.append(_known(part, boxes))
        elif not part.inside:
            rows += [DrawnRow(parts=tuple(beside)), DrawnRow(says=part.says)]
            beside = []
        elif part.stage:
            rows += [DrawnRow(parts=tuple(beside)), DrawnRow(parts=(_frame(part, boxes),))]
            beside = []
        else:
            beside.append(_frame(part, boxes))
    rows.append(DrawnRow(parts=tuple(beside)))
    return tuple(row for row in rows if row.parts or row.says)


def _frame(part: FlowFrame, boxes: Mapping[str, StageBox]) -> DrawnFrame:
    return DrawnFrame(
        box=_known(part.stage, boxes) if part.stage else None,
        title=part.title,
        times=part.times,
        says=part.says,
        ends=part.ends,
        rows=_rows(part.inside, boxes),
    )


def _known(name: str, boxes: Mapping[str, StageBox]) -> StageBox:
    return boxes.get(name) or StageBox(stage=name, state=StageState.WAITING, points="")

"""How far a hand-in is, as a part of a page: the same whether a script asks or the page is new."""

from collections.abc import Mapping
from typing import Any

from grader.flow import whole_flow
from grader.records import CheckResult, StageResult, Verdict
from grader.reports.pages.pipeline import DrawnRow, pipeline
from grader.settings import Assignment
from grader.store.jobs_store import JobProgress


def stages_so_far(assignment: Assignment, progress: JobProgress | None) -> dict[str, StageResult]:
    """The stages of which checks have ended, from what a worker said last."""
    event: Mapping[str, Any] = progress.event.event if progress and progress.event else {}
    checks: dict[str, list[CheckResult]] = {}
    for number, (stage, verdict, points, most) in enumerate(event.get("checks", ())):
        check = CheckResult(
            check=str(number),
            stage=stage,
            claim="",
            verdict=Verdict(verdict),
            points=points,
            max_points=most,
        )
        checks.setdefault(stage, []).append(check)
    titles = {stage.name: stage.title for stage in assignment.stages}
    return {
        name: StageResult(stage=name, title=titles.get(name, name), checks=tuple(found))
        for name, found in checks.items()
    }


def drawn_stages(
    assignment: Assignment, results: Mapping[str, StageResult]
) -> tuple[DrawnRow, ...]:
    """The pipeline of an assignment; stages without a result wait."""
    names = [stage.name for stage in assignment.stages]
    return pipeline(whole_flow(assignment.flow, names), results, {})


def unwritten_stages(assignment: Assignment) -> dict[str, StageResult]:
    """The stages of somebody who has handed nothing in, with the points that they give."""
    return {
        stage.name: StageResult(
            stage=stage.name,
            title=stage.title,
            checks=(
                CheckResult(
                    check=stage.name,
                    stage=stage.name,
                    claim="",
                    verdict=Verdict.NOT_IMPLEMENTED,
                    points=0,
                    max_points=stage.points,
                ),
            ),
        )
        for stage in assignment.stages
    }


def version_of(progress: JobProgress | None) -> str:
    """Another one whenever something else is to be shown."""
    if progress is None:
        return "none"
    event = progress.event.number if progress.event else 0
    return f"{progress.state}.{progress.position}.{progress.n_waiting}.{progress.attempt}.{event}"

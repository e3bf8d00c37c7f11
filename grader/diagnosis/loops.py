"""Which wrong loops explain what a student's loop did with its stages."""

from collections.abc import Sequence

from grader.diagnosis.played_loops import Played
from grader.diagnosis.versions import Versions
from grader.observed_calls import Observation
from grader.subject.misconception import Misconception
from grader.subject.subject import both


def explaining(
    versions: Versions, stage: str, observations: Sequence[Observation]
) -> list[Misconception]:
    """The wrong loops that do what was recorded each time, if the right one does not."""
    runs = _telling_first(versions, stage, observations)
    found = [
        entry
        for entry in versions.subject.of_stage(stage)
        if _explains(versions, stage, entry.id, runs)
    ]
    return sorted(found, key=lambda entry: entry.differs_only != "")


def explaining_pairs(
    versions: Versions, stage: str, observations: Sequence[Observation]
) -> list[tuple[Misconception, ...]]:
    """The pairs of wrong loops that do it together, where no single one does."""
    runs = _telling_first(versions, stage, observations)
    return [
        tuple(versions.subject.find(id_) for id_ in pair)
        for pair in versions.subject.pairs_of(stage)
        if _explains(versions, stage, both(pair), runs)
    ]


def _telling_first(
    versions: Versions, stage: str, observations: Sequence[Observation]
) -> list[Observation]:
    """The runs, those first that the right loop does not make; none if it makes them all."""
    right = {id(seen): versions.play(stage, stage, seen=seen) for seen in observations}
    if Played.OTHER not in right.values():
        return []
    return sorted(observations, key=lambda seen: right[id(seen)] is not Played.OTHER)


def _explains(versions: Versions, stage: str, version: str, runs: Sequence[Observation]) -> bool:
    played = []
    for seen in runs:
        played.append(versions.play(stage, version, seen=seen))
        if played[-1] is Played.OTHER:
            return False
    return Played.SAME in played

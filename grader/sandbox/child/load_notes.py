"""What went wrong while a submission was read, in sentences: the root first, each thing once."""

import linecache
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from grader.sandbox.child.errors_shown import causes, describe, last_own_line, place, refused
from grader.sandbox.child.interruption import TimeIsUp

_MOST_PLACES = 5
_LINE = 120  # characters of a statement that are shown


@dataclass(slots=True)
class _Trouble:
    place: str
    says: str
    cut: bool  # whether statements after it were left out
    followed_by: list[str] = field(default_factory=list)


class LoadNotes:
    """Collects failures; one that comes of an earlier one is counted there."""

    def __init__(self, files: Collection[str], seconds: float) -> None:
        self._files = files
        self._seconds = seconds
        self._troubles: list[_Trouble] = []
        self._lost: dict[str, _Trouble] = {}
        self._left_out: list[str] = []
        self.stopped: list[tuple[str, int]] = []  # the statements that ran out of time

    def failed(
        self, file: str, line: int, *, why: BaseException | str, lost: Collection[str], cut: bool
    ) -> None:
        """A statement failed, or was not run again since it had ended the process before.

        Args:
            file: as tracebacks show it.
            line: on which the statement begins.
            why: what it raised, or words.
            lost: the names that it and what was not run would have bound.
            cut: whether statements after it were left out.
        """
        here = place(file, line)
        if isinstance(why, TimeIsUp):
            self.stopped.append((file, line))
        trouble = self._root(why)
        if trouble is None:
            trouble = _Trouble(here, f"{here} {self._told(file, line, why)}", cut)
            self._troubles.append(trouble)
        else:
            trouble.followed_by.append(here)
        for name in (file, *lost):
            self._lost.setdefault(name, trouble)

    def unreadable(self, file: str, error: BaseException) -> None:
        """A whole part that is no Python."""
        says = f"{file} raised {describe(error)}{last_own_line(error, self._files)}."
        self._troubles.append(_Trouble(file, says, cut=False))

    def left_out(self, what: str) -> None:
        """Something that only a notebook understands, and that was not run."""
        self._left_out.append(what)

    @property
    def sentences(self) -> list[str]:
        said = [_sentence(trouble) for trouble in self._troubles]
        if self._left_out:
            shown = "; ".join(_shortened(self._left_out))
            said.append(f"Left out, since it is for a notebook or a system alone: {shown}.")
        return said

    @property
    def first(self) -> str:
        """The root of what went wrong, for a function that is missing."""
        return self._troubles[0].says if self._troubles else ""

    def _root(self, why: BaseException | str) -> _Trouble | None:
        if isinstance(why, NameError):
            return self._lost.get(getattr(why, "name", None) or "")
        if isinstance(why, ImportError) and not isinstance(why, ModuleNotFoundError):
            path = (why.name or "").replace(".", "/")
            return self._lost.get(f"{path}.py") or self._lost.get(f"{path}/__init__.py")
        return None

    def _told(self, file: str, line: int, why: BaseException | str) -> str:
        statement = linecache.getline(file, line).strip()[:_LINE]
        if isinstance(why, str):
            return f"{why}: {statement}."
        if isinstance(why, TimeIsUp):
            what = f"was stopped after {self._seconds:g} s"
        elif isinstance(why, SystemExit):
            what = f"ended the program ({describe(why)})"
        else:
            what = f"raised {describe(why)}{refused(why)}"
        where = last_own_line(why, self._files)
        inner = "" if where.startswith(f" at {place(file, line)}:") else f", and was{where}"
        return f"{what}: {statement}{inner}{causes(why, self._files, before='; ')}."


def _sentence(trouble: _Trouble) -> str:
    said = trouble.says
    if trouble.cut:
        said += " Of what follows there, only definitions were run."
    if trouble.followed_by:
        places = ", ".join(_shortened(trouble.followed_by))
        said += f" For want of it, these failed too: {places}."
    return said


def _shortened(items: Sequence[str]) -> list[str]:
    shown = list(items[:_MOST_PLACES])
    return shown + ([f"{len(items) - len(shown)} more"] if len(items) > len(shown) else [])

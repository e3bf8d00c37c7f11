"""The sandbox that a user names: ours, or one that an installed package adds."""

from collections.abc import Sequence

from grader import extensions
from grader.errors import CourseError, GraderFault, did_you_mean
from grader.sandbox.contract import Sandbox
from grader.sandbox.levels import Level
from grader.sandbox.warm import WarmSandbox

OURS = "warm"
_NEEDED = ("prove", "level", "layers", "ahead", "open", "close")


def sandbox_named(name: str, warm: Sequence[str], *, require_level: str) -> Sandbox:
    """Make a sandbox. Ours starts and is proved later; that of a package is proved here.

    Args:
        name: `warm` for ours, or the name of an entry point of the group `grader.sandboxes`. That
            leads to a function which is called with the two arguments that follow.
        warm: the modules that every child has imported already.
        require_level: the weakest isolation level that will do.

    Raises:
        CourseError: there is no such sandbox, or it does not keep the contract.
        GraderFault: it does not reach the level.
    """
    if name == OURS:
        return WarmSandbox(tuple(warm), require_level=Level(require_level))
    found = extensions.load_extension(extensions.SANDBOXES, name, shipped=(OURS,))
    if not callable(found.value):
        raise CourseError(
            f"a sandbox is made by a function, not by a {type(found.value).__name__}",
            at=found.at,
            fix="Tell the author of the package: `make(warm, *, require_level)`.",
        )
    made = found.value(tuple(warm), require_level=require_level)
    missing = [needed for needed in _NEEDED if not hasattr(type(made), needed)]
    if missing:
        raise CourseError(
            f"what it makes is no sandbox: a {type(made).__name__} has no {', '.join(missing)}",
            at=found.at,
            fix="Tell the author of the package to keep grader.sandbox.contract.Sandbox.",
        )
    sandbox: Sandbox = made
    try:
        _check_level(sandbox.prove(), require_level, at=found.at)
    except BaseException:
        sandbox.close()
        raise
    return sandbox


def _check_level(level: str, wanted: str, *, at: str) -> None:
    if level not in list(Level):
        raise CourseError(
            f"it says that it reaches the level {level!r}", at=at, fix=did_you_mean(level, Level)
        )
    if not Level(level).reaches(Level(wanted)):
        raise GraderFault(
            f"it reaches the isolation level {level!r}, and {wanted!r} is required",
            at=at,
            fix="Ask for less with --require-level, or take another sandbox.",
        )

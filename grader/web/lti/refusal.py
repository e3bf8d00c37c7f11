"""Why a launch or a service of a platform did not work: one sentence each."""

from collections.abc import Mapping

from grader.errors import GraderError


class LaunchRefused(GraderError):
    """A launch that is not let in. The sentence is for the person, and for the log."""


class CookieMissing(LaunchRefused):
    """The browser did not send back the cookie of a launch, as browsers do in a foreign frame.

    Args:
        login: what the platform began the launch with, to begin it again in a tab of its own.
    """

    def __init__(self, login: Mapping[str, str]) -> None:
        self.login = dict(login)
        super().__init__(
            "the browser did not send the cookie of this launch",
            fix="Open the link in a new tab.",
        )


class ServiceFailed(GraderError):
    """A platform did not do what it was asked for.

    Args:
        status: its HTTP status; None if it was not reached.
    """

    def __init__(self, problem: str, *, at: str, status: int | None = None) -> None:
        self.status = status
        super().__init__(problem, at=at)

"""What a platform can show of the course: its assignments and quizzes, by their paths here."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from grader.quiz.attempt.quiz import Quiz
from grader.text import clean_line
from grader.web.lti.claims import Launch
from grader.web.lti.refusal import LaunchRefused
from grader.web.quizzes.places import shelf_of
from grader.web.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An assignment or a quiz; `name` is its path without slashes around it."""

    name: str
    title: str
    maximum: int

    @property
    def path(self) -> str:
        return f"/{quote(self.name)}/"


def targets(site: Site) -> Mapping[str, Target]:
    """All that can be picked, by name."""
    code = (
        Target(name=f"code/{one.name}", title=one.title, maximum=one.total)
        for one in site.assignments
    )
    quizzes = (
        Target(name=f"quizzes/{address}", title=quiz.title, maximum=_most(quiz))
        for address, quiz in shelf_of(site).now().quizzes.items()
    )
    return {target.name: target for target in (*code, *quizzes)}


def _most(quiz: Quiz) -> int:
    """The points of a quiz; of a pool, those of the questions that give most."""
    drawn = (sorted(item.points for item in pool.items)[-pool.pick :] for pool in quiz.pools)
    return sum(item.points for item in quiz.items) + sum(map(sum, drawn))


def target_of(launch: Launch, site: Site) -> Target | None:
    """What a launch is for; None for the course as a whole.

    A link says so by its address, or by the custom parameter `target`, which can be typed where
    a platform has no choice of ours.

    Raises:
        LaunchRefused: it names something that is not there.
    """
    named = (launch.custom or {}).get("target")
    if not isinstance(named, str) or not named.strip():
        named = _path_in(launch.target_link_uri or "", site)
    named = named.strip().strip("/")
    if not named:
        return None
    if named not in (known := targets(site)):
        raise LaunchRefused(
            f"the link is for {clean_line(named, 100)!r}, which is not in this course",
            fix=f"The instructor picks it again, or writes one of: {', '.join(known)}.",
        )
    return known[named]


def _path_in(address: str, site: Site) -> str:
    """The path of an address of this site; of any other address, nothing."""
    own, said = urlsplit(site.address), urlsplit(address)
    if (said.scheme, said.netloc.lower()) != (own.scheme, own.netloc.lower()):
        return ""
    path = unquote(said.path)
    return "" if path.startswith("/lti/") else path

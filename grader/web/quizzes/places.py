"""Which quiz or practice an address means, and what belongs to it: who asks, store, shelf."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from urllib.parse import quote
from weakref import WeakKeyDictionary

from starlette.requests import Request

from grader.courses.attempts import Attempt, own_attempt
from grader.courses.practising import MetIdea
from grader.courses.quiz_shelf import QuizShelf, address_of, course_shelf
from grader.quiz.attempt.quiz import Quiz
from grader.store.accounts_store import AccountsStore
from grader.store.quiz_store import QuizStore
from grader.store.site_store import SiteStore
from grader.web.guard.rights import person_of, refuse
from grader.web.hand_in.own_work import known_as
from grader.web.quizzes.own_reports import ideas_of
from grader.web.site import Site, site_of

# One a site: it reads again by itself what has changed.
_SHELVES: WeakKeyDictionary[SiteStore, QuizShelf] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizPlace:
    """A quiz at its address, and the student who asks for it."""

    site: Site
    quiz: Quiz
    base: str  # the address of the quiz; all its pages begin with it
    student: str
    store: QuizStore
    at: datetime
    idea: MetIdea | None = None  # what is practised, where it is a mistake of one's own code

    @property
    def is_practice(self) -> bool:
        return self.quiz.practice is not None

    def attempt_page(self, number: int) -> str:
        return f"{self.base}attempts/{number}/"

    def question_page(self, number: int, place: int) -> str:
        """The address of a question.

        Args:
            number: of the attempt.
            place: of the question in it, from 1.
        """
        return f"{self.base}attempts/{number}/questions/{place}"


def place_of(request: Request) -> QuizPlace:
    """The quiz that an address means; a page that says so if there is none."""
    site, names = site_of(request), request.path_params
    found, base = _found(request, names)
    if found is None:
        refuse(404, "There is no such quiz. The page of quizzes has all that there are.")
    return QuizPlace(
        site=site,
        quiz=found,
        base=base,
        student=person_of(request).person,
        store=site.store.quizzes,
        at=site.clock(),
        idea=own_idea(request, names["idea"]) if "idea" in names else None,
    )


def attempt_of(place: QuizPlace, number: int) -> Attempt:
    """The student's own attempt of this number, handed in if its time is over."""
    found = own_attempt(place.store, place.quiz, student=place.student, number=number, at=place.at)
    if found is None:
        refuse(404, "You have no such attempt. The page of the quiz has all that you began.")
    return found


def own_idea(request: Request, misconception: str) -> MetIdea | None:
    """A mistaken idea as the student's own reports name it."""
    ideas = ideas_of(site_of(request), person_of(request))
    return next((idea for idea in ideas if idea.misconception == misconception), None)


def shelf_of(site: Site) -> QuizShelf:
    """The quizzes of a site: those in `quizzes/` beside course.yaml, and their questions."""
    if site.store not in _SHELVES:
        _SHELVES[site.store] = course_shelf(site.folder, partial(_people, site.accounts))
    return _SHELVES[site.store]


def _people(accounts: AccountsStore) -> dict[str, str]:
    """The names of all people, also of those who left, by all that course.yaml may call them."""
    enrolled = accounts.enrolments(with_dropped=True)
    called = {name: one.person for one in enrolled for name in known_as(one)}
    return called | {one.person: one.person for one in enrolled}


def quiz_base(quiz: Quiz) -> str:
    return f"/quizzes/{quote(address_of(quiz), safe='')}/"


def topic_base(name: str) -> str:
    return f"/practice/topics/{quote(name, safe='')}/"


def idea_base(misconception: str) -> str:
    return f"/practice/ideas/{quote(misconception, safe='')}/"


def _found(request: Request, names: Mapping[str, str]) -> tuple[Quiz | None, str]:
    shelf = shelf_of(site_of(request))
    if "quiz" in names:
        quiz = shelf.quiz(names["quiz"])
        return quiz, quiz_base(quiz) if quiz else ""
    if "topic" in names:
        return shelf.topic(names["topic"]), topic_base(names["topic"])
    own = own_idea(request, names["idea"])
    first = own.questions if own else ()
    return shelf.idea(names["idea"], first=first), idea_base(names["idea"])

"""The doors of the course: an invitation, a password, the way out."""

import math
from datetime import timedelta

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from grader.store.accounts_store import Enrolment
from grader.text import counted
from grader.web.doors import passwords
from grader.web.doors.university import provider_of
from grader.web.forms import text_of, with_form
from grader.web.guard.rights import needs, open_to_all, person_of, refuse
from grader.web.guard.sessions import begin_session, digest, end_session
from grader.web.rendering import moved, page
from grader.web.site import site_of

_WINDOW = timedelta(minutes=15)
_MOST_OF_NAME = 10  # tries at one name within the window
_MOST_OF_ADDRESS = 60  # and from one address, behind which a whole class may sit
_SPENT = "This link was used already, or is too old. Ask the staff of the course for a new one."
_WRONG = "The name and the password do not fit together. Nobody was signed in."


@open_to_all
def enter(request: Request) -> Response:
    """The page of an invitation; looking at it uses nothing up."""
    return _entrance(request)


@open_to_all
@with_form
def enter_now(request: Request, form: FormData) -> Response:
    site, word = site_of(request), request.path_params["word"]
    password = text_of(form, "password")
    if password and (problem := passwords.problem_of(password)):
        return _entrance(request, problem)
    found = site.accounts.accept(digest(word), at=site.clock())
    if found is None:
        return _spent(request)
    if password:
        hashed = passwords.hashed(password)
        site.accounts.set_password(found.id, hashed, at=site.clock())
    return _signed_in(request, found, "/")


@open_to_all
def login(request: Request) -> Response:
    return _login_page(request, next_path=request.query_params.get("next", "/"))


@open_to_all
@with_form
def login_now(request: Request, form: FormData) -> Response:
    site, name = site_of(request), text_of(form, "name").strip()
    next_path = text_of(form, "next") or "/"
    if wait := _wait(request, name):
        return _login_page(request, next_path=next_path, name=name, problem=wait, status=429)
    found = site.accounts.by_person(name) or site.accounts.by_email(name)
    kept = site.accounts.password(found.id) if found and found.is_active else None
    if not passwords.fits(text_of(form, "password"), kept) or found is None:
        site.accounts.note_try(_doors(request, name), at=site.clock())
        return _login_page(request, next_path=next_path, name=name, problem=_WRONG, status=403)
    return _signed_in(request, found, next_path)


@open_to_all
def logout(request: Request) -> Response:
    answer = moved(request, "/login")
    end_session(request, answer)
    return answer


@needs("student")
def logout_everywhere(request: Request) -> Response:
    site, person = site_of(request), person_of(request)
    site.accounts.end_sessions(person.enrolment.id, at=site.clock())
    answer = moved(request, "/login")
    end_session(request, answer)
    return answer


@needs("student")
def account(request: Request) -> Response:
    return _account_page(request)


@needs("student")
@with_form
def new_password(request: Request, form: FormData) -> Response:
    site, enrolment = site_of(request), person_of(request).enrolment
    kept = site.accounts.password(enrolment.id)
    if wait := _wait(request, enrolment.person):
        return _account_page(request, wait, status=429)
    if kept and not passwords.fits(text_of(form, "old"), kept):
        site.accounts.note_try(_doors(request, enrolment.person), at=site.clock())
        return _account_page(request, "The old password is another one.", status=403)
    password = text_of(form, "password")
    if problem := passwords.problem_of(password):
        return _account_page(request, problem, status=400)
    site.accounts.set_password(enrolment.id, passwords.hashed(password), at=site.clock())
    return _signed_in(request, enrolment, "/account")


def _entrance(request: Request, problem: str = "") -> Response:
    site = site_of(request)
    invited = site.accounts.invited(digest(request.path_params["word"]), at=site.clock())
    if invited is None:
        return _spent(request)
    values = {"invited": invited, "problem": problem, "least": passwords.LEAST}
    return page(request, "doors/enter.html", status=400 if problem else 200, **values)


def _spent(request: Request) -> Response:
    """What a link opens that opens nothing any more: to who is in by it, the start."""
    person, word = request.state.person, digest(request.path_params["word"])
    if person is not None and site_of(request).accounts.has_used(word, person.enrolment.id):
        return moved(request, "/")
    refuse(404, _SPENT, title="This link opens nothing any more")


def _login_page(
    request: Request, *, next_path: str, name: str = "", problem: str = "", status: int = 200
) -> Response:
    provider = provider_of(site_of(request).folder)
    values = {"next": next_path, "name": name, "problem": problem, "provider": provider}
    return page(request, "doors/login.html", status=status, **values)


def _account_page(request: Request, problem: str = "", *, status: int = 200) -> Response:
    kept = site_of(request).accounts.password(person_of(request).enrolment.id)
    values = {"problem": problem, "has_password": kept is not None, "least": passwords.LEAST}
    return page(request, "doors/account.html", status=status, **values)


def _signed_in(request: Request, enrolment: Enrolment, path: str) -> Response:
    answer = moved(request, path)
    begin_session(request, answer, enrolment.id)
    return answer


def _doors(request: Request, name: str) -> tuple[str, str]:
    """What was tried, as digests: the name, and the address that it came from."""
    host = request.client.host if request.client else ""
    return digest(f"name {name.lower()}"), digest(f"address {host}")


def _wait(request: Request, name: str) -> str:
    """A sentence if there were too many tries lately; empty otherwise."""
    site, now = site_of(request), site_of(request).clock()
    most = zip(_doors(request, name), (_MOST_OF_NAME, _MOST_OF_ADDRESS), strict=True)
    tried = [(site.accounts.tries(door, since=now - _WINDOW), n) for door, n in most]
    ends = [times[-n] + _WINDOW for times, n in tried if len(times) >= n]
    if not ends:
        return ""
    minutes = math.ceil((max(ends) - now).total_seconds() / 60)
    return f"Too many tries: wait {counted(minutes, 'minute')}, then try again."


routes = (
    Route("/enter/{word}", enter),
    Route("/enter/{word}", enter_now, methods=["POST"]),
    Route("/login", login),
    Route("/login", login_now, methods=["POST"]),
    Route("/logout", logout, methods=["POST"]),
    Route("/logout/everywhere", logout_everywhere, methods=["POST"]),
    Route("/account", account),
    Route("/account", new_password, methods=["POST"]),
)

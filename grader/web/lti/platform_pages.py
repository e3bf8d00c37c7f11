"""The page of platforms, for owners: what to copy, what is connected, what is sent."""

import csv
import io
from collections.abc import Iterable, Iterator

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from grader.store.lti_scores_store import ScoreState
from grader.store.lti_store import LtiContext
from grader.text import clean_line, counted
from grader.web.guard.rights import needs, open_to_all, refuse
from grader.web.lti.arriving import said_of_member
from grader.web.lti.claims import is_staff
from grader.web.lti.own_addresses import SCOPES, canvas_configuration, own_addresses
from grader.web.lti.parts import parts_of
from grader.web.lti.platform_services import PlatformMember
from grader.web.lti.published import return_grades
from grader.web.lti.refusal import ServiceFailed
from grader.web.lti.targets import targets
from grader.web.rendering import moved, page
from grader.web.site import site_of
from grader.web.staff.room import StaffRoom, room_of

_HERE = "/staff/platforms/"
_SHOWN = 50  # scores that did not arrive


@needs("owner")
def platforms_page(request: Request) -> Response:
    return _page(room_of(request))


@needs("owner")
def let_in(request: Request) -> Response:
    """Let the launches of a course at a platform in."""
    return _decided(room_of(request), is_let_in=True)


@needs("owner")
def shut_out(request: Request) -> Response:
    return _decided(room_of(request), is_let_in=False)


@needs("owner")
def read_people(request: Request) -> Response:
    """Read names and roles from the platform, as a roster whose differences are shown first."""
    room, parts = room_of(request), parts_of(request)
    context = _context(room)
    platform = next(one for one in parts.store.platforms() if one.id == context.platform)
    try:
        members = list(parts.services.members(platform, context.members_url))
    except ServiceFailed as error:
        return _page(room, f"The people cannot be read: {error.at} {error.problem}.", status=502)
    found = [one for one in members if one.is_active]
    content = roster_file(found, matched_by=platform.matched_by)
    if content.count(b"\n") < 2:
        said = (
            f"{platform.name} tells no {platform.matched_by} of {counted(len(found), 'person')},"
            " so nobody can be entered. Let it share names and addresses with this tool."
        )
        return _page(room, said, status=409)
    rosters = room.site.store.rosters
    name = clean_line(f"{platform.name}: {context.title or context.context}", 200)
    number = rosters.upload(name, content, by=room.who.person, at=room.site.clock())
    return moved(request, f"/staff/roster/{number}")


@needs("owner")
def send_again(request: Request) -> Response:
    """Try at once what did not arrive."""
    room, parts = room_of(request), parts_of(request)
    parts.scores.try_again(at=room.site.clock())
    arrived, failed = return_grades(room.site, parts)
    said = f"{counted(arrived, 'grade')} arrived, {failed} did not."
    return room.done("sent grades to platforms", said=said, back=_HERE, arrived=arrived)


@open_to_all
def canvas_json(request: Request) -> Response:
    """What Canvas reads from one address. It holds nothing secret."""
    site = site_of(request)
    return JSONResponse(canvas_configuration(own_addresses(site.address), title=site.title))


def roster_file(members: Iterable[PlatformMember], *, matched_by: str) -> bytes:
    """The people of a platform as a roster; whoever cannot be told from others is left out."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    key = {"email": "email", "id": "id", "username": "username"}[matched_by]
    rows.writerow(["name", "role", *dict.fromkeys((key, "email"))])
    for member in members:
        said = said_of_member(member)
        if named := said.named(matched_by):
            role = "instructor" if is_staff(member.roles) else "student"
            rows.writerow([said.full_name, role, *dict.fromkeys((named, said.email))])
    return text.getvalue().encode()


def _page(room: StaffRoom, problem: str = "", *, status: int = 200) -> Response:
    parts = parts_of(room.request)
    states = parts.scores.states()
    failed = [one for one in states if one.problem]
    names = {one.id: one.name for one in parts.store.platforms()}
    return page(
        room.request,
        "lti/platforms.html",
        status=status,
        room=room,
        notice=room.notice(),
        problem=problem,
        own=own_addresses(room.site.address),
        scopes=SCOPES,
        platforms=parts.store.platforms(),
        contexts=[(one, names[one.platform]) for one in parts.store.contexts()],
        people={one: len(parts.store.subs(one)) for one in names},
        targets=tuple(targets(room.site).values()),
        n_sent=sum(one.is_sent for one in states),
        n_waiting=sum(one.next_try is not None for one in states),
        failed=tuple(_failed(room, failed)),
        n_failed=len(failed),
    )


def _failed(room: StaffRoom, states: list[ScoreState]) -> Iterator[tuple[str, ScoreState]]:
    for one in states[:_SHOWN]:
        yield room.shown_person(one.person), one


def _decided(room: StaffRoom, *, is_let_in: bool) -> Response:
    context = _context(room)
    parts_of(room.request).store.let_in(context.id, is_let_in=is_let_in)
    name = context.title or context.context
    said = f"{name} is let in." if is_let_in else f"{name} is not let in any more."
    what = "let a course of a platform in" if is_let_in else "shut a course of a platform out"
    return room.done(what, said=said, back=_HERE, about=clean_line(name, 300))


def _context(room: StaffRoom) -> LtiContext:
    wanted = room.request.path_params["context"]
    for context in parts_of(room.request).store.contexts():
        if context.id == wanted:
            return context
    refuse(404, "No platform has a course of this number.")


routes = (
    Route(_HERE, platforms_page),
    Route(f"{_HERE}{{context:int}}/in", let_in, methods=["POST"]),
    Route(f"{_HERE}{{context:int}}/out", shut_out, methods=["POST"]),
    Route(f"{_HERE}{{context:int}}/people", read_people, methods=["POST"]),
    Route(f"{_HERE}send", send_again, methods=["POST"]),
    Route("/lti/canvas.json", canvas_json),
)

"""Names shown and hidden, the course through a student's eyes, and the log of what staff did."""

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from grader.store.audit_store import AuditEntry, AuditWish
from grader.web.forms import text_of, whole_number, with_form
from grader.web.guard.rights import needs, open_to_all, refuse
from grader.web.rendering import moved
from grader.web.site import site_of
from grader.web.staff.room import room_of, student_of, way_back

_ENTRIES = 100  # on one page


@needs("grader")
@with_form
def show_names(request: Request, form: FormData) -> Response:
    """Show names to this session, or hide them again; that it saw them is in the log."""
    room = room_of(request)
    shown = text_of(form, "show") == "1"
    entry = room.entry(
        "showed names" if shown else "hid names",
        said="Names are shown to you until you sign out or hide them."
        if shown
        else "Names are hidden from you.",
    )
    kept = room.site.store.names.show(room.who.session, is_shown=shown, entry=entry)
    return room.said(kept, back=way_back(form, "/staff/"))


@needs("owner")
def begin_preview(request: Request) -> Response:
    room = room_of(request)
    student = student_of(room)
    if student.role != "student" or not student.is_active:
        refuse(400, "Only the view of a student who is in the course can be looked at.")
    room.site.store.audit.add(
        room.entry(
            "began a preview",
            said=f"You see the course as {student.shown_name} does.",
            about=student.person,
        )
    )
    room.site.accounts.act_as(room.who.session, student.id)
    return moved(request, "/")


@open_to_all
def end_preview(request: Request) -> Response:
    """Back to one's own view; who looks at nothing is where they were."""
    site, person = site_of(request), request.state.person
    if person is None or person.staff is None:
        return moved(request, "/")
    entry = AuditEntry(
        at=site.clock(),
        who=person.staff.person,
        what="ended a preview",
        about=person.person,
        details={"said": "You see the course as staff again."},
    )
    number = site.store.audit.add(entry)
    site.accounts.act_as(person.session, None)
    return moved(request, f"/staff/people/{person.enrolment.id}/?did={number}")


@needs("owner")
def log_page(request: Request) -> Response:
    room, asked = room_of(request), request.query_params
    wish = AuditWish(
        who=asked.get("who", "")[:200],
        what=asked.get("what", "")[:100],
        search=asked.get("search", "")[:100],
        before=whole_number(asked.get("before", "")),
        most=_ENTRIES + 1,
    )
    entries = room.site.store.audit.entries(wish)
    people, deeds = room.site.store.audit.words()
    return room.page(
        "log.html",
        wish=wish,
        entries=entries[:_ENTRIES],
        next=entries[_ENTRIES - 1][0] if len(entries) > _ENTRIES else None,
        people=people,
        deeds=deeds,
    )

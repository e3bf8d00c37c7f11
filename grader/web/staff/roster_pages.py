"""The people of the course: who is in it, a roster to be imported, roles, and links to enter by."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import replace

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from grader.courses.inviting import invite
from grader.errors import GraderError
from grader.intake.roster import roster_in
from grader.staff.exported_grades import ExportedGrades
from grader.staff.roster_changes import KnownPerson, RosterPerson, RosterPlan, roster_plan
from grader.store.accounts_store import Enrolment, Role
from grader.store.roster_store import RosterUpload
from grader.text import clean_line, counted, table_cell
from grader.web.forms import text_of, whole_number, with_form
from grader.web.guard.rights import needs, refuse
from grader.web.rendering import moved
from grader.web.staff.releasing import download
from grader.web.staff.room import StaffRoom, room_of, student_of

_LONGEST = 200
_HERE = "/staff/roster/"
_ROLES: Mapping[str, Role] = {"owner": "owner", "grader": "grader", "student": "student"}
_CHANGED = "The course or the file has changed since you looked. Look at the differences again."


@needs("grader")
def people_page(request: Request) -> Response:
    room = room_of(request)
    asked = request.query_params
    search, show = asked.get("search", "")[:100].strip(), asked.get("show", "active")
    found = [
        one
        for one in room.everybody.values()
        if _is_wanted(one, show) and search.casefold() in room.shown(one).casefold()
    ]
    found.sort(key=lambda one: (one.role == "student", room.shown(one).casefold()))
    counts = {name: sum(_is_wanted(o, name) for o in room.everybody.values()) for name in _SHOW}
    return room.page(
        "people.html", people=found, search=search, show=show, words=_SHOW, counts=counts
    )


_SHOW = {"active": "in the course", "staff": "staff", "dropped": "dropped"}


def _is_wanted(one: Enrolment, show: str) -> bool:
    if show == "dropped":
        return not one.is_active
    return one.is_active and (show != "staff" or one.role != "student")


@needs("owner")
@with_form
def upload_roster(request: Request, form: FormData) -> Response:
    """Keep the file, and show what importing it would change; nothing is changed yet."""
    room, file = room_of(request), form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        return _refused(room, "No file was chosen. Choose the CSV of your system, or one of yours.")
    name, content = clean_line(file.filename, _LONGEST), file.file.read()
    try:
        roster_in(content, at=name)
    except GraderError as error:
        return _refused(room, f"{error.at}: {error.problem}. {error.fix}")
    number = room.site.store.rosters.upload(name, content, by=room.who.person, at=room.site.clock())
    return moved(request, f"{_HERE}{number}")


@needs("owner")
def preview_roster(request: Request) -> Response:
    room = room_of(request)
    upload = _upload(room)
    plan = _plan(room, upload)
    return room.page("roster.html", upload=upload, plan=plan, problem="")


@needs("owner")
@with_form
def import_roster(request: Request, form: FormData) -> Response:
    """Do what was shown, or show it again if it is no longer the same."""
    room = room_of(request)
    upload = _upload(room)
    plan = _plan(room, upload)
    if text_of(form, "plan") != plan.digest:
        return room.page("roster.html", upload=upload, plan=plan, problem=_CHANGED, status=409)
    if plan.drops_most and text_of(form, "drop") != "1":
        said = "Most of the course would be dropped. Tick that you mean it, or take another file."
        return room.page("roster.html", upload=upload, plan=plan, problem=said, status=400)
    entry = room.entry(
        "imported a roster",
        said=f"{upload.name} is imported: {plan.in_words}",
        about=upload.name,
        new=[one.person for one in plan.new],
        changed=[one.after.person for one in plan.changed],
        back=[one.after.person for one in plan.back],
        dropped=[one.person for one in plan.dropped],
        refused=list(plan.refused),
    )
    number = room.site.store.rosters.import_all(_changes(room, plan), entry=entry)
    return room.said(number, back=_HERE)


@needs("owner")
@with_form
def forget_roster(request: Request, form: FormData) -> Response:
    room = room_of(request)
    room.site.store.rosters.forget(by=room.who.person)
    return moved(request, _HERE)


@needs("owner")
@with_form
def add_person(request: Request, form: FormData) -> Response:
    """Enter one person by hand, such as a tutor whom no roster has."""
    room = room_of(request)
    typed = {name: text_of(form, name) for name in ("person", "full_name", "email")}
    said = {name: clean_line(text.strip(), _LONGEST) for name, text in typed.items()}
    role = _ROLES.get(text_of(form, "role"))
    if not said["person"] or role is None:
        return _refused(room, "A person needs a name to sign in by, and a role.")
    if any(one.person.casefold() == said["person"].casefold() for one in room.everybody.values()):
        return _refused(room, f"{said['person']} is in the course already.")
    room.site.accounts.enrol(
        Enrolment(
            person=said["person"], role=role, full_name=said["full_name"], email=said["email"]
        )
    )
    return room.done(
        "added a person",
        said=f"{said['full_name'] or said['person']} is in the course as {role}. Make a link to "
        "enter by.",
        about=said["person"],
        role=role,
        back=_HERE,
    )


@needs("owner")
@with_form
def change_person(request: Request, form: FormData) -> Response:
    """Another role, or in the course no longer, or again."""
    room = room_of(request)
    person = student_of(room)
    word = text_of(form, "role")
    after = replace(person, is_active=word != "dropped", role=_ROLES.get(word, person.role))
    if word not in (*_ROLES, "dropped"):
        return _refused(room, "There is no such role.")
    owners = [o for o in room.everybody.values() if o.role == "owner" and o.is_active]
    if owners == [person] and not (after.is_active and after.role == "owner"):
        return _refused(room, "A course has an owner. Make somebody else one first.")
    room.site.accounts.enrol(after)
    if not after.is_active:
        room.site.accounts.end_sessions(person.id, at=room.site.clock())
    return room.done(
        "changed a role" if after.is_active else "dropped a person",
        said=f"{person.shown_name} is {word if after.is_active else 'dropped'} now.",
        about=person.person,
        before=person.role if person.is_active else "dropped",
        after=word,
        back=_HERE,
    )


@needs("owner")
@with_form
def make_links(request: Request, form: FormData) -> Response:
    """New links to enter by, as a CSV: of one person, or of all students. They are shown once."""
    room = room_of(request)
    number = text_of(form, "person")
    if number:
        one = room.everybody.get(whole_number(number) or 0)
        wanted = [one] if one is not None and one.is_active else []
    else:
        wanted = [o for o in room.everybody.values() if o.is_active and o.role == "student"]
    if not wanted:
        return _refused(room, "Nobody is there to be invited. Import a roster first.")
    site = room.site
    links = invite(
        site.accounts,
        wanted,
        address=site.address,
        at=site.clock(),
        days=site.limits.invitation_days,
    )
    site.store.audit.add(
        room.entry(
            "made links to enter by",
            said=f"{counted(len(links), 'link')}; earlier ones of the same people open nothing.",
            about=wanted[0].person if number else "",
        )
    )
    return download(ExportedGrades(name="links.csv", content=_links_csv(wanted, links)))


def _links_csv(people: Iterable[Enrolment], links: Mapping[str, str]) -> bytes:
    text = io.StringIO()
    written = csv.writer(text, lineterminator="\n")
    written.writerow(["name", "person", "email", "link"])
    for one in people:
        cells = (one.full_name, one.person, one.email)
        written.writerow([*map(table_cell, cells), links[one.person]])
    return text.getvalue().encode()


def _upload(room: StaffRoom) -> RosterUpload:
    found = room.site.store.rosters.uploaded(room.request.path_params["upload"], by=room.who.person)
    if found is None:
        refuse(404, "This roster was imported, or thrown away. Upload it again.")
    return found


def _plan(room: StaffRoom, upload: RosterUpload) -> RosterPlan:
    known = [
        KnownPerson(
            who=RosterPerson(
                person=one.person,
                full_name=one.full_name,
                email=one.email,
                section=one.section,
                ids=one.ids,
            ),
            is_student=one.role == "student",
            is_active=one.is_active,
        )
        for one in room.everybody.values()
    ]
    return roster_plan(roster_in(upload.content, at=upload.name), known)


def _changes(room: StaffRoom, plan: RosterPlan) -> list[Enrolment]:
    known = {one.person: one for one in room.everybody.values()}
    rows = [*plan.new, *(one.after for one in (*plan.changed, *plan.back))]
    changes = [_enrolment(row, known.get(row.person)) for row in rows]
    return [*changes, *(replace(known[one.person], is_active=False) for one in plan.dropped)]


def _enrolment(row: RosterPerson, known: Enrolment | None) -> Enrolment:
    before = known or Enrolment(person=row.person, role="student")
    return replace(
        before,
        is_active=True,
        full_name=row.full_name,
        email=row.email,
        section=row.section,
        ids=row.ids,
    )


def _refused(room: StaffRoom, sentence: str) -> Response:
    return room.page("refused.html", sentence=sentence, back=_HERE, status=400)

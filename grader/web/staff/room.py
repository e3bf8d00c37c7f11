"""What every page of staff needs: who asks, which names they see, and how a deed is said and kept.

A deed is a POST. It goes to the audit log with who, what and when, and its entry comes back as the
notice of the page that follows, so what is said is what was kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from grader.hand_ins.class_record import person_of_enrolment
from grader.records import Person
from grader.settings import Assignment
from grader.staff.class_memory import ClassMemory
from grader.staff.class_rows import Member
from grader.staff.hidden_names import pseudonym
from grader.store.accounts_store import Enrolment
from grader.store.audit_store import AuditEntry
from grader.store.reports_store import ReportsStore
from grader.web.forms import text_of, whole_number
from grader.web.guard.rights import person_of, refuse
from grader.web.guard.sessions import SignedIn
from grader.web.rendering import is_local, moved, page
from grader.web.site import Site, site_of

_NOTICE_FOR = timedelta(minutes=10)
_NO_SECRET = "names of the course "  # noqa: S105 - stands before its key where it has none
_LONGEST_REASON = 500


@dataclass(frozen=True)
class StaffRoom:
    """A request of somebody of the staff.

    `hides_names` says that names are hidden here from everybody who has not asked for them.
    """

    request: Request
    site: Site
    who: SignedIn
    hides_names: bool = False

    @property
    def is_owner(self) -> bool:
        return self.who.role == "owner"

    @cached_property
    def names_shown(self) -> bool:
        """Owners see names unless they hide them; graders once they have asked for them."""
        said = self.site.store.names.are_shown(self.who.session)
        return self.is_owner and not self.hides_names if said is None else said

    @cached_property
    def everybody(self) -> Mapping[int, Enrolment]:
        """All of the course by number, those who were dropped as well."""
        found = self.site.accounts.enrolments(with_dropped=True)
        return {enrolment.id: enrolment for enrolment in found}

    @cached_property
    def enrolled(self) -> Mapping[str, tuple[Person, ...]]:
        """The students by the name of their submissions."""
        return {
            one.person: (person_of_enrolment(one),)
            for one in self.everybody.values()
            if one.role == "student"
        }

    @property
    def members(self) -> tuple[Member, ...]:
        students = (one for one in self.everybody.values() if one.role == "student")
        return tuple(map(self.member, students))

    def member(self, one: Enrolment) -> Member:
        """A person as this reader may know them."""
        return Member(
            number=one.id,
            person=one.person,
            shown=self.shown(one),
            section=one.section,
            is_active=one.is_active,
        )

    def shown(self, one: Enrolment) -> str:
        """What a person is called here."""
        return one.shown_name if self.names_shown else self.number_of(one)

    def shown_person(self, person: str) -> str:
        """The same of a person by the name in the course."""
        found = next((one for one in self.everybody.values() if one.person == person), None)
        if found is not None:
            return self.shown(found)
        return person if self.names_shown else "somebody who is not enrolled"

    def number_of(self, one: Enrolment) -> str:
        secret = self.site.course.secret or f"{_NO_SECRET}{self.site.course.key}"
        return pseudonym(one.id, secret=secret)

    def reports(self, assignment: Assignment) -> ReportsStore:
        return self.site.store.reports(assignment.name)

    @property
    def memory(self) -> ClassMemory:
        state = self.request.app.state
        if not hasattr(state, "class_memory"):
            state.class_memory = ClassMemory()
        memory: ClassMemory = state.class_memory
        return memory

    def page(self, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
        """A page of this room, with the notice of what was just done."""
        ours = {"room": self, "notice": self.notice()}
        return page(self.request, f"staff/{template}", status=status, **ours, **values)

    def done(
        self,
        what: str,
        *,
        said: str,
        back: str,
        about: str = "",
        **details: object,
    ) -> Response:
        """Keep a deed in the audit log, and go to a page that says it.

        Args:
            what: the deed in a few words, the same each time.
            said: what was done, in a sentence.
            about: whom or what it concerned, by the name in the course.
        """
        entry = self.entry(what, said=said, about=about, **details)
        return self.said(self.site.store.audit.add(entry), back=back)

    def entry(self, what: str, *, said: str, about: str = "", **details: object) -> AuditEntry:
        return AuditEntry(
            at=self.site.clock(),
            who=self.who.person,
            what=what,
            about=about,
            details={"said": said, **details},
        )

    def said(self, entry: int, *, back: str) -> Response:
        """Go to a page that says what an entry of the log says."""
        path, _, fragment = back.partition("#")
        sign = "&" if "?" in path else "?"
        return moved(self.request, f"{path}{sign}did={entry}{'#' if fragment else ''}{fragment}")

    def notice(self) -> str:
        """What the reader has just done, as the log has it."""
        number = whole_number(self.request.query_params.get("did", ""))
        entry = None if number is None else self.site.store.audit.entry(number)
        if entry is None or entry.who != self.who.person:
            return ""
        is_new = self.site.clock() - entry.at <= _NOTICE_FOR
        return str(entry.details.get("said", "")) if is_new else ""


def room_of(request: Request, *, hides_names: bool = False) -> StaffRoom:
    return StaffRoom(request, site_of(request), person_of(request), hides_names)


def assignment_of(request: Request) -> Assignment:
    """The assignment that the path names.

    Raises:
        HTTPException: the course has none of this name.
    """
    name = request.path_params["assignment"]
    found = site_of(request).assignment(name)
    if found is None:
        refuse(404, "The course has no such assignment.")
    return found


def student_of(room: StaffRoom) -> Enrolment:
    """The person whose number is in the path.

    Raises:
        HTTPException: nobody has it.
    """
    found = room.everybody.get(room.request.path_params["number"])
    if found is None:
        refuse(404, "Nobody in the course has this number.")
    return found


def reason_in(form: FormData) -> str:
    """The reason that was typed; who decides says why, and it is never empty.

    Raises:
        HTTPException: there is none, or it is too long.
    """
    reason = " ".join(text_of(form, "reason").split())
    if not reason:
        refuse(400, "A change of grades needs a reason. Go back, and say why in a few words.")
    if len(reason) > _LONGEST_REASON:
        refuse(400, f"A reason has at most {_LONGEST_REASON} characters. Go back and shorten it.")
    return reason


def way_back(form: FormData, default: str) -> str:
    """The page of this site from which a form was sent."""
    back = text_of(form, "back")
    return back if back and is_local(back) else default

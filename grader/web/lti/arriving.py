"""Who on the roster arrives by a launch.

A platform's account is matched once, and then known by its `sub`. An account that the platform
takes for a learner never becomes somebody of the staff, whatever address it claims; nobody is
enrolled but as a student; and a course at a platform is let in by an owner of this one.
"""

import hashlib
import logging
from datetime import datetime
from typing import NamedTuple

from grader.store.accounts_store import AccountsStore, Enrolment
from grader.store.lti_store import LtiContext, LtiPlatform, LtiStore
from grader.text import clean_line
from grader.web.lti.claims import Launch, is_learner, said_name
from grader.web.lti.platform_services import PlatformMember, PlatformServices
from grader.web.lti.refusal import LaunchRefused, ServiceFailed

_LOG = logging.getLogger(__name__)
_LONGEST = 200  # characters of a name, as the store keeps it
_LONGEST_ADDRESS = 320


class SaidOfAccount(NamedTuple):
    """What a platform says of one account, harmless and bounded."""

    sub: str
    full_name: str
    email: str
    id: str
    username: str

    def named(self, matched_by: str) -> str:
        """What the account is found by on the roster."""
        return {"email": self.email, "id": self.id, "username": self.username}[matched_by]


def arriving(
    launch: Launch,
    platform: LtiPlatform,
    *,
    store: LtiStore,
    accounts: AccountsStore,
    services: PlatformServices,
    at: datetime,
) -> tuple[Enrolment, LtiContext]:
    """Who arrives, and in which course of the platform.

    Raises:
        LaunchRefused: nobody is found, or the launch is not let in.
    """
    context = _context(launch, platform, store)
    known = store.person_of(platform.id, launch.sub)
    if known is not None:
        found = accounts.by_person(known)
    else:
        said = _asked_for(_of_launch(launch), launch, platform, services)
        found = _on_roster(said, launch, platform, accounts)
    if found is not None:
        _assert_may_come(found, launch, platform)
    _assert_let_in(context, found, launch, platform, store)
    if known is not None and found is not None:
        return found, context
    if found is None:
        found = _enrolled(said, launch, platform, accounts)
    if store.connect(platform.id, launch.sub, person=found.person, at=at) != found.person:
        raise LaunchRefused(
            f"{platform.name} has another account for the one on the roster with your"
            f" {platform.matched_by}",
            fix="Ask the staff of the course.",
        )
    return found, context


def said_of_member(member: PlatformMember) -> SaidOfAccount:
    """What a platform says of somebody on its list of people."""
    name = said_name(member.name, member.given_name, member.family_name)
    return _said(member.user_id, name, member.email, member.lis_person_sourcedid, None)


def _of_launch(launch: Launch) -> SaidOfAccount:
    sourced = launch.ids.person_sourcedid if launch.ids else None
    return _said(launch.sub, launch.full_name, launch.email, sourced, launch.preferred_username)


def _said(
    sub: str, name: str, email: str | None, sourced: str | None, username: str | None
) -> SaidOfAccount:
    address = clean_line((email or "").strip(), _LONGEST_ADDRESS)
    rest = (clean_line((text or "").strip(), _LONGEST) for text in (sourced, username))
    return SaidOfAccount(sub, clean_line(name, _LONGEST), address if "@" in address else "", *rest)


def _asked_for(
    said: SaidOfAccount, launch: Launch, platform: LtiPlatform, services: PlatformServices
) -> SaidOfAccount:
    """What the list of people says beside, where the launch keeps to itself what is needed."""
    if said.named(platform.matched_by) or launch.members is None:
        return said
    try:
        for member in services.members(platform, launch.members.context_memberships_url):
            if member.user_id == said.sub:
                more = said_of_member(member)
                return SaidOfAccount(*(own or other for own, other in zip(said, more, strict=True)))
    except ServiceFailed as error:
        _LOG.warning("names and roles could not be had: %s", clean_line(str(error), 300))
    return said


def _context(launch: Launch, platform: LtiPlatform, store: LtiStore) -> LtiContext:
    if launch.context is None:
        raise LaunchRefused(
            f"{platform.name} did not say from which of its courses you come",
            fix="Open the link within a course.",
        )
    title = launch.context.title or launch.context.label or ""
    return store.keep_context(
        LtiContext(
            platform=platform.id,
            deployment=launch.deployment_id,
            context=launch.context.id,
            title=clean_line(title, _LONGEST),
            members_url=launch.members.context_memberships_url if launch.members else "",
        )
    )


def _assert_let_in(
    context: LtiContext,
    found: Enrolment | None,
    launch: Launch,
    platform: LtiPlatform,
    store: LtiStore,
) -> None:
    if context.is_let_in:
        return
    if found is not None and found.role == "owner" and launch.is_staff:
        store.let_in(context.id)
        return
    raise LaunchRefused(
        f"the course {context.title or context.context!r} at {platform.name} is not connected to"
        " this one yet",
        fix="An owner of this course opens the link once, or lets it in on the page of platforms.",
    )


def _on_roster(
    said: SaidOfAccount, launch: Launch, platform: LtiPlatform, accounts: AccountsStore
) -> Enrolment | None:
    wanted = said.named(platform.matched_by).casefold()
    if not wanted:
        return None
    everybody = accounts.enrolments(with_dropped=True)
    found = [one for one in everybody if wanted in _names(one, platform.matched_by)]
    if len(found) > 1:
        raise LaunchRefused(
            f"there are {len(found)} people on the roster with the {platform.matched_by} that"
            f" {platform.name} has of you",
            fix="Ask the staff of the course to mend the roster.",
        )
    return found[0] if found else None


def _names(enrolment: Enrolment, matched_by: str) -> set[str]:
    if matched_by == "email":
        names = {enrolment.email}
    else:
        names = {enrolment.person, *enrolment.ids.values()}
    return {name.casefold() for name in names if name}


def _assert_may_come(found: Enrolment, launch: Launch, platform: LtiPlatform) -> None:
    if not found.is_active:
        raise LaunchRefused(
            "you are not in this course any more",
            fix="Ask the staff of the course if that is wrong.",
        )
    if found.role != "student" and not launch.is_staff:
        raise LaunchRefused(
            f"{platform.name} takes you for no teacher of its course, and here you are staff",
            fix="Sign in by password, or ask for the role of a teacher there.",
        )


def _enrolled(
    said: SaidOfAccount, launch: Launch, platform: LtiPlatform, accounts: AccountsStore
) -> Enrolment:
    """Somebody new, as a student."""
    if not is_learner(launch.roles):
        raise LaunchRefused(
            f"you are not on the staff of this course, although you teach at {platform.name}",
            fix="An owner of this course adds you on the page of people, with your address"
            f" {said.email or 'there'}.",
        )
    if not platform.enrols:
        raise LaunchRefused(
            "you are not on the roster of this course",
            fix="Ask the staff of the course to add you.",
        )
    named = said.named(platform.matched_by)
    unique = hashlib.sha256(f"{platform.issuer}\0{said.sub}".encode()).hexdigest()[:12]
    person = named if named and accounts.by_person(named) is None else f"lti-{unique}"
    return accounts.enrol(
        Enrolment(
            person=person[:_LONGEST],
            role="student",
            email=said.email,
            full_name=said.full_name,
            ids={"lti": said.sub},
        )
    )

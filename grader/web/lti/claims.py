"""What a platform says in a launch, as typed values with bounds.

Names of claims are those of LTI 1.3 Core, Assignment and Grade Services 2.0, Names and Role
Provisioning Services 2.0 and Deep Linking 2.0.
"""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from grader.text import clean_line
from grader.web.lti.refusal import LaunchRefused
from grader.web.odd_text import storable_json

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/"
VERSION = "1.3.0"
LINK_LAUNCH = "LtiResourceLinkRequest"
PICK_LAUNCH = "LtiDeepLinkingRequest"
_NOTHING: tuple[object, ...] = (None, "", [])  # a claim that a platform has nothing for
_MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
_STAFF = {"Instructor", "ContentDeveloper", "Administrator", "Manager"}
_SUB_ROLES = "http://purl.imsglobal.org/vocab/lis/v2/membership/"

Short = Annotated[str, msgspec.Meta(max_length=300)]
Named = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
Address = Annotated[str, msgspec.Meta(max_length=2000)]


class ResourceLink(msgspec.Struct, frozen=True, kw_only=True):
    """The place in the platform's course that was clicked."""

    id: Named
    title: str | None = None


class LaunchContext(msgspec.Struct, frozen=True, kw_only=True):
    """The platform's course."""

    id: Named
    title: str | None = None
    label: str | None = None


class GradeEndpoint(msgspec.Struct, frozen=True, kw_only=True):
    """Where grades go."""

    scope: tuple[Short, ...] = ()
    lineitems: Address | None = None
    lineitem: Address | None = None


class MembersEndpoint(msgspec.Struct, frozen=True, kw_only=True):
    """Where the names and roles are."""

    context_memberships_url: Address


class PickSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What the platform accepts of a choice."""

    deep_link_return_url: Address
    accept_types: tuple[Short, ...] = ()
    data: Any = None  # goes back as it came


class LaunchPresentation(msgspec.Struct, frozen=True, kw_only=True):
    """Where the platform shows us."""

    document_target: str | None = None
    return_url: str | None = None


class PersonIds(msgspec.Struct, frozen=True, kw_only=True):
    """Ids of the school that the platform passes on."""

    person_sourcedid: Short | None = None


_CLAIM_NAMES = {
    "ids": f"{CLAIM}lis",
    "endpoint": "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint",
    "members": "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice",
    "settings": f"{DEEP_LINKING}deep_linking_settings",
} | {
    name: CLAIM + name
    for name in (
        *("message_type", "version", "deployment_id", "target_link_uri", "resource_link"),
        *("context", "roles", "custom", "launch_presentation"),
    )
}


class Launch(msgspec.Struct, frozen=True, kw_only=True, rename=_CLAIM_NAMES):
    """The claims of one launch, of which the signature was checked."""

    iss: Short
    sub: Named
    message_type: str
    version: str
    deployment_id: Named
    target_link_uri: Address | None = None
    resource_link: ResourceLink | None = None
    context: LaunchContext | None = None
    roles: tuple[str, ...] = ()
    custom: dict[str, Any] | None = None
    launch_presentation: LaunchPresentation | None = None
    name: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    email: str | None = None
    preferred_username: str | None = None
    ids: PersonIds | None = None
    endpoint: GradeEndpoint | None = None
    members: MembersEndpoint | None = None
    settings: PickSettings | None = None

    @property
    def full_name(self) -> str:
        """The name for people, harmless; empty if the platform keeps it to itself."""
        return said_name(self.name, self.given_name, self.family_name)

    @property
    def is_staff(self) -> bool:
        return is_staff(self.roles)


def launch_of(claims: Mapping[str, Any]) -> Launch:
    """The claims as typed values.

    Raises:
        LaunchRefused: they are not those of a launch of LTI 1.3 by somebody.
    """
    try:
        there = {name: value for name, value in claims.items() if value not in _NOTHING}
        launch = msgspec.convert(storable_json(there), Launch, strict=True)
    except msgspec.ValidationError as error:
        said = clean_line(str(error), 300)
        raise LaunchRefused(f"the platform's message is no launch of LTI 1.3: {said}") from error
    if launch.version != VERSION:
        raise LaunchRefused(f"the platform speaks LTI {launch.version!r}, and not {VERSION}")
    if launch.message_type not in (LINK_LAUNCH, PICK_LAUNCH):
        raise LaunchRefused(f"the platform sent a message of type {launch.message_type!r}")
    needed = "resource_link" if launch.message_type == LINK_LAUNCH else "settings"
    if getattr(launch, needed) is None:
        raise LaunchRefused(f"the platform's message has no claim {_CLAIM_NAMES[needed]}")
    return launch


def said_name(whole: str | None, given: str | None, family: str | None) -> str:
    """A name of its parts, harmless and bounded."""
    return clean_line(whole or f"{given or ''} {family or ''}".strip(), 200)


def is_staff(roles: tuple[str, ...]) -> bool:
    """Whether the roles are of somebody who teaches this course.

    Roles at the whole institution say nothing of the course: they are passed over.
    """
    return any(_course_role(role) in _STAFF for role in roles)


def is_learner(roles: tuple[str, ...]) -> bool:
    """Whether the roles are of somebody who takes this course, and do not teach it."""
    return not is_staff(roles) and any(_course_role(role) == "Learner" for role in roles)


def _course_role(role: str) -> str:
    if role.startswith(_SUB_ROLES):  # `…/membership/Instructor#TeachingAssistant`
        return role.removeprefix(_SUB_ROLES).partition("#")[0]
    bare = role.removeprefix(_MEMBERSHIP)
    return bare if "/" not in bare and ":" not in bare else ""  # platforms may leave the URI out

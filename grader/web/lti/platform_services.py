"""What platforms do for us once they know us: tokens, line items, scores, members of a course."""

import json
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit, urlunsplit

import httpx2
import msgspec

from grader.store.lti_store import LtiPlatform, LtiStore
from grader.web.lti.claims import Short
from grader.web.lti.own_keys import own_key, signed
from grader.web.lti.platform_requests import PlatformAnswer, ask, shown_url
from grader.web.lti.refusal import ServiceFailed
from grader.web.odd_text import storable_json

_AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"
SCORE_SCOPE = f"{_AGS}score"
LINE_ITEM_SCOPE = f"{_AGS}lineitem"
MEMBERS_SCOPE = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
_SCORE = "application/vnd.ims.lis.v1.score+json"
_LINE_ITEM = "application/vnd.ims.lis.v2.lineitem+json"
_LINE_ITEMS = "application/vnd.ims.lis.v2.lineitemcontainer+json"
_MEMBERS = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_T = TypeVar("_T")
_MOST_PAGES = 200
_EARLIER = timedelta(seconds=60)  # so long before its end a token is not used any more


class PlatformMember(msgspec.Struct, frozen=True, kw_only=True):
    """One person of a platform's course. A platform may keep name and address to itself."""

    user_id: Short
    roles: tuple[str, ...] = ()
    status: str | None = None
    name: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    email: str | None = None
    lis_person_sourcedid: str | None = None

    @property
    def is_active(self) -> bool:
        return self.status in (None, "", "Active")


class LineItem(msgspec.Struct, frozen=True, kw_only=True):
    """A column of a platform's gradebook. Its id is an address."""

    id: str
    resource_id: str | None = msgspec.field(default=None, name="resourceId")
    tag: str | None = None


class _TokenAnswer(msgspec.Struct, frozen=True):
    access_token: str
    expires_in: float | str = 3600


class _Members(msgspec.Struct, frozen=True):
    members: tuple[PlatformMember, ...] = ()


class PlatformServices:
    """The services of all platforms; one for the whole process. Other threads may use it, too."""

    def __init__(
        self, http: httpx2.Client, *, store: LtiStore, clock: Callable[[], datetime]
    ) -> None:
        self._http = http
        self._store = store
        self._clock = clock
        self._tokens: dict[tuple[int, str], tuple[str, datetime]] = {}
        self._lock = threading.Lock()

    def send_score(self, platform: LtiPlatform, line_item: str, score: Mapping[str, Any]) -> None:
        """Write one score into a column.

        Raises:
            ServiceFailed: the platform did not take it; 409 if it has one of a later time.
        """
        body = json.dumps(score).encode()
        url = below(line_item, "scores")
        headers = {"Content-Type": _SCORE}
        self._asked(platform, SCORE_SCOPE, "POST", url, headers=headers, body=body)

    def line_item(
        self,
        platform: LtiPlatform,
        line_items: str,
        *,
        target: str,
        label: str,
        maximum: int,
        resource_link: str,
    ) -> str:
        """The address of the column of an assignment or quiz; made if there is none yet.

        Raises:
            ServiceFailed: the platform neither has it nor makes it.
        """
        for item in self._line_items(platform, line_items, target):
            if item.resource_id == target and item.tag == "grade":
                return item.id
        wanted = {
            "scoreMaximum": maximum,
            "label": label,
            "resourceId": target,
            "tag": "grade",
            "resourceLinkId": resource_link,
        }
        headers = {"Content-Type": _LINE_ITEM, "Accept": _LINE_ITEM}
        body = json.dumps(wanted).encode()
        answer = self._asked(
            platform, LINE_ITEM_SCOPE, "POST", line_items, headers=headers, body=body
        )
        return _typed(answer, LineItem).id

    def members(self, platform: LtiPlatform, url: str) -> Iterator[PlatformMember]:
        """All people of a course, page by page.

        Raises:
            ServiceFailed: the platform does not tell them.
        """
        for answer in self._pages(platform, MEMBERS_SCOPE, url, accept=_MEMBERS):
            yield from _typed(answer, _Members).members

    def _line_items(self, platform: LtiPlatform, url: str, target: str) -> Iterator[LineItem]:
        joint = "&" if "?" in url else "?"
        asked = f"{url}{joint}{urlencode({'resource_id': target, 'tag': 'grade'})}"
        for answer in self._pages(platform, LINE_ITEM_SCOPE, asked, accept=_LINE_ITEMS):
            yield from _typed(answer, tuple[LineItem, ...])

    def _pages(
        self, platform: LtiPlatform, scope: str, url: str, *, accept: str
    ) -> Iterator[PlatformAnswer]:
        asked: set[str] = set()
        following = url
        while following and following not in asked:
            if len(asked) == _MOST_PAGES:
                at = shown_url(url)
                raise ServiceFailed(f"answered with more than {_MOST_PAGES} pages", at=at)
            asked.add(following)
            answer = self._asked(platform, scope, "GET", following, headers={"Accept": accept})
            yield answer
            following = answer.next_url or ""

    def _asked(
        self,
        platform: LtiPlatform,
        scope: str,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None = None,
    ) -> PlatformAnswer:
        """A request with a token; a token that is not believed any more is asked for once anew."""
        for is_last in (False, True):
            own = {"Authorization": f"Bearer {self._token(platform, scope, is_new=is_last)}"}
            try:
                return ask(self._http, method, url, headers=own | dict(headers), body=body)
            except ServiceFailed as error:
                if error.status != 401 or is_last:
                    raise
        raise AssertionError("the last request returns or raises")

    def _token(self, platform: LtiPlatform, scope: str, *, is_new: bool) -> str:
        with self._lock:
            token, until = self._tokens.get((platform.id, scope), ("", None))
            now = self._clock()
            if until is not None and until > now and not is_new:
                return token
            answer = ask(
                self._http, "POST", platform.token_url, form=self._token_form(platform, scope, now)
            )
            found = _typed(answer, _TokenAnswer)
            until = now + timedelta(seconds=_seconds(found.expires_in)) - _EARLIER
            self._tokens[platform.id, scope] = found.access_token, until
            return found.access_token

    def _token_form(self, platform: LtiPlatform, scope: str, now: datetime) -> dict[str, str]:
        claims = {
            "iss": platform.client_id,
            "sub": platform.client_id,
            "aud": platform.token_audience or platform.token_url,
            "jti": secrets.token_urlsafe(24),
        }
        return {
            "grant_type": "client_credentials",
            "client_assertion_type": _ASSERTION,
            "client_assertion": signed(claims, own_key(self._store, at=now), at=now),
            "scope": scope,
        }


def below(line_item: str, name: str) -> str:
    """The address of something below a line item, whose query stays as it is."""
    parts = urlsplit(line_item)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{name}", fragment=""))


def _typed(answer: PlatformAnswer, kind: type[_T]) -> _T:
    try:
        return msgspec.convert(storable_json(msgspec.json.decode(answer.body)), kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ServiceFailed(
            "answered something else than LTI says", at=shown_url(answer.url)
        ) from error


def _seconds(said: float | str) -> float:
    try:
        return min(max(float(said), 0.0), 86_400.0)
    except ValueError:
        return 0.0

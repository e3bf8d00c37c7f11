"""The answer to a platform that asked what it should show: an assignment or a quiz."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from joserfc.jwk import RSAKey

from grader.store.lti_store import LtiPlatform
from grader.web.lti.claims import CLAIM, DEEP_LINKING, VERSION
from grader.web.lti.own_keys import signed


def content_item(*, url: str, title: str, target: str, maximum: int | None) -> Mapping[str, Any]:
    """One thing to be shown, with a column in the gradebook if it has points."""
    item: dict[str, Any] = {
        "type": "ltiResourceLink",
        "title": title,
        "url": url,
        "custom": {"target": target},
        "window": {"targetName": "_blank"},
    }
    if maximum:
        item["lineItem"] = {
            "scoreMaximum": maximum,
            "label": title,
            "resourceId": target,
            "tag": "grade",
        }
    return item


def signed_choice(
    platform: LtiPlatform,
    *,
    deployment: str,
    items: list[Mapping[str, Any]],
    data: Any,
    nonce: str,
    key: RSAKey,
    at: datetime,
) -> str:
    """The message with the choice; `data` goes back to the platform as it came."""
    claims: dict[str, Any] = {
        "iss": platform.client_id,
        "sub": platform.client_id,
        "aud": [platform.issuer],
        "nonce": nonce,
        f"{CLAIM}message_type": "LtiDeepLinkingResponse",
        f"{CLAIM}version": VERSION,
        f"{CLAIM}deployment_id": deployment,
        f"{DEEP_LINKING}content_items": items,
    }
    if data is not None:
        claims[f"{DEEP_LINKING}data"] = data
    return signed(claims, key, at=at)

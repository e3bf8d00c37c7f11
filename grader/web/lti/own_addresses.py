"""Our addresses as a platform wants them: the values that are copied into its forms."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from grader.web.lti.platform_services import LINE_ITEM_SCOPE, MEMBERS_SCOPE, SCORE_SCOPE

SCOPES = (LINE_ITEM_SCOPE, SCORE_SCOPE, MEMBERS_SCOPE)


@dataclass(frozen=True, slots=True)
class OwnAddresses:
    """All addresses of a site that platforms ask for."""

    site: str

    @property
    def login(self) -> str:
        return f"{self.site}/lti/login"

    @property
    def launch(self) -> str:
        return f"{self.site}/lti/launch"

    @property
    def keys(self) -> str:
        return f"{self.site}/lti/keys"

    @property
    def canvas(self) -> str:
        return f"{self.site}/lti/canvas.json"

    @property
    def domain(self) -> str:
        return urlsplit(self.site).netloc


def own_addresses(site: str) -> OwnAddresses:
    return OwnAddresses(site.rstrip("/"))


def canvas_configuration(own: OwnAddresses, *, title: str) -> dict[str, Any]:
    """What Canvas reads from one address, in place of all the others."""
    placements = [
        {
            "placement": placement,
            "enabled": True,
            "message_type": "LtiDeepLinkingRequest",
            "target_link_uri": own.launch,
            "text": title,
        }
        for placement in ("assignment_selection", "link_selection")
    ]
    return {
        "title": title,
        "description": f"Assignments and quizzes of {title}",
        "oidc_initiation_url": own.login,
        "target_link_uri": own.launch,
        "public_jwk_url": own.keys,
        "scopes": list(SCOPES),
        "extensions": [
            {
                "platform": "canvas.instructure.com",
                "domain": own.domain,
                "privacy_level": "public",
                "settings": {"text": title, "placements": placements},
            }
        ],
    }

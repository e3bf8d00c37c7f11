"""A platform on another site launches the course in a real browser: in tabs, and in frames."""

import html
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlencode

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

from grader.store.lti_store import LtiStore
from grader.web.application import application
from grader.web.lti.own_keys import published_keys
from tests.grader.web.lti.conftest import registration_of
from tests.grader.web.lti.small_platform import SmallPlatform
from tests.grader.web.served import ServedSite, axe_script, chromium, violations

pytestmark = pytest.mark.slow

ADA = {"sub": "sub-ada", "email": "ada@example.org"}
PROF = {"sub": "sub-prof", "email": "prof@example.org", "roles": ("Instructor",)}
SEND = "<script>document.forms[0].submit()</script>"


@pytest.fixture(scope="module")
def driven():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def axe(tmp_path_factory):
    return axe_script(tmp_path_factory.mktemp("npm"))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for this machine, by itself, as uvicorn takes it."""
    folder = tmp_path_factory.mktemp("tls")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return {"ssl_certfile": folder / "cert.pem", "ssl_keyfile": folder / "key.pem"}


class ShownPlatform:
    """The small platform with pages: a course with links and frames, and who is signed in."""

    def __init__(self, key, clock, options):
        self.who, self.clock = ADA, clock
        routes = [
            Route("/course/{way}", self.course),
            Route("/auth", self.auth),
            Route("/picked", self.picked, methods=["POST"]),
        ]
        self.server = ServedSite(Starlette(routes=routes), **options)
        # another name, so that it is another site than ours
        self.address = self.server.address.replace("127.0.0.1", "localhost")
        self.platform = SmallPlatform(key=key, host=self.address)

    def course(self, request):
        login = html.escape(f"{self.tool}/lti/login?{urlencode(self.platform.login())}")
        link = f'<a href="{login}" target="_blank" rel="opener">Arithmetic</a>'
        frame = f'<iframe title="Arithmetic" width="900" height="700" src="{login}"></iframe>'
        return HTMLResponse(frame if request.path_params["way"] == "frame" else link)

    def auth(self, request):
        claims = {"target_link_uri": f"{self.tool}/code/arithmetic/", **self.who}
        url = self.platform.login_url.partition("?")[0]
        where, form = self.platform.answer(f"{url}?{request.url.query}", at=self.clock(), **claims)
        fields = "".join(
            f'<input type="hidden" name="{name}" value="{html.escape(value)}">'
            for name, value in form.items()
        )
        return HTMLResponse(f'<form method="post" action="{where}">{fields}</form>{SEND}')

    async def picked(self, request):
        form = await request.form()
        claims = self.platform.chosen(form["JWT"])
        [item] = claims["https://purl.imsglobal.org/spec/lti-dl/claim/content_items"]
        return HTMLResponse(f"<h1>Taken: {html.escape(item['title'])}</h1>")


@pytest.fixture(params=["https", "http"])
def shown(request, site, platform_key, clock, certificate):
    """The platform and our site, both served, by TLS or without."""
    options = certificate if request.param == "https" else {}
    made = ShownPlatform(platform_key, clock, options)
    store = LtiStore(site.store.engine, course=site.course.key)
    store.register(registration_of(made.platform))
    made.platform.tool_keys = published_keys(store, at=clock())
    served = ServedSite(Starlette(), **options)  # for its address, which the site has to know
    lti = replace(site, address=served.address, http=made.platform.http())
    served.stop()
    served.start(application(lti))
    made.tool = served.address
    yield made
    served.stop()
    made.server.stop()


@pytest.fixture
def tab(driven, shown):
    """A browser of its own, on the platform."""
    context = driven.new_context(base_url=shown.address, ignore_https_errors=True)
    yield context.new_page()
    context.close()


def launched(page, shown, who, way="link"):
    """Where a click on the platform's link leads, or what stands in its frame."""
    shown.who = who
    page.goto(f"/course/{way}")
    if way == "frame":
        return page.frame_locator("iframe")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Arithmetic").click()
    opened.value.wait_for_load_state()
    return opened.value


def test_a_link_opens_the_assignment_in_a_tab(tab, shown, axe):
    from playwright.sync_api import expect

    refused = launched(tab, shown, ADA)
    expect(refused.get_by_role("heading", level=1)).to_have_text("You were not let in")
    assert violations(refused, axe) == []
    launched(tab, shown, PROF).context.clear_cookies()
    page = launched(tab, shown, ADA)
    expect(page).to_have_url(f"{shown.tool}/code/arithmetic/")
    expect(page.get_by_role("link", name="Ada Adams")).to_be_visible()


def test_a_frame_has_a_button_that_opens_a_tab(tab, shown, axe):
    from playwright.sync_api import expect

    launched(tab, shown, PROF).context.clear_cookies()
    frame = launched(tab, shown, ADA, "frame")
    # By TLS the cookie of the launch lives in the frame. Without, the browser keeps it back.
    way = frame.get_by_role("button", name="Open in a new tab").or_(
        frame.get_by_role("link", name="Open Transformers in a new tab")
    )
    expect(way).to_be_visible()
    is_link = way.evaluate("one => one.tagName") == "A"
    assert is_link == shown.tool.startswith("http:")
    with tab.context.expect_page() as opened:
        way.press("Enter")  # a frame that was not painted yet takes no clicks
    page = opened.value
    expect(page).to_have_url(f"{shown.tool}/code/arithmetic/")
    expect(page.get_by_role("link", name="Ada Adams")).to_be_visible()


def test_staff_choose_in_a_frame_what_the_platform_shows(tab, shown, axe):
    from playwright.sync_api import expect

    if shown.tool.startswith("http:"):
        pytest.skip("without TLS no cookie lives in a frame")
    launched(tab, shown, PROF)
    frame = launched(tab, shown, PROF | shown.platform.picking(), "frame")
    expect(frame.get_by_role("heading", level=1)).to_have_text("What should Small show?")
    frame.get_by_role("button", name="Choose").press("Enter")
    expect(frame.get_by_role("heading", level=1)).to_have_text("Taken: Arithmetic on arrays")


def test_the_page_of_platforms_is_for_everybodys_eyes(tab, shown, axe):
    from playwright.sync_api import expect

    page = launched(tab, shown, PROF)
    page.goto(f"{shown.tool}/staff/platforms/")
    assert violations(page, axe) == []
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Refuse").click()
    expect(page.get_by_text("is not let in any more.")).to_be_visible()

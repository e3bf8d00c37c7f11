"""A site on a real port, and a real browser that looks at it: for tests of what scripts do."""

import contextlib
import threading
import time
from pathlib import Path

import uvicorn

from grader.courses.inviting import invite
from tests.grader.quiz.exports.node_packages import BROWSERS, installed, program

AXE = "axe-core@4.14.1"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_SECONDS = 20


class ServedSite:
    """A running server; `stop` and `start` are what a crash and a new start are for a browser."""

    def __init__(self, app, **options):
        self._app = app
        self._options = options  # of uvicorn, such as a certificate
        self.port = 0
        self.start()

    @property
    def address(self):
        scheme = "https" if "ssl_certfile" in self._options else "http"
        return f"{scheme}://127.0.0.1:{self.port}"

    def start(self, app=None):
        self._app = app or self._app  # a process that is started anew has a new one
        config = uvicorn.Config(
            self._app,
            host="127.0.0.1",
            port=self.port,
            log_level="error",
            lifespan="off",
            **self._options,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        ends = time.monotonic() + _SECONDS
        while not self._server.started:
            assert time.monotonic() < ends, "the server did not start"
            time.sleep(0.02)
        self.port = self._server.servers[0].sockets[0].getsockname()[1]

    def stop(self):
        self._server.force_exit = True
        self._server.should_exit = True
        self._thread.join(_SECONDS)


@contextlib.contextmanager
def chromium():
    """The browser of this machine, driven by Playwright; a test without one is skipped."""
    path = program(*BROWSERS)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def axe_script(folder):
    """The source of axe-core, which a page runs."""
    place = installed(folder, packages=(AXE,), scripts=Path(folder))
    return (place / "node_modules" / "axe-core" / "axe.min.js").read_text()


def enter(page, site, address, person):
    """Sign a person in by an invitation, as they would."""
    enrolment = site.accounts.by_person(person)
    link = invite(site.accounts, [enrolment], address=address, at=site.clock(), days=1)[person]
    page.goto(link)
    page.locator("main form button").first.click()
    page.wait_for_load_state()


def violations(page, axe):
    """What axe-core finds on a page, in both themes."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.evaluate(axe)
        run = "tags => axe.run({runOnly: tags}).then(r => r.violations.map(v =>"
        run += " v.id + ': ' + v.nodes.map(n => n.html + ' ' + n.failureSummary).join(' ')))"
        found += [f"{scheme}: {one}" for one in page.evaluate(run, RULES)]
    page.emulate_media(color_scheme="light")
    return found

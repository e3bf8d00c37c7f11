"""What `grader serve` does."""

from pathlib import Path

import click
import uvicorn

from grader.cli.clock import now
from grader.courses.inviting import invite
from grader.store.accounts_store import Enrolment
from grader.web.application import application
from grader.web.lti.grade_sender import GradeSender
from grader.web.opening import open_site
from grader.web.site import Site

_GRACE_SECONDS = 5  # for answers that are being sent; streams are cut then


def serve_course(
    folder: Path, *, host: str, port: int, address: str, store: str, owner: str
) -> int:
    """Serve a course until it is stopped; the exit code."""
    site = open_site(folder, clock=now, store=store, address=address or f"http://{host}:{port}")
    _let_the_owner_in(site, owner)
    click.echo(f"{site.title}: {site.address}")
    sender = GradeSender(site)
    sender.start()
    uvicorn.run(
        application(site),
        host=host,
        port=port,
        log_level="warning",
        timeout_graceful_shutdown=_GRACE_SECONDS,
        server_header=False,
    )
    sender.stop()
    site.store.close()
    return 0


def _let_the_owner_in(site: Site, name: str) -> None:
    """Print a link for the owner of a course that has none who can enter."""
    owners = [one for one in site.accounts.enrolments() if one.role == "owner"]
    if any(site.accounts.password(one.id) for one in owners):
        return
    first = owners[0] if owners else site.accounts.enrol(Enrolment(person=name, role="owner"))
    links = invite(
        site.accounts,
        [first],
        address=site.address,
        at=site.clock(),
        days=site.limits.invitation_days,
    )
    click.echo(f"Enter once as {first.person}, the owner: {links[first.person]}")

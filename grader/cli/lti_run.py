"""What `grader lti` does."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from grader.cli.clock import now
from grader.store.lti_store import LtiPlatform
from grader.text import clean_line, counted
from grader.web.lti.parts import lti_parts
from grader.web.lti.presets import Registration, platform_of
from grader.web.lti.published import return_grades
from grader.web.opening import open_site


def add(folder: Path, *, store: str, **said: Any) -> None:
    """Register a platform, or change what is registered of it."""
    platform = platform_of(Registration(**said))
    site = open_site(folder, clock=now, store=store)
    kept = lti_parts(site).store
    known = [
        one
        for one in kept.platforms()
        if (one.issuer, one.client_id) == (platform.issuer, platform.client_id)
    ]
    for one in known:
        every = dict.fromkeys((*one.deployments, *platform.deployments))
        platform = replace(platform, deployments=tuple(every))
    _show(kept.register(platform))
    if not platform.deployments:
        click.echo("Nobody is let in before a deployment is named: add `--deployment ID`.")
    site.store.close()


def list_platforms(folder: Path, *, store: str) -> None:
    """Show what is registered."""
    site = open_site(folder, clock=now, store=store)
    parts = lti_parts(site)
    for platform in parts.store.platforms():
        _show(platform)
    if not parts.store.platforms():
        click.echo("No platform is registered: `grader lti add KIND` registers one.")
    states = parts.scores.states()
    for one in states:
        if one.problem:
            problem = clean_line(one.problem, 300)
            click.echo(f"{clean_line(one.person, 100)}, {one.target}: {problem}")
    arrived = sum(one.is_sent for one in states)
    click.echo(f"{counted(arrived, 'grade')} of {len(states)} arrived.")
    site.store.close()


def send(folder: Path, *, store: str) -> None:
    """Send what has not arrived."""
    site = open_site(folder, clock=now, store=store)
    parts = lti_parts(site)
    parts.scores.try_again(at=now())
    arrived, failed = return_grades(site, parts)
    click.echo(f"{counted(arrived, 'grade')} arrived, {failed} did not.")
    site.store.close()


def _show(platform: LtiPlatform) -> None:
    deployments = ", ".join(platform.deployments) or "none"
    click.echo(f"{platform.name}: {platform.issuer}, client id {platform.client_id}")
    click.echo(f"  deployments: {deployments}")
    new = "are enrolled" if platform.enrols else "are refused"
    click.echo(f"  people are found by {platform.matched_by}; learners who are new {new}")
    click.echo(f"  login {platform.login_url}")
    click.echo(f"  tokens {platform.token_url}")
    click.echo(f"  keys {platform.keys_url}")

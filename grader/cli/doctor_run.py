"""What `grader doctor` does."""

import os
import platform
import sys
import time
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

import click

from grader.batch.promises import broken_promises, promised_modules
from grader.errors import GraderFault
from grader.promised_packages import in_words
from grader.report_key import grader_version
from grader.sandbox.contract import Code, Limits, Sandbox, StudentCall
from grader.sandbox.levels import Level
from grader.sandbox.named import sandbox_named
from grader.sandbox.warm import WarmSandbox
from grader.settings import Assignment, find_assignment
from grader.text import counted

_PACKAGES = ("torch", "numpy", "pytest", "safetensors", "msgspec", "sqlalchemy")


def describe_machine(sandbox: str, assignment: str) -> int:
    """Print the versions, and whether and how well the sandbox works; the exit code.

    Raises:
        CourseError: there is no such sandbox or assignment.
        GraderFault: the sandbox does not work.
    """
    chosen = find_assignment(assignment)
    click.echo(f"grader      {grader_version()}")
    click.echo(f"python      {platform.python_version()} ({sys.executable})")
    click.echo(f"machine     {platform.platform()}, {counted(os.cpu_count() or 1, 'core')}")
    for name in _PACKAGES:
        click.echo(f"{name:<12}{_version(name)}")
    return _report_sandbox(sandbox, chosen)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _report_sandbox(name: str, assignment: Assignment) -> int:
    """Run a one-line submission, which proves more than a list of versions."""
    begin = time.monotonic()
    warm = ("numpy", "torch", *promised_modules(assignment))
    sandbox = sandbox_named(name, warm, require_level="none")
    code = Code(main="submission", cells=(("submission.py", "def one():\n    return 1\n"),))
    limits = Limits(
        call_seconds=5,
        load_seconds=30,
        submission_seconds=30,
        memory_megabytes=256,
        output_kilobytes=1,
    )
    try:
        if isinstance(sandbox, WarmSandbox):
            sandbox.wait_until_ready()
        ready = time.monotonic()
        sandbox.prove()
        proved = time.monotonic() - ready
        session = sandbox.open(code, limits)
        call = StudentCall("one", [])
        value = session.call(call, seconds=5, answer=lambda name, arguments: None).value
        session.close()
        missing = list(broken_promises(assignment, sandbox))
    finally:
        sandbox.close()
    if value != 1:
        raise GraderFault(f"a one-line submission returned {value!r} instead of 1")
    click.echo(f"sandbox     works; the warm process was ready after {ready - begin:.1f} s")
    _report_isolation(sandbox, proved=proved)
    return _report_packages(assignment, missing)


def _report_packages(assignment: Assignment, missing: Sequence[str]) -> int:
    """What students are promised, and what is missing of it; 1 if something is."""
    promised = in_words(assignment.packages)
    click.echo(f"packages    {assignment.name} promises {promised}")
    for sentence in missing:
        click.echo(f"            {sentence}")
    return 1 if missing else 0


def _report_isolation(sandbox: Sandbox, *, proved: float) -> None:
    """The level, what it is made of, and why it is no better one."""
    click.echo(f"isolation   level {sandbox.level}: {Level(sandbox.level).promise}.")
    for layer in sandbox.layers:
        click.echo(f"            - {layer}")
    if not isinstance(sandbox, WarmSandbox):
        click.echo("            on the word of the package that adds this sandbox")
        return
    click.echo(f"            proved in {1000 * proved:.0f} ms by a process that tried to break out")
    for refusal in sandbox.refusals:
        why = (refusal.why.splitlines() or [""])[-1]
        click.echo(f"            not {refusal.plan.level}: {why}")

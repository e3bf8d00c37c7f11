"""One audit of the shipped assignment, which pytest's workers run once between them."""

import fcntl
import subprocess
from types import SimpleNamespace

import msgspec
import pytest

from grader.audit.result import Audit


@pytest.fixture(scope="session")
def shipped(grader_command, tmp_path_factory, request):
    """The audit of decoder-generation: what the command printed, its exit code, its result."""
    shared = tmp_path_factory.getbasetemp()
    if hasattr(request.config, "workerinput"):
        shared = shared.parent
    written, said = shared / "audit.json", shared / "audit.txt"
    with open(shared / "audit.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not said.exists():
            command, environment = grader_command
            words = [*command, "audit", "--all", "-o", str(written)]
            ran = subprocess.run(words, env=environment, capture_output=True, text=True)
            said.write_text(f"{ran.returncode}\n{ran.stdout}{ran.stderr}")
    code, _, text = said.read_text().partition("\n")
    result = msgspec.json.decode(written.read_bytes(), type=Audit) if written.exists() else None
    return SimpleNamespace(code=int(code), text=text, result=result)

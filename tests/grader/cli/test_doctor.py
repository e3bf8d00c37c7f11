"""`grader doctor`: what this machine offers, proved by running a submission."""

import platform
from importlib.metadata import version


def test_doctor_tells_versions_and_that_the_sandbox_works(grader):
    ran = grader("doctor")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert f"python      {platform.python_version()}" in ran.stdout
    for package in ("torch", "numpy", "pytest"):
        assert f"{package:<12}{version(package)}\n" in ran.stdout
    assert "sandbox     works; the warm process was ready after" in ran.stdout
    assert "isolation   level " in ran.stdout
    assert ran.stderr == ""

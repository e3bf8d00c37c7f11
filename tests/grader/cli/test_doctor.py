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


def test_doctor_says_which_promised_packages_are_missing(grader, small):
    settings = small / "assignment.yaml"
    before = settings.read_text()
    settings.write_text(f"packages: [PyYAML, not-there-at-all, 'msgspec>=999']\n{before}")
    ran = grader("doctor", "--assignment", small)
    assert ran.returncode == 1, ran.stderr
    assert "arithmetic promises PyYAML, not-there-at-all, msgspec>=999, NumPy, " in ran.stdout
    assert "not-there-at-all is not here\n" in ran.stdout
    assert "msgspec>=999 is promised, and " in ran.stdout
    assert "PyYAML is" not in ran.stdout

"""Readers of questions that are not ours, from npm: installed once, into a folder of the tests."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PACKAGES = ("gift-pegjs@1.0.2", "@citolab/qti-components@7.27.4", "puppeteer-core@24.43.1")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 420


def program(*names):
    """The path of the first that is there. Without it the test is skipped; in CI it fails."""
    for name in names:
        if found := shutil.which(name):
            return found
    reason = f"there is no {names[0]}: apt-get install nodejs npm chromium"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def installed(folder, *, packages=PACKAGES, scripts=HERE):
    """The folder, with the packages and the scripts that use them."""
    words = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    (folder / "package.json").write_text('{"private": true}')
    subprocess.run(
        [program("npm"), "install", *words, *packages], cwd=folder, check=True, timeout=SECONDS
    )
    for script in scripts.glob("*.cjs"):
        shutil.copy(script, folder)
    return folder


def run(folder, script, job):
    """What a script prints for a job, both in JSON."""
    ran = subprocess.run(
        [program("node"), script],
        cwd=folder,
        input=json.dumps(job),
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)

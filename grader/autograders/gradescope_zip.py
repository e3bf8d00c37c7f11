"""The zip that Gradescope takes as an autograder: two scripts, this grader, and the assignment.

Gradescope unpacks it to /autograder/source, runs setup.sh once, and run_autograder for each
submission. The scripts find the rest by where they lie themselves.
"""

import shlex
from collections.abc import Sequence
from pathlib import Path

from grader.autograders.own_wheel import course_files, own_wheel
from grader.gradebooks.gradescope_results import HiddenTests
from grader.gradebooks.plain_zip import zip_of
from grader.settings import Assignment

_ASSIGNMENTS = "assignments"
_COURSE = "course.yaml"
_SETUP = """\
#!/bin/sh
# Run once, when the image is made: a Python of its own with the grader in it.
set -eu
source=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$source")
fits() { "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
found=
for python in python3.13 python3.12 python3.11 python3; do
    if fits "$python"; then found=$python; break; fi
done
if [ -z "$found" ]; then
    apt-get update
    apt-get install -y python3.11 python3.11-venv || apt-get install -y python3 python3-venv
    for python in python3.11 python3; do
        if fits "$python"; then found=$python; break; fi
    done
fi
[ -n "$found" ] || { echo "No Python 3.11 or later: choose a newer base image."; exit 1; }
[ -x "$root/env/bin/python" ] || "$found" -m venv "$root/env"
"$root/env/bin/python" -m pip install --no-cache-dir \\
    --extra-index-url https://download.pytorch.org/whl/cpu "$source"/@WHEEL@@PACKAGES@
# Neither checks, nor the course, nor right code can be read by another user.
chmod -R go= "$source"
"$root/env/bin/python" - <<'END'
import os
from grader.settings import shipped
import reference
for folder in (shipped("assignments"), shipped("questions"), *reference.__path__):
    os.chmod(folder, 0o700)
END
echo "The isolation that this machine reaches, for whoever reads this log:"
"$root/env/bin/grader" doctor || true
"""
_RUN = """\
#!/bin/sh
# Run for each submission. What it prints is for staff; students see results/results.json.
root=$(cd "$(dirname "$0")" && pwd)
exec "$root/env/bin/grader" gradescope run "$root" --assignment "$root/source/@FOLDER@" \\
    --hidden @HIDDEN@ --require-level @LEVEL@@COURSE@
"""


def autograder_zip(
    assignment: Assignment, *, course: bytes | None, hidden: HiddenTests, require_level: str
) -> bytes:
    """The zip, equal for equal files. It is for staff: it holds the checks.

    Args:
        course: a course.yaml with the secret; without it hidden checks do not run there.
        hidden: when students see hidden checks.
        require_level: the weakest isolation level that will do.

    Raises:
        GraderFault: this grader is not installed, so it cannot be packed.
    """
    wheel, content = own_wheel()
    folder = f"{_ASSIGNMENTS}/{assignment.folder.name}"
    files = {
        f"{folder}/{name}": path.read_bytes() for name, path in course_files(assignment.folder)
    }
    files[wheel] = content
    if course is not None:
        files[_COURSE] = course
    files["setup.sh"] = _setup(wheel, assignment.packages)
    course_words = f' \\\n    --course "$root/source/{_COURSE}"' if course is not None else ""
    run = _RUN.replace("@FOLDER@", folder).replace("@HIDDEN@", hidden.value)
    run = run.replace("@LEVEL@", require_level).replace("@COURSE@", course_words)
    files["run_autograder"] = run.encode()
    return zip_of(files, executable=("setup.sh", "run_autograder"))


def has_hidden_checks(folder: Path) -> bool:
    """Whether an assignment has checks that only a course with a secret runs."""
    return (folder / "hidden").is_dir()


def _setup(wheel: str, packages: Sequence[str]) -> bytes:
    more = "".join(f" {shlex.quote(package)}" for package in packages)
    return _SETUP.replace("@WHEEL@", wheel).replace("@PACKAGES@", more).encode()

"""The keys of edited questions, run on the reference in a process of their own.

Running a key takes torch and seconds, and may go wrong in ways that no site should; so it is the
command that everybody else uses, with a limit of time.
"""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from grader.staff.quiz_editing import EditableFiles, trial_of
from grader.text import clean

_SECONDS = 180
_LONGEST = 20_000  # characters of what is shown
_COMMAND = "import sys; from grader.cli import main; sys.exit(main())"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCheck:
    """What verifying the keys of a text said."""

    holds: bool
    said: str


def check_keys(files: EditableFiles, path: Path, text: str) -> KeyCheck:
    """Verify the keys of questions as they would be with this text; the file stays as it is."""
    with trial_of(files, path, text) as place:
        arguments = ["quiz", "verify", str(place.parent), "--topic", place.stem]
        try:
            ran = subprocess.run(  # noqa: S603 - our own command
                [sys.executable, "-c", _COMMAND, *arguments],
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            said = f"Not through after {_SECONDS} seconds. Verify it with `grader quiz verify`."
            return KeyCheck(holds=False, said=said)
        said = f"{ran.stdout}{ran.stderr}".replace(f"{place.parent}/", "")
        return KeyCheck(holds=ran.returncode == 0, said=clean(said.strip(), _LONGEST))

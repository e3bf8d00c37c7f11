"""An assignment that runs: one stage, a check of each kind, three mistakes, an example class.

What it is made of lies in the folder `skeleton`, each file under its name with `.txt` behind, so
that no tool takes it for code of ours.
"""

import json
from pathlib import Path

_SKELETON = Path(__file__).parent / "skeleton"
_ENDING = ".txt"


def new_assignment(title: str) -> dict[str, bytes]:
    """The files of a new assignment, by their names in its folder.

    Args:
        title: what students read above it.
    """
    said = {"{title}": title, "{title_as_yaml}": json.dumps(title, ensure_ascii=False)}
    files = {}
    for path in sorted(_SKELETON.rglob(f"*{_ENDING}")):
        text = path.read_text(encoding="utf-8")
        for mark, word in said.items():
            text = text.replace(mark, word)
        name = path.relative_to(_SKELETON).as_posix().removesuffix(_ENDING)
        files[name] = text.encode()
    return files

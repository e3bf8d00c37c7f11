"""Results of a class of any size that nobody graded: copies of real reports under other names.

    python tests/benchmark/made_results.py GRADED-RESULTS NEW-FOLDER N

The files are those of a results folder, written without waiting for the disk.
"""

import json
import shutil
import sys
from pathlib import Path


def made_results(source: Path, target: Path, n: int) -> None:
    """N submissions whose reports are those of a small class in turn."""
    names = sorted(path.stem for path in (source / "reports").glob("*.json"))
    texts = {
        kind: [(source / kind / f"{name}.json").read_text() for name in names]
        for kind in ("reports", "staff")
    }
    made = [f"s{number:07}" for number in range(n)]
    for kind, of_class in texts.items():
        folder = target / kind
        folder.mkdir(parents=True)
        for number, name in enumerate(made):
            like = number % len(names)
            text = of_class[like].replace(f'"{names[like]}"', f'"{name}"', 1)
            (folder / f"{name}.json").write_text(text)
    run = json.loads((source / "run.json").read_text())
    run["submissions"] = made
    run["counts"]["graded"] = n
    (target / "run.json").write_text(json.dumps(run, indent=2) + "\n")
    for other in ("course-secret", "grade-decisions.jsonl"):
        if (source / other).exists():
            shutil.copy(source / other, target / other)


if __name__ == "__main__":
    made_results(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))

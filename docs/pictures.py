"""Makes the pictures of pages that the documents show: `python docs/pictures.py`.

It needs a browser, `apt-get install chromium` on Debian. A picture is a page of the grader's own on
an example that comes with it, at the size that is named here.
"""

import io
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from grader.batch.grading_here import grade_here
from grader.intake.reading import read
from grader.records import Report
from grader.reports.pages.student_page import student_page
from grader.settings import find_assignment

DOCS = Path(__file__).parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SCALE = 0.75  # of the picture: small files, and as wide as a document shows it
STUDENT = ("no-scaling.py", 1080, 1620)  # and how many pixels of the page
CLASS = (60, 1080, 1130)


def student_report() -> bytes:
    """The page of an example whose attention weights are not scaled."""
    assignment = find_assignment("decoder-generation")
    reports: list[Report] = []
    grade_here(
        [read(assignment.folder / "examples" / "submissions" / STUDENT[0])],
        assignment=assignment,
        emit=reports.append,
        with_torch=True,
        require_level="none",
    )
    return student_page(reports[0], assignment)


def class_report() -> bytes:
    """The page of a made-up class: everybody hands in one of the examples."""
    examples = find_assignment("decoder-generation").folder / "examples" / "submissions"
    files = sorted(path for path in examples.glob("*.py") if not path.name.startswith("endless"))
    weights = [6 if path.name.startswith("right") else 1 for path in files]
    draw = random.Random(CLASS[0])  # noqa: S311 - a picture
    with tempfile.TemporaryDirectory() as folder:
        class_ = Path(folder) / "class"
        class_.mkdir()
        for number, path in enumerate(draw.choices(files, weights, k=CLASS[0]), 1):
            name = f"student-{number:02}"
            (class_ / f"{name}.py").write_text(f"{path.read_text()}\n# {name}\n")
        for words in (
            ["batch", str(class_), "-o", f"{folder}/results", "--require-level", "none"],
            ["analyze", f"{folder}/results", "-o", f"{folder}/page"],
        ):
            command = [sys.executable, "-c", "from grader.cli import main; main()", *words]
            subprocess.run(command, check=True, capture_output=True)  # noqa: S603
        return (Path(folder) / "page" / "class.html").read_bytes()


def photograph(page: bytes, target: Path, *, width: int, height: int) -> None:
    """A picture of the upper part of a page."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.exit(f"There is no {BROWSERS[0]}: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "page.html"
        file.write_bytes(page)
        words = ["--headless", "--hide-scrollbars", "--disable-lcd-text"]
        words += [f"--window-size={width},{height}", f"--force-device-scale-factor={SCALE}"]
        words += ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses root without
        words += [f"--user-data-dir={folder}/profile", f"--screenshot={target}", file.as_uri()]
        subprocess.run([browser, *words], check=True, capture_output=True)  # noqa: S603
    target.write_bytes(in_few_colours(target.read_bytes()))


def in_few_colours(png: bytes) -> bytes:
    """The same picture with 256 colours at most, a third of the size; letters are no worse."""
    few = Image.open(io.BytesIO(png)).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    written = io.BytesIO()
    few.save(written, "PNG", optimize=True)
    return written.getvalue()


if __name__ == "__main__":
    photograph(student_report(), DOCS / "student-report.png", width=STUDENT[1], height=STUDENT[2])
    photograph(class_report(), DOCS / "class-report.png", width=CLASS[1], height=CLASS[2])

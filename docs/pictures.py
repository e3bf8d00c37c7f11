"""Makes the pictures of pages that the documents show: `python docs/pictures.py`.

It needs a browser, `apt-get install chromium` on Debian. A picture is a page of the grader's own on
an example that comes with it, at the size that is named here.
"""

import os
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grader.batch.grading_here import grade_here
from grader.intake.reading import read
from grader.records import Report
from grader.reports.pages.student_page import student_page
from grader.settings import find_assignment

DOCS = Path(__file__).parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
SCALE = 0.75  # of the picture: small files, and as wide as a document shows it
STUDENT = ("no-scaling.py", 1080, 1620)


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
    pixels = _pixels(png)
    height, width, _ = pixels.shape
    colours, counts = np.unique(pixels.reshape(-1, 3), axis=0, return_counts=True)
    palette = colours[np.argsort(-counts, kind="stable")[:256]]
    codes = pixels.astype(np.int64) @ (1 << 16, 1 << 8, 1)
    nearest = {
        int(colour @ (1 << 16, 1 << 8, 1)): int(((palette - colour) ** 2).sum(axis=1).argmin())
        for colour in colours.astype(np.int64)
    }
    known, inverse = np.unique(codes, return_inverse=True)
    rows = np.array([nearest[int(code)] for code in known], np.uint8)[inverse].reshape(height, -1)
    lines = np.hstack([np.zeros((height, 1), np.uint8), rows]).tobytes()
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = {b"IHDR": head, b"PLTE": palette.astype(np.uint8).tobytes()}
    parts |= {b"IDAT": zlib.compress(lines, 9), b"IEND": b""}
    return _SIGNATURE + b"".join(_chunk(kind, data) for kind, data in parts.items())


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _pixels(png: bytes) -> NDArray[np.int64]:
    """The pixels of a browser's PNG, eight bits a channel, as (height, width, 3)."""
    place, packed = len(_SIGNATURE), b""
    while place < len(png):
        length, kind = struct.unpack_from(">I4s", png, place)
        data = png[place + 8 : place + 8 + length]
        if kind == b"IHDR":
            width, height, _, colours = struct.unpack_from(">IIBB", data)
        packed += data if kind == b"IDAT" else b""
        place += 12 + length
    channels = {2: 3, 6: 4}[colours]
    lines = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, -1)
    above = [0] * (width * channels)
    rows = []
    for line in lines.tolist():
        above = _unfiltered(line[0], line[1:], above, channels)
        rows.append(above)
    return np.array(rows).reshape(height, width, channels)[..., :3]


def _unfiltered(kind: int, line: list[int], above: list[int], step: int) -> list[int]:
    """A row of a PNG from its differences to the left, above, or both."""
    row: list[int] = []
    for i, value in enumerate(line):
        left = row[i - step] if i >= step else 0
        corner = above[i - step] if i >= step else 0
        guess = (0, left, above[i], (left + above[i]) // 2, _paeth(left, above[i], corner))[kind]
        row.append((value + guess) & 255)
    return row


def _paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    return min((left, above, corner), key=lambda one: abs(guess - one))


if __name__ == "__main__":
    photograph(student_report(), DOCS / "student-report.png", width=STUDENT[1], height=STUDENT[2])

"""Hostile entries of a class folder: archives, folders, notebooks and names, made when needed.

Each builder gets the class folder and a name, and makes one entry, or several where it takes
more than one to do harm. What must happen to it stands beside it.
"""

import io
import json
import os
import stat
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SOURCE = "def softmax(logits):\n    return logits\n"
MAIN = "submission.py"
BIG = 50 << 20

Build = Callable[[Path, str], None]


@dataclass(frozen=True, slots=True)
class HostileFile:
    """An entry, and what must become of it.

    Args:
        build: makes it.
        refused: what the reason must match if it must not be graded; empty if it may be.
    """

    build: Build
    refused: str = ""


FILES: dict[str, HostileFile] = {}


def hostile(refused: str = "") -> Callable[[Build], Build]:
    def keep(build: Build) -> Build:
        FILES[build.__name__] = HostileFile(build, refused)
        return build

    return keep


def zipped(members: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


def notebook(*sources: str, **cell: object) -> str:
    cells = [
        {"cell_type": "code", "source": s, "metadata": {}, "outputs": [], "execution_count": None}
        for s in sources
    ]
    cells = [{**entry, "id": f"c{number}", **cell} for number, entry in enumerate(cells)]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@hostile(refused="leads out of it")
def zip_that_climbs_out(folder: Path, name: str) -> None:
    data = zipped({MAIN: SOURCE, "../../../../tmp/hostile-mark-slip.py": "x"})
    (folder / f"{name}.zip").write_bytes(data)


@hostile(refused="leads out of it")
def zip_with_an_absolute_path(folder: Path, name: str) -> None:
    members = {MAIN: SOURCE, "/tmp/hostile-mark-abs.py": "x"}
    (folder / f"{name}.zip").write_bytes(zipped(members))


@hostile(refused="leads out of it")
def zip_with_backslashes(folder: Path, name: str) -> None:
    data = zipped({MAIN: SOURCE, "..//..//hostile-mark.py": "x"}).replace(b"..//", b"..\\\\")
    (folder / f"{name}.zip").write_bytes(data)


@hostile(refused="is a link")
def zip_with_a_link(folder: Path, name: str) -> None:
    member = zipfile.ZipInfo(MAIN)
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(folder / f"{name}.zip", "w") as archive:
        archive.writestr(member, "../../course.yaml")


@hostile(refused="larger than")
def zip_bomb_that_says_so(folder: Path, name: str) -> None:
    (folder / f"{name}.zip").write_bytes(zipped({MAIN: bytes(BIG)}))


@hostile(refused="is damaged|larger than")
def zip_bomb_that_says_less(folder: Path, name: str) -> None:
    size = struct.pack("<I", BIG)
    data = zipped({MAIN: bytes(BIG)}).replace(size, struct.pack("<I", 100))
    (folder / f"{name}.zip").write_bytes(data)


@hostile()
def zip_bomb_in_many_pieces(folder: Path, name: str) -> None:
    piece = b"#" * (1 << 20)
    members = {f"m{number}.py": piece for number in range(60)}
    (folder / f"{name}.zip").write_bytes(zipped({MAIN: SOURCE, **members}))


@hostile(refused="no submission.py")
def zip_with_a_hundred_thousand_members(folder: Path, name: str) -> None:
    with zipfile.ZipFile(folder / f"{name}.zip", "w") as archive:
        for number in range(100_000):
            archive.writestr(zipfile.ZipInfo(f"{number}.txt"), b"")


@hostile(refused="there is no submission.py")
def zip_with_ten_thousand_modules(folder: Path, name: str) -> None:
    members = {
        f"{number}.py": f"import {number + 1}\nfrom {number} import x\n" * 5
        for number in range(10_000)
    }
    (folder / f"{name}.zip").write_bytes(zipped({**members, "last.py": "x = 1\n"}))


@hostile(refused="encrypted")
def zip_that_is_encrypted(folder: Path, name: str) -> None:
    data = bytearray(zipped({MAIN: SOURCE}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (folder / f"{name}.zip").write_bytes(data)


def _damaged(method: int, begin: int) -> bytes:
    data = bytearray(zipped({MAIN: SOURCE + os.urandom(300).hex()}, method))
    for position in range(begin, begin + 12):
        data[position] = 0xFF
    return bytes(data)


@hostile(refused="not a readable|is damaged")
def zip_damaged_in_the_middle(folder: Path, name: str) -> None:
    (folder / f"{name}.zip").write_bytes(_damaged(zipfile.ZIP_DEFLATED, 80))


@hostile(refused="not a readable|is damaged")
def zip_damaged_at_its_begin(folder: Path, name: str) -> None:
    (folder / f"{name}.zip").write_bytes(_damaged(zipfile.ZIP_DEFLATED, 43))


@hostile(refused="not a readable|is damaged")
def zip_of_another_method_damaged(folder: Path, name: str) -> None:
    (folder / f"{name}.zip").write_bytes(_damaged(zipfile.ZIP_LZMA, 60))


@hostile(refused="not a readable|not read")
def zip_cut_off(folder: Path, name: str) -> None:
    data = zipped({MAIN: SOURCE * 100})
    (folder / f"{name}.zip").write_bytes(data[: len(data) // 2])


@hostile()
def zip_with_an_empty_name(folder: Path, name: str) -> None:
    data = zipped({"x": "x", "y.py": SOURCE}).replace(b"x", b"\0")
    (folder / f"{name}.zip").write_bytes(data)


@hostile(refused="no submission.py")
def zip_whose_names_act(folder: Path, name: str) -> None:
    names = (
        "\x1b[2J\x1b]0;owned\x07.py",
        "\u202eyp.1+1=.py",
        "\n=1+1\x9b31m.py",
        "\x07" * 300 + ".py",
    )
    (folder / f"{name}.zip").write_bytes(zipped(dict.fromkeys(names, "x")))


@hostile()
def zip_whose_modules_have_names_that_act(folder: Path, name: str) -> None:
    bad = "\x1b[2J\n\u202e=1+1"
    members = {MAIN: "import importlib\nimportlib.import_module(NAME)\n".replace("NAME", repr(bad))}
    (folder / f"{name}.zip").write_bytes(zipped({**members, f"{bad}.py": "raise ValueError"}))


@hostile(refused="not a regular file|link")
def folder_with_a_link_to_a_neighbour(folder: Path, name: str) -> None:
    (folder / name).mkdir()
    (folder / name / MAIN).symlink_to("../a-neighbour.py")


@hostile()
def folder_with_a_link_to_the_secret(folder: Path, name: str) -> None:
    (folder / name).mkdir()
    (folder / name / MAIN).write_text(f"from secret import *\n{SOURCE}")
    (folder / name / "secret.py").symlink_to(folder.parent / "course.yaml")


@hostile(refused="not a regular file|link|no submission.py")
def folder_with_a_linked_folder(folder: Path, name: str) -> None:
    (folder / name).mkdir()
    (folder / name / "inner").symlink_to("../b-neighbour-with-modules", target_is_directory=True)


@hostile(refused="not a regular file|link|folder")
def link_to_the_folder_of_a_neighbour(folder: Path, name: str) -> None:
    (folder / name).symlink_to("b-neighbour-with-modules", target_is_directory=True)


@hostile(refused="not a regular file|link")
def link_to_a_neighbour(folder: Path, name: str) -> None:
    (folder / f"{name}.py").symlink_to("a-neighbour.py")


@hostile(refused="not a regular file")
def pipe_that_nobody_writes_to(folder: Path, name: str) -> None:
    os.mkfifo(folder / f"{name}.py")


@hostile()
def folder_with_a_pipe(folder: Path, name: str) -> None:
    (folder / name).mkdir()
    (folder / name / MAIN).write_text(SOURCE)
    os.mkfifo(folder / name / "module.py")


@hostile()
def folder_of_hundreds_of_levels(folder: Path, name: str) -> None:
    (folder / name).mkdir()
    (folder / name / MAIN).write_text(SOURCE)
    here = os.open(folder / name, os.O_RDONLY)
    for _ in range(500):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)


@hostile()
def zip_of_hundreds_of_levels(folder: Path, name: str) -> None:
    members = {MAIN: SOURCE, "d/" * 2000 + "module.py": SOURCE}
    (folder / f"{name}.zip").write_bytes(zipped(members))


@hostile()
def folder_with_many_files(folder: Path, name: str) -> None:
    (folder / name).mkdir()
    (folder / name / MAIN).write_text(SOURCE)
    for number in range(6000):
        (folder / name / f"m{number}.py").touch()


@hostile(refused="larger than")
def notebook_of_a_hundred_megabytes(folder: Path, name: str) -> None:
    with open(folder / f"{name}.ipynb", "wb") as file:
        file.write(b'{"cells": [')
        file.truncate(100 << 20)


@hostile(refused="not a readable notebook")
def notebook_nested_deeply(folder: Path, name: str) -> None:
    (folder / f"{name}.ipynb").write_text('{"cells":' + "[" * 900_000)


@hostile(refused="not a readable notebook|text|UTF-8|character")
def notebook_with_half_a_character(folder: Path, name: str) -> None:
    (folder / f"{name}.ipynb").write_text(notebook(SOURCE + "x = '\ud800'"))


@hostile()
def notebook_with_a_line_of_spaces(folder: Path, name: str) -> None:
    (folder / f"{name}.ipynb").write_text(
        notebook(SOURCE + " " * 30_000 + "(\n" + "a " * 30_000 + "(")
    )


@hostile()
def notebook_with_many_cells(folder: Path, name: str) -> None:
    (folder / f"{name}.ipynb").write_text(notebook(*["raise ValueError"] * 5000))


@hostile(refused="not a readable notebook|no submission")
def notebook_with_wrong_types(folder: Path, name: str) -> None:
    (folder / f"{name}.ipynb").write_text(notebook("", source={"a": [1, None]}, metadata=7))


@hostile()
def notebook_whose_cells_act(folder: Path, name: str) -> None:
    text = "\x1b[2J\u202e=1+1\x9b31m</script>"
    cells = [f"raise type({text!r}, (Exception,), {{}})({text!r} * 100)"] * 30
    (folder / f"{name}.ipynb").write_text(notebook(*cells, SOURCE))


@hostile()
def source_that_is_a_parser_bomb(folder: Path, name: str) -> None:
    (folder / f"{name}.py").write_text(f"x = {'-' * 200_000}1\n{SOURCE}")


@hostile()
def source_of_nested_brackets(folder: Path, name: str) -> None:
    (folder / f"{name}.py").write_text(f"x = {'(' * 100_000}1{')' * 100_000}\n{SOURCE}")


@hostile()
def source_in_another_encoding(folder: Path, name: str) -> None:
    (folder / f"{name}.py").write_bytes(SOURCE.encode("utf-16"))


@hostile()
def source_with_zero_bytes(folder: Path, name: str) -> None:
    (folder / f"{name}.py").write_bytes(SOURCE.encode() + b"\0\x1a\x0c")


@hostile()
def source_with_a_lying_encoding(folder: Path, name: str) -> None:
    (folder / f"{name}.py").write_bytes(b"# -*- coding: idna -*-\n" + SOURCE.encode())


@hostile()
def source_of_one_giant_line(folder: Path, name: str) -> None:
    (folder / f"{name}.py").write_text("x = '" + "\x1b" * 1_500_000 + "'; raise ValueError(x)")


@hostile()
def names_that_act(folder: Path, name: str) -> None:
    endings = ("\x1b[31m", "\x9b2J", "\n=1+1", "\u202eyp", "\r", "\t", "e\u0301" + "\u0301" * 50)
    for ending in (*endings, "[bold]", "<script>", "'\"`$(id)", "%s%n", " ", "\u200b"):
        (folder / f"{name}{ending}.py").write_text(SOURCE)


@hostile()
def names_that_are_formulas(folder: Path, name: str) -> None:
    for begin in ("=1+1|", "+1+", "-1-", "@SUM-", "\t=1+", "\r=1+", " =1+", "\n=1+", "'=", '"='):
        (folder / f"{begin}{name}.py").write_text(SOURCE)


@hostile()
def names_that_are_options(folder: Path, name: str) -> None:
    for text in (
        "--help",
        "-rf",
        "~",
        "nul",
        "con",
        "course-secret",
        "grades.csv",
        "run.json",
        "%2e",
    ):
        (folder / f"{text}.py").write_text(SOURCE)


@hostile()
def name_that_is_very_long(folder: Path, name: str) -> None:
    (folder / f"{name}{'n' * (250 - len(name))}.py").write_text(SOURCE)


@hostile()
def name_that_is_no_text(folder: Path, name: str) -> None:
    path = os.fsencode(folder / name) + b"\xff\xfe\xed\xa0\x80.py"
    with open(path, "w", encoding="ascii") as file:
        file.write(SOURCE)


@hostile()
def names_that_become_one(folder: Path, name: str) -> None:
    for ending in ("py", "zip", "py.py", "py.json.py", "json.py", "ipynb.py", "ipynb"):
        (folder / f"{name}.{ending}").write_text(SOURCE)

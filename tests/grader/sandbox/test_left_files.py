"""What a child left in its folder is removed, whatever it is, and nothing else."""

import os
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from grader.sandbox import left_files
from grader.sandbox.contract import Code, StudentCall
from grader.sandbox.left_files import remove_folder
from grader.sandbox.levels import NONE
from grader.sandbox.warm import WarmSandbox
from tests.grader.sandbox.conftest import LIMITS, no_answer

NESTED = """
import os
def f():
    for n in range(1500):
        os.mkdir("d")
        open("file", "w").close()
        os.chdir("d")
    os.chmod(".", 0)
    return 1
"""


def nested(folder):
    here = os.getcwd()
    os.chdir(folder)
    for _ in range(1500):
        os.mkdir("d")
        os.chdir("d")
    os.chdir(here)


def with_unreadable_modes(folder):
    inner = folder / "a" / "b" / "c"
    inner.mkdir(parents=True)
    (inner / "file").touch(mode=0)
    for path in (inner, inner.parent, inner.parent.parent):
        path.chmod(0)


def with_pipes_and_sockets(folder):
    (folder / "inner").mkdir()
    os.mkfifo(folder / "inner" / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        here = os.getcwd()
        os.chdir(folder / "inner")
        listening.bind("socket")
        os.chdir(here)


def with_strange_names(folder):
    for name in (b"\xff\xfe", b"-rf", b" ", b"a\nb", b"x" * 255, "ä".encode()):
        os.mkdir(os.path.join(os.fsencode(folder), name))
        open(os.path.join(os.fsencode(folder), name, name), "w").close()


def with_links(folder):
    (folder / "to-the-secret").symlink_to(folder.parent / "kept")
    (folder / "inner").mkdir()
    (folder / "inner" / "to-the-secret").symlink_to(folder.parent / "kept")
    (folder / "inner" / "to-nothing").symlink_to("nothing")
    os.link(folder.parent / "kept" / "file", folder / "inner" / "hard")


LEFT = [nested, with_unreadable_modes, with_pipes_and_sockets, with_strange_names, with_links]


@pytest.mark.parametrize("left", LEFT)
def test_it_is_gone_and_what_lies_beside_it_is_not(tmp_path, left):
    folder, kept = tmp_path / "child", tmp_path / "kept"
    folder.mkdir()
    kept.mkdir()
    (kept / "file").write_text("kept")
    mode = stat.S_IMODE(kept.stat().st_mode)
    left(folder)
    remove_folder(str(folder))
    assert os.listdir(tmp_path) == ["kept"]
    assert (kept / "file").read_text() == "kept"
    assert stat.S_IMODE(kept.stat().st_mode) == mode


@pytest.mark.skipif(os.geteuid() != 0, reason="another user must be tried as")
def test_a_user_without_rights_removes_what_is_its_own():
    """Root may read what nobody may; a grader is seldom root."""
    folder = tempfile.mkdtemp()
    os.chown(folder, 60_001, 60_001)
    code = Path(left_files.__file__).read_text() + (
        "import pathlib, sys\n"
        "os.setgid(60001)\n"
        "os.setuid(60001)\n"
        "top = pathlib.Path(sys.argv[1])\n"
        "deep = top / 'a' / 'b'\n"
        "deep.mkdir(parents=True)\n"
        "(deep / 'f').touch()\n"
        "for path in (deep, deep.parent, top):\n"
        "    path.chmod(0)\n"
        "remove_folder(str(top))\n"
    )
    subprocess.run(["/usr/bin/env", "python3", "-c", code, folder], check=True, cwd="/")
    assert not os.path.exists(folder)


def test_a_folder_that_is_gone_or_is_a_link_raises_nothing(tmp_path):
    remove_folder(str(tmp_path / "gone"))
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").touch()
    (tmp_path / "link").symlink_to("kept")
    remove_folder(str(tmp_path / "link"))
    assert (tmp_path / "kept" / "file").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="levels differ elsewhere")
def test_a_childs_folder_is_removed_with_all_that_is_nested_in_it(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    sandbox = WarmSandbox(("numpy",), plans=(NONE,))
    try:
        session = sandbox.open(Code(main="m", cells=(("m.py", NESTED),)), LIMITS)
        assert session.call(StudentCall("f", []), seconds=30, answer=no_answer).value == 1
        assert os.listdir(tmp_path)
        session.close()
        assert os.listdir(tmp_path) == []
    finally:
        sandbox.close()

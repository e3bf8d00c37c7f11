"""A zip archive in memory: its sources, and why some archives are not read."""

import io
import stat
import struct
import warnings
import zipfile

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from grader.errors import SubmissionError
from grader.intake import archive
from grader.intake.archive import files_in_zip, sources_in_zip
from grader.intake.reading import read
from grader.intake.source_files import Unreadable

SOURCES = (".py", ".ipynb")


def zipped(*members, compression=zipfile.ZIP_DEFLATED):
    """An archive of (name or ZipInfo, content) pairs."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", compression) as made:
        for name, content in members:
            made.writestr(name, content)
    return data.getvalue()


def refused(data):
    with pytest.raises(SubmissionError) as raised:
        files_in_zip(data, "ada.zip", SOURCES)
    problem, fix = str(raised.value).split("\n  ")
    assert fix == "Zip the folder that holds submission.py, and hand in that."
    prefix = "ada.zip: the archive was not read: "
    assert problem.startswith(prefix)
    return problem.removeprefix(prefix)


def test_sources_are_read_and_all_else_is_left():
    data = zipped(
        ("submission.py", "x = 1"),
        ("deep/er/module.py", "y = 2"),
        ("notes.txt", "z"),
        ("weights.bin", b"\0" * 1000),
        ("deep/", ""),
    )
    assert files_in_zip(data, "ada.zip", SOURCES) == {
        "submission.py": b"x = 1",
        "deep/er/module.py": b"y = 2",
    }


@pytest.mark.parametrize(
    "compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_every_compression_of_python_is_read(compression):
    data = zipped(("submission.py", "x = 1\n" * 1000), compression=compression)
    assert files_in_zip(data, "a", SOURCES) == {"submission.py": b"x = 1\n" * 1000}


@pytest.mark.parametrize(
    "path",
    [
        "../submission.py",
        "a/../../submission.py",
        "/etc/submission.py",
        "..\\submission.py",
        "C:\\submission.py",
        "../notes.txt",
    ],
)
def test_a_path_that_leads_out_is_refused(path):
    data = zipped(("submission.py", "x = 1"), (path, "y"))
    assert refused(data) == f"the path {path!r} leads out of it"


def link(name, target):
    member = zipfile.ZipInfo(name)
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    return member, target


@pytest.mark.parametrize("name", ["data", "folder/module.py", ".venv/bin/python"])
def test_a_link_is_not_followed(name):
    data = zipped(("submission.py", "x = 1"), link(name, "/etc/passwd"))
    files = {str(file.path): file for file in sources_in_zip(io.BytesIO(data), "ada.zip", [])}
    assert files["submission.py"].read() == b"x = 1"
    if "folder/module.py" in files:
        with pytest.raises(Unreadable, match="is a link"):
            files["folder/module.py"].read()


@pytest.mark.parametrize("path", ["./submission.py", "a/../submission.py", "a//../submission.py"])
def test_a_path_that_stays_inside_is_accused_of_nothing(path):
    assert files_in_zip(zipped((path, "x")), "a", SOURCES) == {"submission.py": b"x"}


def of_system(name, system, content="x = 1", utf8=False):
    """An archive as another program writes it: its system, and the bytes of the name."""
    made = zipfile.ZipInfo("placeholder-" + "x" * 40)
    made.create_system = system
    data = bytearray(zipped((made, content)))
    for signature, length, at in ((b"PK\x03\x04", 26, 30), (b"PK\x01\x02", 28, 46)):
        start = data.find(signature)
        struct.pack_into("<H", data, start + length, len(name))
        del data[start + at : start + at + len(made.filename)]
        data[start + at : start + at] = name
        if utf8:
            flags = start + (6 if at == 30 else 8)
            struct.pack_into("<H", data, flags, struct.unpack_from("<H", data, flags)[0] | 1 << 11)
    end = data.find(b"PK\x05\x06")
    directory = data.find(b"PK\x01\x02")
    struct.pack_into("<LL", data, end + 12, end - directory, directory)
    return bytes(data)


WRITTEN = {
    "Windows, with its slashes": (b"hw\\submission.py", 0, False, "hw/submission.py"),
    "Windows, in its old letters": ("übung.py".encode("cp437"), 0, False, "übung.py"),
    "macOS, in UTF-8 that it does not declare": ("übung.py".encode(), 3, False, "übung.py"),
    "macOS, with accents apart": ("u\u0308bung.py".encode(), 3, True, "übung.py"),
    "7-zip": ("übung.py".encode(), 0, True, "übung.py"),
}


@pytest.mark.parametrize(("name", "system", "utf8", "path"), WRITTEN.values(), ids=WRITTEN)
def test_an_archive_of_another_system_is_read(name, system, utf8, path):
    assert files_in_zip(of_system(name, system, utf8=utf8), "a", SOURCES) == {path: b"x = 1"}


def with_flag(data, bit):
    """The archive with a bit of the general flags set for every member, in both headers."""
    changed = bytearray(data)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = changed.find(signature)
        while at >= 0:
            flags = struct.unpack_from("<H", changed, at + offset)[0]
            struct.pack_into("<H", changed, at + offset, flags | bit)
            at = changed.find(signature, at + 1)
    return bytes(changed)


def test_an_encrypted_archive_is_refused():
    assert refused(with_flag(zipped(("submission.py", "x")), 1)) == "a file in it is encrypted"


def announcing(data, size):
    """The archive with another uncompressed size of its first member in both headers."""
    changed = bytearray(data)
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", changed, changed.find(signature) + offset, size)
    return bytes(changed)


BOMB = zipped(("submission.py", b"#" * (50 << 20)))


def test_a_bomb_is_refused_by_the_size_that_it_announces():
    assert len(BOMB) < 100_000
    assert refused(BOMB) == "its files are larger than 20 MB"


def test_one_large_file_is_refused():
    data = zipped(("submission.py", b"#" * (5 << 20)))
    assert refused(data) == "a file in it is larger than 4 MB"


def test_a_bomb_that_announces_less_is_not_unpacked():
    """The whole must never be in memory, whatever the headers say."""
    import tracemalloc

    tracemalloc.start()
    try:
        sentence = refused(announcing(BOMB, 1000))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sentence.startswith("a file in it is damaged in the archive (Bad CRC-32")
    assert peak < 10 << 20


def test_many_members_are_no_fault():
    data = zipped(("submission.py", "x"), *((f"m{i}.txt", "") for i in range(5000)))
    assert files_in_zip(data, "a", SOURCES) == {"submission.py": b"x"}


def test_a_giant_list_of_members_is_not_read(monkeypatch):
    data = bytearray(zipped(("submission.py", "x")))
    struct.pack_into("<L", data, data.find(b"PK\x05\x06") + 12, archive.MAX_DIRECTORY_BYTES + 1)
    assert refused(bytes(data)) == "its list of files is larger than that of any homework"


def test_a_member_is_read_only_when_it_is_used():
    data = with_flag(zipped(("submission.py", "x"), ("other.py", "y")), 1)
    members = sources_in_zip(io.BytesIO(data), "ada.zip", [])
    assert [str(member.path) for member in members] == ["submission.py", "other.py"]


def test_many_large_members_are_refused():
    data = zipped(*((f"m{i}.py", b"#" * (1 << 20)) for i in range(21)))
    assert refused(data) == "its files are larger than 20 MB"


@pytest.mark.parametrize(
    "data",
    [b"", b"PK", b"x = 1\n", zipped(("a.py", "x"))[:-10], zipped(("a.py", "x"))[40:]],
    ids=["nothing", "two letters", "no zip", "cut at its end", "cut at its start"],
)
def test_what_is_no_archive_is_refused(data):
    assert refused(data).startswith("it is not a readable zip archive (")


def test_an_unknown_compression_is_refused():
    data = bytearray(zipped(("submission.py", "x = 1")))
    struct.pack_into("<H", data, 8, 97)
    struct.pack_into("<H", data, data.find(b"PK\x01\x02") + 10, 97)
    assert refused(bytes(data)).startswith("a file in it is damaged in the archive (")


GOOD = {
    compression: zipped(
        ("submission.py", "import torch\n" * 50), ("m/a.py", "x = 1\n"), compression=compression
    )
    for compression in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
}


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(sorted(GOOD)),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=4),
)
@example(zipfile.ZIP_DEFLATED, [(0.2, 255), (0.21, 255)])
def test_a_damaged_archive_is_read_or_refused_in_one_sentence(compression, damage):
    data = bytearray(GOOD[compression])
    for place, byte in damage:
        data[int(place * len(data))] = byte
    try:
        files = files_in_zip(bytes(data), "ada.zip", SOURCES)
    except SubmissionError:
        return
    assert all(isinstance(content, bytes) for content in files.values())


def test_of_two_members_of_one_name_the_last_is_taken_and_this_is_said(tmp_path):
    data = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(data, "w") as archive:
        warnings.simplefilter("ignore")  # of zipfile itself
        for name, source in (
            ("submission.py", "x = 1"),
            ("parts\\one.py", "y = 1"),
            ("submission.py", "x = 2"),
            ("parts/one.py", "y = 2"),
            ("notes.txt", "1"),
            ("notes.txt", "2"),
        ):
            archive.writestr(name, source)
    (tmp_path / "ada.zip").write_bytes(data.getvalue())
    submission = read(tmp_path / "ada.zip")
    assert submission.cells == (("submission.py", "x = 2"),)
    assert submission.modules == {"parts/one.py": "y = 2"}
    assert submission.notes == (
        "parts/one.py stands more than once in the archive; the last one was taken.",
        "submission.py stands more than once in the archive; the last one was taken.",
    )

"""One submission as text, from each form in which it may be handed in."""

import io
import json
import os
import zipfile
from pathlib import Path

import pytest

from grader.errors import SubmissionError
from grader.intake.reading import entries, read

CODE = "def softmax(logits):\n    return logits\n"
NOTEBOOK = json.dumps(
    {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {},
        "cells": [
            {
                "cell_type": "code",
                "id": "a",
                "metadata": {},
                "source": source,
                "outputs": [],
                "execution_count": None,
            }
            for source in ("%time x = 1", CODE)
        ],
    }
)


def zipped(files):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
    return data.getvalue()


def write(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def refused(path):
    with pytest.raises(SubmissionError) as raised:
        read(path)
    assert raised.value.exit_code == 1
    assert "\n  " in str(raised.value), "the sentence says what to do"
    return str(raised.value)


def test_a_file_is_its_own_main_module(tmp_path):
    submission = read(write(tmp_path, {"ada.py": CODE}) / "ada.py")
    assert submission.name == "ada"
    assert submission.cells == (("ada.py", CODE),)
    assert submission.modules == {}


def test_a_submission_may_be_given_a_name(tmp_path):
    assert read(write(tmp_path, {"ada.py": CODE}) / "ada.py", "Ada L").name == "Ada L"


def test_a_notebook_is_its_cells(tmp_path):
    submission = read(write(tmp_path, {"ada.ipynb": NOTEBOOK}) / "ada.ipynb")
    assert submission.cells == (("ada.ipynb cell 1", "pass"), ("ada.ipynb cell 2", CODE))


@pytest.mark.parametrize(("given", "name"), [(".", "v1.2"), ("../v1.2", "v1.2"), ("..", "ada")])
def test_a_folder_gives_its_whole_name(tmp_path, monkeypatch, given, name):
    write(tmp_path / "ada", {"submission.py": CODE, "v1.2/submission.py": CODE})
    monkeypatch.chdir(tmp_path / "ada" / "v1.2")
    assert read(Path(given)).name == name


FOLDERS = {
    "a main file alone": ({"submission.py": CODE}, {}),
    "modules beside it": (
        {"submission.py": CODE, "blocks.py": "x = 1"},
        {"blocks.py": "x = 1"},
    ),
    "a package beside it": (
        {"submission.py": CODE, "parts/__init__.py": "", "parts/norm.py": "x = 1"},
        {"parts/__init__.py": "", "parts/norm.py": "x = 1"},
    ),
    "one folder down": (
        {"homework/submission.py": CODE, "homework/blocks.py": "x = 1", "README.py": "y"},
        {"blocks.py": "x = 1"},
    ),
    "what macOS adds": (
        {"submission.py": CODE, "__MACOSX/._submission.py": b"\x00\x05\xff", "._x.py": b"\xff"},
        {},
    ),
    "what tools add": (
        {
            "submission.py": CODE,
            "__pycache__/submission.py": "x",
            ".ipynb_checkpoints/submission.ipynb": "x",
            ".git/hooks/submission.py": "x",
            "venv/lib/submission.py": "x",
            ".venv/submission.py": b"\xff",
            "node_modules/a.py": "x",
        },
        {},
    ),
    "a second main file further down": (
        {"submission.py": CODE, "old/submission.py": "x = 1"},
        {"old/submission.py": "x = 1"},
    ),
    "data beside it": ({"submission.py": CODE, "weights.bin": b"\xff" * 100}, {}),
    "a notebook that is not the main file": (
        {"submission.py": CODE, "plots.ipynb": "this is not read"},
        {},
    ),
}


@pytest.mark.parametrize("form", ["folder", "zip"])
@pytest.mark.parametrize(("files", "modules"), FOLDERS.values(), ids=FOLDERS)
def test_a_folder_and_a_zip_hold_the_main_file_and_its_modules(tmp_path, files, modules, form):
    if form == "folder":
        submission = read(write(tmp_path / "ada", files))
    else:
        submission = read(write(tmp_path, {"ada.zip": zipped(files)}) / "ada.zip")
    assert submission.name == "ada"
    assert submission.cells == (("submission.py", CODE),)
    assert submission.modules == modules


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_a_folder_and_a_zip_may_hold_a_notebook(tmp_path, form):
    files = {"submission.ipynb": NOTEBOOK, "blocks.py": "x = 1"}
    if form == "folder":
        submission = read(write(tmp_path / "ada", files))
    else:
        submission = read(write(tmp_path, {"ada.zip": zipped(files)}) / "ada.zip")
    assert [name for name, _ in submission.cells] == [
        "submission.ipynb cell 1",
        "submission.ipynb cell 2",
    ]
    assert submission.modules == {"blocks.py": "x = 1"}


def test_a_folder_and_its_zip_have_the_same_digest(tmp_path):
    files = {"submission.py": CODE, "a/b.py": "x = 1", "c.py": "y = 2"}
    write(tmp_path, {"ada.zip": zipped(dict(reversed(files.items())))})
    assert read(write(tmp_path / "ada", files)).digest == read(tmp_path / "ada.zip").digest


def test_the_digest_changes_with_code_and_file_names_alone(tmp_path):
    def digest(files):
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        return read(write(folder, files)).digest

    first = digest({"submission.py": CODE, "a.py": "x = 1"})
    assert digest({"submission.py": CODE, "a.py": "x = 1", "notes.txt": "z"}) == first
    changed = [
        {"submission.py": CODE + "\n", "a.py": "x = 1"},
        {"submission.py": CODE, "a.py": "x = 2"},
        {"submission.py": CODE, "b.py": "x = 1"},
        {"submission.py": CODE},
        {"submission.py": CODE, "a.py": "x = 1", "b.py": ""},
    ]
    digests = {digest(files) for files in changed}
    assert len(digests) == len(changed)
    assert first not in digests


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("\ufeffx = 1\n".encode(), "x = 1\n"),
        (b"x = 1\r\ny = 2\r\n", "x = 1\ny = 2\n"),
        (b"", ""),
        ("s = 'naïve ∑ 😀'\n".encode(), "s = 'naïve ∑ 😀'\n"),
    ],
    ids=["byte order mark", "Windows line ends", "empty", "beyond ASCII"],
)
def test_text_of_all_systems_is_read(tmp_path, data, text):
    assert read(write(tmp_path, {"a.py": data}) / "a.py").cells == (("a.py", text),)


@pytest.mark.parametrize(
    "data", [b"x = '\xe9'\n", "x = 1\n".encode("utf-16")], ids=["Latin-1", "UTF-16"]
)
def test_text_that_is_not_utf8_is_refused(tmp_path, data):
    assert refused(write(tmp_path, {"a.py": data}) / "a.py") == (
        "a.py: is not UTF-8 text\n  Save it as UTF-8."
    )


def test_the_file_that_is_not_utf8_is_named(tmp_path):
    folder = write(tmp_path / "ada", {"submission.py": CODE, "deep/old.py": b"\xe9"})
    assert refused(folder).startswith("deep/old.py: is not UTF-8 text")


@pytest.mark.parametrize("name", ["a.py", "a.ipynb"])
def test_a_huge_file_is_refused(tmp_path, name):
    path = write(tmp_path, {name: b"#" * ((2 << 20) + 1)}) / name
    assert refused(path).startswith(f"{name}: is larger than 2 MB")


def test_a_file_of_the_largest_size_is_read(tmp_path):
    path = write(tmp_path, {"a.py": b"#" * (2 << 20)}) / "a.py"
    assert len(read(path).cells[0][1]) == 2 << 20


def test_a_huge_zip_is_refused_unread(tmp_path):
    path = tmp_path / "a.zip"
    with open(path, "wb") as file:
        file.truncate((20 << 20) + 1)
    assert refused(path).startswith("a.zip: is larger than 20 MB")


def test_a_folder_with_much_source_is_refused(tmp_path):
    files = {f"m{i}.py": b"#" * (2 << 20) for i in range(11)}
    folder = write(tmp_path / "ada", {"submission.py": CODE, **files})
    assert "holds more than 20 MB of source" in refused(folder)


def test_a_folder_without_a_main_file_says_what_it_holds(tmp_path):
    folder = write(tmp_path / "ada", {"model.py": CODE, "notes.txt": "x", "b/c.py": ""})
    assert refused(folder) == (
        "ada: there is no submission.py or submission.ipynb; it holds b/c.py, model.py\n"
        "  Name the main file submission.py or submission.ipynb."
    )


@pytest.mark.parametrize("files", [{}, {"notes.txt": "x"}])
def test_a_folder_without_sources_says_so(tmp_path, files):
    (tmp_path / "ada").mkdir()
    assert "it holds no source file" in refused(write(tmp_path / "ada", files))


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_two_main_files_are_refused(tmp_path, form):
    files = {"submission.py": CODE, "submission.ipynb": NOTEBOOK}
    write(tmp_path / "ada", files)
    write(tmp_path, {"ada.zip": zipped(files)})
    assert "there are two main files, submission.ipynb and submission.py" in refused(
        tmp_path / ("ada" if form == "folder" else "ada.zip")
    )


def test_two_main_files_one_folder_down_are_refused(tmp_path):
    files = {"a/submission.py": CODE, "b/submission.py": CODE}
    assert "two main files, a/submission.py and b/submission.py" in refused(
        write(tmp_path / "ada", files)
    )


def test_a_broken_zip_is_refused(tmp_path):
    path = write(tmp_path, {"ada.zip": zipped({"submission.py": CODE})[:-5]}) / "ada.zip"
    assert refused(path).startswith("ada.zip: the archive was not read: it is not a readable zip")


def test_a_broken_notebook_in_a_zip_is_refused(tmp_path):
    path = write(tmp_path, {"ada.zip": zipped({"submission.ipynb": "{"})}) / "ada.zip"
    assert refused(path).startswith("submission.ipynb: is not a readable notebook")


@pytest.mark.parametrize("name", ["a.txt", "a.pdf", "a.tar.gz", "a.pyc"])
def test_other_files_are_refused(tmp_path, name):
    path = write(tmp_path, {name: "x"}) / name
    assert refused(path).startswith(f"{name}: a {path.suffix} cannot be graded")


def test_a_file_without_an_ending_is_refused(tmp_path):
    path = write(tmp_path, {"a": "x"}) / "a"
    assert refused(path).startswith("a: a file without an ending cannot be graded")


@pytest.mark.parametrize("name", ["A.PY", "A.ZIP", "A.IPYNB"])
def test_endings_in_capitals_are_read(tmp_path, name):
    content = {"A.PY": CODE, "A.ZIP": zipped({"submission.py": CODE}), "A.IPYNB": NOTEBOOK}[name]
    assert read(write(tmp_path, {name: content}) / name).cells[-1][1] == CODE


@pytest.mark.parametrize("name", ["a.py", "a.zip", "a", "a.txt"])
def test_what_is_missing_is_said_to_be_missing(tmp_path, name):
    sentence = refused(tmp_path / name)
    assert sentence.startswith(f"{tmp_path / name}: ")
    assert "no such file or folder" in sentence.lower()


def test_a_link_is_not_followed(tmp_path):
    write(tmp_path, {"secret.py": CODE})
    (tmp_path / "a.py").symlink_to(tmp_path / "secret.py")
    assert refused(tmp_path / "a.py").startswith("a.py: is not a regular file")


def test_a_link_in_a_folder_is_not_followed(tmp_path):
    write(tmp_path, {"secret.py": CODE})
    folder = write(tmp_path / "ada", {"submission.py": CODE})
    (folder / "module.py").symlink_to(tmp_path / "secret.py")
    assert refused(folder).startswith("module.py: is not a regular file")


def test_a_linked_folder_in_a_folder_is_not_entered(tmp_path):
    write(tmp_path / "secrets", {"key.py": CODE})
    folder = write(tmp_path / "ada", {"submission.py": CODE})
    (folder / "parts").symlink_to(tmp_path / "secrets")
    (folder / "loop").symlink_to(folder)
    assert read(folder).modules == {}


def test_a_link_to_a_folder_is_not_a_submission(tmp_path):
    write(tmp_path / "bob", {"submission.py": CODE})
    (tmp_path / "ada").symlink_to(tmp_path / "bob")
    assert refused(tmp_path / "ada").startswith("ada: is not a regular file")


def test_a_pipe_is_not_read(tmp_path):
    os.mkfifo(tmp_path / "a.py")
    assert refused(tmp_path / "a.py").startswith("a.py: is not a regular file")


def test_entries_of_a_class_are_sorted_and_named_without_their_ending(tmp_path):
    write(tmp_path, {"bob.ipynb": "x", "ada.py": "x", "eve.zip": "x", "dan/submission.py": "x"})
    write(tmp_path, {"v1.2/submission.py": "x", ".DS_Store": "x", "__MACOSX/x": "x"})
    write(tmp_path, {"Icon\r": "", "Thumbs.db": "", "desktop.ini": ""})
    assert {name: path.name for name, path in entries(tmp_path).items()} == {
        "ada": "ada.py",
        "bob": "bob.ipynb",
        "dan": "dan",
        "eve": "eve.zip",
        "v1.2": "v1.2",
    }
    assert list(entries(tmp_path)) == sorted(entries(tmp_path))


@pytest.mark.parametrize(
    "names",
    [
        ["ada.py", "ada.zip"],
        ["ada.py", "ada"],
        ["ada.py", "ada.zip", "ada.py.zip"],
        ["ada.py", "ada.zip", "ada.py.txt", "ada.py.txt.zip"],
        ["ada", "ada.py", "ada.py.zip", "ada.zip"],
    ],
)
def test_no_entry_of_a_class_is_lost_to_another_of_the_same_name(tmp_path, names):
    write(tmp_path, dict.fromkeys(names, "x"))
    found = entries(tmp_path)
    assert sorted(path.name for path in found.values()) == sorted(names)


@pytest.mark.parametrize("content", [None, {}, {".DS_Store": "x"}])
def test_a_class_without_entries_is_one_sentence(tmp_path, content):
    folder = tmp_path / "class"
    if content is not None:
        folder.mkdir()
        write(folder, content)
    with pytest.raises(SubmissionError) as raised:
        entries(folder)
    expected = "there is no such folder" if content is None else "the folder holds no submissions"
    assert str(raised.value).startswith(f"{folder}: {expected}")


def test_a_file_is_no_class(tmp_path):
    with pytest.raises(SubmissionError, match="there is no such folder"):
        entries(write(tmp_path, {"ada.py": "x"}) / "ada.py")


def nested(levels):
    return {"submission.py": CODE, "d/" * levels + "module.py": "x = 1"}


@pytest.mark.parametrize("form", ["folder", "zip"])
@pytest.mark.parametrize("levels", [21, 200])
def test_folders_deep_in_one_another_are_refused(tmp_path, form, levels):
    write(tmp_path / "ada", nested(levels))
    write(tmp_path, {"ada.zip": zipped(nested(levels))})
    name = "ada" if form == "folder" else "ada.zip"
    assert refused(tmp_path / name) == (
        f"{name}: holds folders in folders, more than 20 levels deep\n"
        "  Hand in the folder that holds submission.py, and no others."
    )


def test_empty_folders_deep_in_one_another_are_not_walked(tmp_path):
    write(tmp_path / "ada", {"submission.py": CODE})
    (tmp_path / "ada" / ("d/" * 21)).mkdir(parents=True)
    assert refused(tmp_path / "ada").startswith(
        "ada: holds folders in folders, more than 20 levels"
    )


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_folders_of_the_most_levels_are_read(tmp_path, form):
    write(tmp_path / "ada", nested(20))
    write(tmp_path, {"ada.zip": zipped(nested(20))})
    modules = read(tmp_path / ("ada" if form == "folder" else "ada.zip")).modules
    assert modules == {"d/" * 20 + "module.py": "x = 1"}


ACTING = {
    "a colour": ("a\x1b[31m", r"a\u001b[31m"),
    "a C1 control": ("a\x9b2J", r"a\u009b2J"),
    "right to left": ("a\u202eyp", r"a\u202eyp"),
    "nothing to see": ("a\u200b", r"a\u200b"),
    "a line feed first": ("\n=1+1", r"\u000a=1+1"),
    "a tabulator first": ("\t=1+1", r"\u0009=1+1"),
    "a pile of marks": ("e" + "\u0301" * 50, "e" + "\u0301" * 3),
}


@pytest.mark.parametrize(("acting", "shown"), ACTING.values(), ids=ACTING)
def test_a_name_that_acts_is_shown_by_its_escapes(tmp_path, acting, shown):
    write(tmp_path, {f"{acting}.py": CODE})
    assert list(entries(tmp_path)) == [shown]
    submission = read(tmp_path / f"{acting}.py")
    assert submission.name == shown
    assert submission.cells == ((f"{shown}.py", CODE),)


def test_names_that_become_one_stay_different(tmp_path):
    piles = ["e" + "\u0301" * n for n in (3, 4, 5, 6)]
    names = [*piles, "a\u200b", r"a\u200b", "e" + "\u0301" * 3 + "-2"]
    write(tmp_path, {f"{name}.py": name for name in names})
    found = entries(tmp_path)
    assert {path.stem: name for name, path in found.items()} == {
        piles[0]: piles[0],
        piles[1]: f"{piles[0]}-3",
        piles[2]: f"{piles[0]}-4",
        piles[3]: f"{piles[0]}-5",
        names[6]: names[6],
        r"a\u200b": r"a\u200b",
        "a\u200b": r"a\u200b-2",
    }


HOSTILE = "\x1b[2J\n\u202e"


@pytest.mark.parametrize(
    "files",
    [
        {f"{HOSTILE}.py": "x"},
        {f"{HOSTILE}/submission.py": "x", "b/submission.py": "x"},
        {f"../{HOSTILE}": "x"},
        {"submission.py": "x", f"{HOSTILE}.py": b"\xff"},
        {"submission.py": "x", f"{HOSTILE}.py": b"#" * (3 << 20)},
    ],
    ids=["no main file", "two main files", "a path out of it", "not UTF-8", "large"],
)
def test_what_is_said_of_hostile_names_in_a_zip_only_shows(tmp_path, files):
    sentence = refused(write(tmp_path, {f"{HOSTILE}.zip": zipped(files)}) / f"{HOSTILE}.zip")
    assert not set(sentence) & set("\x1b\u202e")
    assert sentence.count("\n") == 1
    assert "[2J" in sentence


def test_a_long_name_in_a_zip_is_cut(tmp_path):
    path = write(tmp_path, {"ada.zip": zipped({"x" * 50_000 + ".py": "x"})}) / "ada.zip"
    assert len(refused(path)) < 400

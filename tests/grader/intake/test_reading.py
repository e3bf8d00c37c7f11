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
    assert raised.value.exit_code in (1, 2)  # 2 where there is nothing at all
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
    assert submission.cells == (("ada.ipynb cell 1", "%time x = 1"), ("ada.ipynb cell 2", CODE))


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


ENCODED = {
    "declared in the first line": ("# coding: latin-1\ns = 'é'\n", "latin-1"),
    "declared in the second line": (
        "#!/usr/bin/python\n# -*- coding: cp1252 -*-\ns = '€'",
        "cp1252",
    ),
    "declared as an editor does": ("# vim: set fileencoding=gbk :\ns = '你'\n", "gbk"),
}


@pytest.mark.parametrize(("text", "encoding"), ENCODED.values(), ids=ENCODED)
def test_a_declared_encoding_is_read(tmp_path, text, encoding):
    path = write(tmp_path, {"a.py": text.encode(encoding)}) / "a.py"
    assert read(path).cells == (("a.py", text),)
    assert read(path).notes == ()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_what_python_itself_would_not_read_is_read_and_said(tmp_path, encoding):
    submission = read(write(tmp_path, {"a.py": "x = 1\r\n".encode(encoding)}) / "a.py")
    assert submission.cells == (("a.py", "x = 1\n"),)
    (note,) = submission.notes
    assert note == f"a.py is {encoding.upper()}, which Python does not run: save it as UTF-8."


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"x = '\xe9'\n", 1),
        (b"x = 1\ny = '\xe9'\n", 2),
        (b"# coding: punycode\nx = '\xe9'", 2),
        (b"# coding: idna\nx = '\xe9'", 2),
        (b"# coding: no-such-thing\nx = '\xe9'", 2),
    ],
)
def test_text_that_is_not_utf8_is_refused_with_its_line(tmp_path, data, line):
    assert refused(write(tmp_path, {"a.py": data}) / "a.py") == (
        f"a.py: is not UTF-8 text (line {line})\n  Save it as UTF-8."
    )


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_a_module_that_cannot_be_read_matters_only_if_it_is_imported(tmp_path, form):
    files = {"submission.py": CODE, "deep/old.py": b"x = 1\n# \xe9"}
    write(tmp_path, {"ada.zip": zipped(files)})
    submission = read(write(tmp_path / "ada", files) if form == "folder" else tmp_path / "ada.zip")
    assert submission.cells == (("submission.py", CODE),)
    with pytest.raises(SyntaxError, match=r"deep/old.py is not UTF-8 text \(line 2\)"):
        exec(submission.modules["deep/old.py"])  # noqa: S102
    assert submission.notes == (
        "deep/old.py is not UTF-8 text (line 2), and matters only if it is imported.",
    )


def test_a_huge_file_is_refused(tmp_path):
    path = write(tmp_path, {"a.py": b"#" * ((4 << 20) + 1)}) / "a.py"
    assert refused(path).startswith("a.py: is larger than 4 MB")


def test_a_file_of_the_largest_size_is_read(tmp_path):
    path = write(tmp_path, {"a.py": b"#" * (4 << 20)}) / "a.py"
    assert len(read(path).cells[0][1]) == 4 << 20


def with_picture(megabytes):
    notebook = json.loads(NOTEBOOK)
    picture = {"output_type": "display_data", "data": {"image/png": "A" * (megabytes << 20)}}
    notebook["cells"][0]["outputs"] = [picture]
    return json.dumps(notebook)


def test_the_pictures_of_a_notebook_do_not_count(tmp_path):
    path = write(tmp_path, {"a.ipynb": with_picture(5)}) / "a.ipynb"
    assert read(path).cells[-1][1] == CODE
    path = write(tmp_path, {"b.ipynb": with_picture(65)}) / "b.ipynb"
    assert refused(path).startswith("b.ipynb: is larger than 64 MB")


def test_the_source_of_a_notebook_counts(tmp_path):
    notebook = json.loads(NOTEBOOK)
    notebook["cells"][0]["source"] = "#" * ((4 << 20) + 1)
    path = write(tmp_path, {"a.ipynb": json.dumps(notebook)}) / "a.ipynb"
    assert refused(path).startswith("a.ipynb: with it, the source is larger than 4 MB")


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_what_is_not_used_has_no_limit(tmp_path, form):
    files = {
        "submission.py": "from blocks import x\n" + CODE,
        "blocks.py": "from deep.norm import y\nx = 1\n",
        "deep/norm.py": "y = 2\n",
        "plots.ipynb": with_picture(5),
        "model.pt": b"\0" * (30 << 20),
        **{f"m{i}.py": b"#" * (1 << 20) for i in range(8)},
        **{f"data/{i}.txt": "x" for i in range(3000)},
    }
    write(tmp_path, {"ada.zip": zipped(files)})
    submission = read(write(tmp_path / "ada", files) if form == "folder" else tmp_path / "ada.zip")
    assert set(submission.modules) == {"blocks.py", "deep/norm.py"}
    assert submission.notes == ("8 files beside submission.py were not read: nothing names them.",)


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_too_much_source_that_is_used_is_refused(tmp_path, form):
    files = {f"m{i}.py": b"#" * (1 << 20) for i in range(5)}
    files["submission.py"] = "import m0, m1, m2, m3, m4"
    write(tmp_path, {"ada.zip": zipped(files)})
    path = write(tmp_path / "ada", files) if form == "folder" else tmp_path / "ada.zip"
    assert "with it, the source is larger than 4 MB" in refused(path)


TAKEN = {
    "a copy of the browser's": {"submission (1).py": CODE},
    "a capital": {"Submission.py": CODE},
    "a version": {"submission-final_v2.py": CODE},
    "a name of one's own": {"hw1_ada.py": CODE, "notes.txt": "x"},
    "a name of one's own in a folder": {"homework/hw1_ada.py": CODE, "homework/data.csv": ""},
    "with tests beside it": {"hw1_ada.py": CODE, "test_hw1.py": "", "conftest.py": ""},
    "with a module that it imports": {
        "hw1.py": f"from parts import x\n{CODE}",
        "parts.py": "x = 1",
    },
}


@pytest.mark.parametrize("form", ["folder", "zip"])
@pytest.mark.parametrize("files", TAKEN.values(), ids=TAKEN)
def test_the_only_file_that_can_be_meant_is_taken_and_that_is_said(tmp_path, files, form):
    write(tmp_path, {"ada.zip": zipped(files)})
    submission = read(write(tmp_path / "ada", files) if form == "folder" else tmp_path / "ada.zip")
    main = next(iter(files))
    assert submission.cells[0][1] == files[main]
    assert submission.notes == (
        f"{main} was taken for the main file, since nothing is called submission.py.",
    )


def test_a_file_that_is_called_submission_comes_first(tmp_path):
    files = {"submission.py": CODE, "submission (1).py": "x = 1", "hw.py": "y = 2"}
    submission = read(write(tmp_path / "ada", files))
    assert submission.cells == (("submission.py", CODE),)
    assert submission.notes == ()


@pytest.mark.parametrize("form", ["folder", "zip"])
@pytest.mark.parametrize("name", ["env", "my-python", "deep/er/pyenv"])
def test_a_virtual_environment_is_passed_over_whatever_its_name(tmp_path, form, name):
    files = {
        "submission.py": CODE,
        f"{name}/pyvenv.cfg": "home = /usr/bin",
        f"{name}/lib/python3.12/torch/submission.py": b"\xff",
        f"{name}/lib/python3.12/torch/x.py": b"#" * (5 << 20),
    }
    write(tmp_path, {"ada.zip": zipped(files)})
    submission = read(write(tmp_path / "ada", files) if form == "folder" else tmp_path / "ada.zip")
    assert (submission.modules, submission.notes) == ({}, ())


def test_a_folder_without_a_main_file_says_what_it_holds(tmp_path):
    folder = write(tmp_path / "ada", {"model.py": CODE, "loss.py": "x", "b/c.py": ""})
    assert refused(folder) == (
        "ada: there is no submission.py or submission.ipynb; it holds b/c.py, loss.py, model.py\n"
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
    assert refused(tmp_path / "a.py").startswith("a.py: is a link, and")


def test_a_link_in_a_folder_is_not_followed(tmp_path):
    write(tmp_path, {"secret.py": CODE})
    folder = write(tmp_path / "ada", {"submission.py": CODE})
    (folder / "module.py").symlink_to(tmp_path / "secret.py")
    submission = read(folder)
    assert "def" not in submission.modules["module.py"]
    assert submission.notes == (
        "module.py is a link, and links are not followed, and matters only if it is imported.",
    )


def test_a_linked_folder_in_a_folder_is_not_entered(tmp_path):
    write(tmp_path / "secrets", {"key.py": CODE})
    folder = write(tmp_path / "ada", {"submission.py": CODE})
    (folder / "parts").symlink_to(tmp_path / "secrets")
    (folder / "loop").symlink_to(folder)
    assert read(folder).modules == {}


def test_a_link_to_a_folder_is_not_a_submission(tmp_path):
    write(tmp_path / "bob", {"submission.py": CODE})
    (tmp_path / "ada").symlink_to(tmp_path / "bob")
    assert refused(tmp_path / "ada").startswith("ada: is a link")


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
    with pytest.raises(SubmissionError, match="is a file, not a folder of submissions"):
        entries(write(tmp_path, {"ada.py": "x"}) / "ada.py")


def nested(levels):
    return {"submission.py": CODE, "d/" * levels + "module.py": "x = 1"}


@pytest.mark.parametrize("form", ["folder", "zip"])
@pytest.mark.parametrize("levels", [21, 200])
def test_what_lies_deep_in_folders_is_passed_over(tmp_path, form, levels):
    write(tmp_path / "ada", nested(levels))
    write(tmp_path, {"ada.zip": zipped(nested(levels))})
    submission = read(tmp_path / ("ada" if form == "folder" else "ada.zip"))
    assert (submission.modules, submission.notes) == ({}, ())


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
        {f"{HOSTILE}.py": "x", "b.py": "y"},
        {f"{HOSTILE}/submission.py": "x", "b/submission.py": "x"},
        {f"../{HOSTILE}": "x"},
        {f"{HOSTILE}.py": b"\xff"},
        {f"{HOSTILE}.py": b"#" * (5 << 20)},
    ],
    ids=["no main file", "two main files", "a path out of it", "not UTF-8", "large"],
)
def test_what_is_said_of_hostile_names_in_a_zip_only_shows(tmp_path, files):
    sentence = refused(write(tmp_path, {f"{HOSTILE}.zip": zipped(files)}) / f"{HOSTILE}.zip")
    assert not set(sentence) & set("\x1b\u202e")
    assert sentence.count("\n") == 1
    assert "[2J" in sentence


def test_a_long_name_in_a_zip_is_cut(tmp_path):
    path = (
        write(tmp_path, {"ada.zip": zipped({"x" * 50_000 + ".py": "x", "y.py": "y"})}) / "ada.zip"
    )
    assert len(refused(path)) < 400

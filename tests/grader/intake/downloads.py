"""Downloads as each system makes them, written to a folder or a zip by the tests."""

import zipfile

GRADESCOPE = """---
submission_98765:
  :submitters:
  - :name: Ada King-O'Neill
    :sid: "001815"
    :email: ada@example.org
  :created_at: 2026-03-01 22:59:07.123456000 Z
  :score: 12.0
  :status: processed
  :results: !ruby/hash:ActiveSupport::HashWithIndifferentAccess
    tests: &1
    - {name: shift, score: 1.0}
    output: "\\e[31mred"
  :history:
  - :id: 98001
    :created_at: 2026-02-28 10:00:00.000000000 Z
    :score: 0.0
    :submitters: []
    :results:
      tests: *1
submission_98766:
  :submitters:
  - :name: "Łukasz, Żółć"
    :sid: "001816"
    :email: lukasz@example.org
  - :name: Bo
    :email: bo@example.org
  :created_at: 2026-03-02 01:00:00 +0200
  :history: []
"""


def gradescope(source, *, colons=True):
    """A student with a history, and a group of two of whom one has no sid."""
    metadata = GRADESCOPE if colons else GRADESCOPE.replace(" :", " ").replace("- :", "- ")
    return {
        "assignment_1234_export/submission_metadata.yml": metadata,
        "assignment_1234_export/submission_98765/submission.py": source,
        "assignment_1234_export/submission_98766/solution/submission.py": source,
        "assignment_1234_export/submission_98766/.DS_Store": "x",
        "__MACOSX/assignment_1234_export/._submission_98765": "x",
    }


def canvas(source):
    """A late student with a module, one in Arabic, one who is anonymous."""
    return {
        "oneillada_LATE_4711_90210_submission.py": "from parts import *\n",
        "oneillada_LATE_4711_90211_parts.py": source,
        "oneillada_LATE_4711_90212_report.pdf": "%PDF",
        "فاطمة_4712_90213_submission-1.py": source,
        "anon_aB3xY_90214_submission.py": source,
        "typed_4713_text.html": "<p>I did it</p>",
    }


def moodle(source):
    """Folders of both ages, a typed answer, and a group's name before a name."""
    return {
        "Ada King-O'Neill_123_assignsubmission_file/submission.py": source,
        "Ada King-O'Neill_123_assignsubmission_onlinetext/onlinetext.html": "<p>Hello</p>",
        "Group 1-Łukasz Żółć_124_assignsubmission_file_/code/submission.py": source,
        "Bo_125_assignsubmission_onlinetext/onlinetext.html": "<p>Only this</p>",
    }


def moodle_flat(source):
    """The same without folders."""
    return {
        "Ada King-O'Neill_123_assignsubmission_file_submission.py": source,
        "Ada King-O'Neill_123_assignsubmission_file_my_notes_1_2.txt": "x",
        "Łukasz Żółć_124_assignsubmission_file_submission.py": source,
        "Łukasz Żółć_124_assignsubmission_onlinetext_onlinetext.html": "<p>Hello</p>",
    }


def receipt(name, username, files=()):
    """The text file that Blackboard adds to an attempt."""
    lines = [
        f"Name: {name} ({username})",
        "Assignment: HW_2 final",
        "Date Submitted: Sunday, 1 March 2026 23:59:07 o'clock GMT",
        "Current Mark: Needs Marking",
        "",
        "Submission Field:",
        "Name: Somebody Else (mallory)",
        "",
        "Files:",
        *files,
    ]
    return "\r\n".join(lines)


def blackboard(source):
    """Usernames with dots and underscores, and two attempts of one student."""
    ada, bo = "HW_2 final_ada_king.o2", "HW_2 final_bo@example.org"
    old, new = "2026-02-27-10-00-00", "2026-03-01-23-59-07"
    return {
        f"{ada}_attempt_{new}.txt": receipt("Ada King-O'Neill", "ada_king.o2"),
        f"{ada}_attempt_{new}_submission.py": source,
        f"{ada}_attempt_{old}.txt": receipt("Ada King-O'Neill", "ada_king.o2"),
        f"{ada}_attempt_{old}_submission.py": "raise SystemExit\n",
        f"{bo}_attempt_{new}.txt": receipt("Łukasz Żółć", "bo@example.org"),
        f"{bo}_attempt_{new}_my_attempt_2020-01-01-00-00-00_x.py": source,
    }


def brightspace(source):
    """A name with ` - ` in it, a month in French, two attempts."""
    ada = "12345-67890 - Ada King - O'Neill"
    return {
        "index.html": "<html>",
        f"{ada} - Oct 9, 2025 901 AM/submission.py": "raise SystemExit\n",
        f"{ada} - Oct 10, 2025 1022 PM/submission.py": source,
        "12346-67891 - Łukasz Żółć - 10 févr. 2026 2207/code/submission.py": source,
    }


def brightspace_flat(source):
    """The same without folders."""
    return {
        "index.html": "<html>",
        "12345-67890 - Ada King - O'Neill - Oct 10, 2025 1022 PM - submission.py": source,
        "12346-67891 - Łukasz Żółć - 10 Feb, 2026 2207 - lab - Oct 1, 2020 100 AM.py": source,
    }


def nbgrader(source):
    """A course's folder with two steps."""
    return {
        "gradebook.db": "SQLite",
        "nbgrader_config.py": "c = get_config()",
        "source/ps1/submission.py": "x = 1",
        "submitted/ada.king/ps1/submission.py": source,
        "submitted/ada.king/ps1/timestamp.txt": "2026-03-01 14:58:23.948203 America/Los_Angeles\n",
        "submitted/o'bo/ps1/submission.py": source,
        "submitted/o'bo/ps1/timestamp.txt": "2026-03-01 23:00:00 UTC",
    }


def github(source):
    """Clones, in a folder named after the assignment."""
    return {
        "ps-1-submissions/ps-1-ada-king/.git/HEAD": "ref: refs/heads/main",
        "ps-1-submissions/ps-1-ada-king/.git/hooks/submission.py": "raise SystemExit",
        "ps-1-submissions/ps-1-ada-king/submission.py": source,
        "ps-1-submissions/ps-1-ada-lee/.git/HEAD": "ref: refs/heads/main",
        "ps-1-submissions/ps-1-ada-lee/src/submission.py": source,
    }


# layout -> what makes a download, the names of its submissions without a roster
DOWNLOADS = {
    "gradescope": (gradescope, ["001815", "001816+bo@example.org"]),
    "canvas": (canvas, ["anon_aB3xY", "oneillada_4711", "typed_4713", "فاطمة_4712"]),
    "moodle": (moodle, ["Ada King-O'Neill_123", "Bo_125", "Group 1-Łukasz Żółć_124"]),
    "moodle flat": (moodle_flat, ["Ada King-O'Neill_123", "Łukasz Żółć_124"]),
    "blackboard": (blackboard, ["ada_king.o2", "bo@example.org"]),
    "brightspace": (brightspace, ["Ada King - O'Neill_12345", "Łukasz Żółć_12346"]),
    "brightspace flat": (brightspace_flat, ["Ada King - O'Neill_12345", "Łukasz Żółć_12346"]),
    "nbgrader": (nbgrader, ["ada.king", "o'bo"]),
    "github": (github, ["ada-king", "ada-lee"]),
}


def as_folder(files, place):
    """Write them as files of a folder."""
    for name, content in files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return place


def as_zip(files, place):
    """Write them as members of a zip."""
    place = place.with_name(f"{place.name}.zip")
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return place


def as_zip_of_a_folder(files, place):
    """Write them as a zip that somebody made of the unpacked folder."""
    return as_zip({f"{place.name}/{name}": content for name, content in files.items()}, place)


FORMS = (as_folder, as_zip, as_zip_of_a_folder)

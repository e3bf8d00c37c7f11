"""Names that layouts make of a person, a number and a file come apart again, whatever they hold."""

import string

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from grader.intake.layouts.blackboard import blackboard_name, receipt_person
from grader.intake.layouts.brightspace import brightspace_name
from grader.intake.layouts.canvas import canvas_name, without_number
from grader.intake.layouts.github import prefix_of
from grader.intake.layouts.moodle import moodle_name
from grader.intake.roster import name_keys

ids = st.integers(1000, 10**12).map(str)
# What a student may call a file: all but what file systems and Canvas replace.
files = st.text(
    st.characters(exclude_characters='/\\:*?"<>|\0', exclude_categories=["Cs"]), min_size=1
).filter(lambda name: name.strip(". "))
words = st.text(st.characters(categories=["L", "N"], include_characters="'-"), min_size=1)
names = st.lists(words, min_size=1, max_size=4).map(" ".join)
# Canvas keeps word characters in lower case, and takes the underscores around numbers away.
canvas_names = st.from_regex(r"[a-zß-öø-ÿа-яء-يक-ह]ि?[a-z]*(_[a-zñ]+)*", fullmatch=True)


@settings(deadline=None)
@given(canvas_names, st.booleans(), ids, ids, files)
def test_canvas(name, late, user, number, file):
    said = canvas_name(f"{name}{'_LATE' * late}_{user}_{number}_{file}")
    assert said.owner == name
    assert (said.late, said.user, said.number, said.file) == (late, user, int(number), file)


@settings(deadline=None)
@given(st.booleans(), st.text(string.ascii_letters + string.digits, min_size=5, max_size=5), files)
def test_canvas_anonymous(late, user, file):
    said = canvas_name(f"{'LATE_' * late}anon_{user}_90210_{file}")
    assert (said.owner, said.late, said.user, said.file) == ("", late, f"anon_{user}", file)


@settings(deadline=None)
@given(canvas_names, ids, st.sampled_from(["text", "link"]))
def test_canvas_typed(name, user, kind):
    said = canvas_name(f"{name}_{user}_{kind}.html")
    assert (said.owner, said.user, said.typed) == (name, user, True)


@settings(deadline=None)
@given(
    st.text(string.ascii_letters, min_size=1),
    st.one_of(st.integers(1, 7).map(str), st.uuids(version=4).map(str)),
    st.sampled_from(["", ".py", ".tar.gz", ".ipynb"]),
)
def test_what_canvas_adds_to_keep_names_apart_is_taken_off_again(stem, number, ending):
    assert without_number(f"{stem}-{number}{ending}") == f"{stem}{ending}"
    assert without_number(f"{stem}{ending}") == f"{stem}{ending}"


@settings(deadline=None)
@given(names, ids, st.sampled_from(["file", "onlinetext"]), files, st.booleans())
def test_moodle(name, number, plugin, file, flat):
    said = moodle_name(f"{name}_{number}_assignsubmission_{plugin}{f'_{file}' * flat}")
    assert said == (" ".join(name.split()), number, plugin, file * flat)


@settings(deadline=None)
@given(names, ids, st.booleans())
def test_moodle_folders_of_both_ages(name, number, old):
    said = moodle_name(f"{name}_{number}_assignsubmission_file{'_' * old}")
    assert said == (" ".join(name.split()), number, "file", "")


@settings(deadline=None)
@given(
    st.from_regex(r"[\w. -]{1,20}", fullmatch=True),
    st.from_regex(r"[\w.@+-]{1,20}", fullmatch=True),
    files,
)
def test_blackboard(assignment, username, file):
    owner = f"{assignment}_{username}"
    assume("_attempt_" not in f"{owner}_")
    stamp = "2026-03-01-23-59-07"
    said = blackboard_name(f"{owner}_attempt_{stamp}_{file}")
    assert (said.owner, said.stamp, said.file) == (owner, stamp, file)
    receipt = blackboard_name(f"{owner}_attempt_{stamp}.txt")
    assert (receipt.owner, receipt.file) == (owner, "")
    person = receipt_person([f"Name: Ada (Countess) Lovelace ({username})"], owner)
    assert (person.name, person.username) == ("Ada (Countess) Lovelace", username)


def test_a_receipt_that_does_not_agree_with_its_files_name_names_nobody():
    assert receipt_person(["Name: Eve (eve)"], "HW_2_ada") is None
    assert receipt_person(["", "no receipt"], "HW_2_ada") is None
    assert receipt_person([], "HW_2_ada") is None


def test_a_receipt_may_be_in_any_language():
    for word in ("Nom : ", "Nombre: ", "\ufeffNavn:", "姓名\uff1a"):
        assert receipt_person([f"{word}Ada (ada)"], "HW_2_ada").name == "Ada"


dates = st.sampled_from(
    ["Oct 10, 2025 1022 AM", "10 octobre 2025 2207", "10. Okt 2025 907", "2025年10月10日 1022"]
)
parts = st.lists(names, min_size=1, max_size=3).map(" - ".join)


@settings(deadline=None)
@given(ids, ids, parts, dates, files)
def test_brightspace(user, number, name, date, file):
    folder = brightspace_name(f"{user}-{number} - {name} - {date}", is_folder=True)
    assert (folder.user, folder.number, folder.person, folder.date) == (
        user,
        int(number),
        name,
        date,
    )
    flat = brightspace_name(f"{user}-{number} - {name} - {date} - {file}", is_folder=False)
    assert (flat.user, flat.person, flat.date, flat.file) == (user, name, date, file)


logins = st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)?", fullmatch=True)


@settings(deadline=None)
@given(st.from_regex(r"[a-z]+(-[a-z0-9]+)?", fullmatch=True), st.sets(logins, min_size=2))
def test_the_roster_or_the_folder_around_tells_where_a_login_begins(assignment, people):
    folders = [f"{assignment}-{login}" for login in sorted(people)]
    around = f"{assignment}-submissions"
    assert prefix_of(folders, around=around, logins=frozenset()) == f"{assignment}-"
    assert prefix_of(folders, around="x", logins=frozenset(people)) == f"{assignment}-"


@settings(deadline=None)
@given(st.text(), st.text())
def test_no_name_breaks_a_parser(name, other):
    for text in (name, f"{name}_1_2_{other}", f"1-2 - {name} - {other}", f"{name}_attempt_{other}"):
        canvas_name(text)
        moodle_name(text)
        blackboard_name(text)
        brightspace_name(text, is_folder=True)
        brightspace_name(text, is_folder=False)
        name_keys(text)


def test_a_groups_number_and_a_files_number_are_told_apart():
    assert canvas_name("team_3_4711_90210_x.py").owner == "team_3"
    assert canvas_name("team_3_4711_90210_x.py").user == "4711"
    assert canvas_name("ada_4711_90210_3_x.py").file == "3_x.py"
    assert canvas_name("ada_4711_90210_2026_x.py").file == "2026_x.py"


def test_names_agree_however_systems_turn_them():
    for one in ("Lovelace, Ada", "Ada Lovelace", "lovelaceada", "ADA  LOVELACE"):
        assert name_keys(one) & name_keys("Ada Lovelace")
    assert name_keys("Łukasz Żółć") & name_keys("żółćłukasz")
    assert name_keys("José") & name_keys("Jose")
    assert not name_keys("Ada Lovelace") & name_keys("Ada Byron")
    assert name_keys("") == frozenset()


def test_a_flat_name_of_brightspace_without_a_file_is_none():
    name = "12-3 - Ada - Oct 10, 2025 1022 AM"
    assert brightspace_name(name, is_folder=False) is None
    assert brightspace_name(name, is_folder=True).person == "Ada"


def test_logins_that_begin_alike_are_told_by_the_roster():
    folders = ["ps-1-ada-king", "ps-1-ada-lee"]
    assert prefix_of(folders, around="x", logins=frozenset({"ada-king"})) == "ps-1-"
    assert prefix_of(folders, around="x", logins=frozenset()) == "ps-1-ada-", "and that is said"
    assert prefix_of(["ps-", "ps-ada"], around="x", logins=frozenset()) == ""
    assert prefix_of(["ada", "bo"], around="x", logins=frozenset()) == ""


def test_no_name_takes_long():
    """A parser that tries all ways to part a name would take years for these."""
    for piece in ("é", "ᚓ", "_1", "é_1", "LATE_", "_attempt_", " - 2025 ", "-1", ".x", "人 "):
        for name in (
            piece * 300,
            f"1-2 - {piece * 300}",
            f"{piece * 300}_1_2_x",
            f"x{piece * 300}!",
        ):
            canvas_name(name)
            without_number(name)
            moodle_name(name)
            blackboard_name(name)
            brightspace_name(name, is_folder=False)
            brightspace_name(name, is_folder=True)

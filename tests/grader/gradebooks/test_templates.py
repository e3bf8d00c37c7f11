"""Files that other systems gave out: one column is filled in, and what does not fit is told."""

import csv
import io

import pytest

from grader.errors import GraderError
from grader.gradebooks.filling import FillingRules
from grader.gradebooks.targets import Template, filled_template
from grader.records import Person, Status
from tests.grader.gradebooks.a_class import (
    ADA,
    BO,
    CY,
    FinalGrade,
    excused,
    graded,
    without_grade,
)

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Notes,Homework (1) (901),"Quiz, one (902)",\
Final Score essay (903),Read (904),Current Score,Unposted Final Score\r
,,,,,,,Manual Posting,,,,\r
    Points Possible,,,,,,10.0,5,10,(read only),(read only),(read only)\r
"Lovelace, Ada",11,s1,ada@uni.edu,"A and\nB",,,4.5,,,90,90\r
"Å, Bo",12,s2,bo.a,A,,3,,,,,\r
"Zed, Cy",13,,cy,A,,,,,,,\r
"Student, Test",99,,f00,A,,,,,,,\r
"""
MOODLE = """\
Identifikator,Vollständiger Name,ID-Nummer,E-Mail-Adresse,Status,Bewertung,Höchste Bewertung,\
Bewertung kann geändert werden,Zuletzt geändert (Abgabe),Zuletzt geändert (Bewertung),\
Feedback als Kommentar
Teilnehmer/in101,Ada Lovelace,s1,ada@uni.edu,Zur Bewertung abgegeben,,"10,00",Ja,-,-,
Teilnehmer/in102,Bo Å,s2,bo@uni.edu,Zur Bewertung abgegeben,"3,00","10,00",Ja,-,-,"<p>alt</p>"
Teilnehmer/in103,Cy Jr.,s3,cy@uni.edu,Keine Abgabe,,"10,00",Nein,-,-,
"""
BLACKBOARD_HEADER = [
    *("Last Name", "First Name", "Username", "Student ID", "Last Access", "Availability"),
    *("Decoder [Total Pts: 10 Score] |664617", "Total [Total Pts: up to 110 Score] |664600"),
    *("Letter [Total Pts: 10 Letter] |664618", "Mine"),
    *("Grading Notes", "Notes Format", "Feedback to Learner", "Feedback Format"),
]
BLACKBOARD_ROWS = [
    ["Lovelace", "Ada", "ada", "s1", "2026-01-01", "Yes", "", "50", *[""] * 6],
    ["Å", "Bo", "bo.a", "", "2026-01-01", "Yes", "4.00", "50", *[""] * 6],
    ["Doe", "Jane", "jane", "s9", "", "Yes", "", "", *[""] * 6],
]
BRIGHTSPACE = """\
OrgDefinedId,Username,Last Name,First Name,Email,\
"Decoder, one Points Grade <Numeric MaxPoints:10 Weight:5>",Open Points Grade,Decoder Text Grade,\
End-of-Line Indicator
#s1,#ada,Lovelace,Ada,ada@uni.edu,,,,#
#s2,#bo.a,Å,Bo,bo@uni.edu,,,,#
#s9,#jane,Doe,Jane,jane@uni.edu,7,,,#
"""


def blackboard():
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter="\t", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([BLACKBOARD_HEADER, *BLACKBOARD_ROWS])
    return b"\xff\xfe" + text.getvalue().encode("utf-16-le")


FILES = {
    "canvas": b"\xef\xbb\xbf" + CANVAS.encode(),
    "moodle": MOODLE.encode(),
    "blackboard": blackboard(),
    "brightspace": BRIGHTSPACE.encode(),
}
COLUMNS = {"canvas": "Homework (1)", "moodle": "", "blackboard": "Decoder"}
COLUMNS["brightspace"] = "Decoder, one"


def fill(target, *students, column=None, raw=None, feedback=None, **rules):
    return filled_template(
        target,
        Template(name="down.csv", content=FILES[target] if raw is None else raw),
        [student for group in students for student in group],
        column=COLUMNS[target] if column is None else column,
        rules=FillingRules(**rules),
        whole={one.submission: one for group in students for one in group}.__getitem__,
        feedback=feedback,
    )


def cells(target, raw):
    text = raw.decode({"canvas": "utf-8-sig", "blackboard": "utf-16"}.get(target, "utf-8"))
    delimiter = "\t" if target == "blackboard" else ","
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def changed(target, filled):
    """The cells that differ, as (row, column): value."""
    before, after = cells(target, FILES[target]), cells(target, filled.content)
    assert list(map(len, before)) == list(map(len, after))
    return {
        (row, column): value
        for row, values in enumerate(after)
        for column, value in enumerate(values)
        if value != before[row][column]
    }


def misfit(target, *students, **more):
    with pytest.raises(GraderError) as raised:
        fill(target, *students, **more)
    return str(raised.value)


def test_canvas_gets_points_where_its_ids_say_and_nothing_else_changes():
    filled = fill("canvas", graded("x", 10, ADA), graded("y", 7, BO))
    assert changed("canvas", filled) == {(3, 6): "10", (4, 6): "7"}
    expected = FILES["canvas"].replace(b'"A and\nB",,,4.5', b'"A and\nB",,10,4.5')
    assert filled.content == expected.replace(b"bo.a,A,,3,", b"bo.a,A,,7,")
    assert "2 rows without a submission: left as they are." in filled.notes


def test_each_template_of_the_four_is_filled_in_one_column():
    for target, column in (("canvas", 6), ("moodle", 5), ("blackboard", 6), ("brightspace", 5)):
        filled = fill(target, graded("x", 10, ADA), graded("y", 7, BO))
        first = 3 if target == "canvas" else 1
        assert changed(target, filled) == {(first, column): "10", (first + 1, column): "7"}, target


def test_final_points_have_no_float_noise_and_the_decimal_mark_of_the_worksheet():
    third = graded("x", 10, ADA, kind=FinalGrade)
    assert changed("canvas", fill("canvas", third)) == {(3, 6): "8.33"}
    assert changed("moodle", fill("moodle", third)) == {(1, 5): "8,33"}
    assert b',"8,33",' in fill("moodle", third).content


@pytest.mark.parametrize("target", ["canvas", "moodle", "blackboard", "brightspace"])
def test_what_has_no_grade_is_blank_and_never_zero(target):
    filled = fill(
        target, without_grade("x", Status.UNGRADED, ADA), without_grade("y", Status.UNREADABLE, BO)
    )
    assert set(changed(target, filled).values()) <= {""}
    notes = "\n".join(filled.notes)
    assert "Left blank, ungraded: Ada Lovelace (x)." in notes
    assert "Left blank, unreadable: Bo Å (y)." in notes
    if target == "canvas":
        assert "There was a grade before: Bo Å (y) (3). Canvas takes it away" in notes


def test_an_excuse_is_ex_in_canvas_and_left_alone_elsewhere():
    filled = fill("canvas", excused("x", ADA))
    assert changed("canvas", filled) == {(3, 6): "EX"}
    filled = fill("moodle", excused("y", BO))
    assert changed("moodle", filled) == {}
    assert "Left as they are, excused: Bo Å (y)." in filled.notes


def test_each_member_of_a_group_gets_the_points():
    assert changed("canvas", fill("canvas", graded("x", 8, ADA, BO))) == {(3, 6): "8", (4, 6): "8"}


def test_without_people_the_submissions_name_may_be_any_identifier():
    students = graded("ada@uni.edu", 8), graded("12", 7), graded("cy", 6)
    filled = fill("canvas", *students)
    assert changed("canvas", filled) == {(3, 6): "8", (4, 6): "7", (5, 6): "6"}
    assert "name alone" not in "\n".join(filled.notes)


def test_who_is_matched_by_the_name_alone_is_said():
    filled = fill("canvas", graded("ada_lovelace", 8), graded("y", 7, Person(name="BO A\u030a")))
    assert changed("canvas", filled) == {(3, 6): "8", (4, 6): "7"}
    said = "Matched by the name alone: ada_lovelace, BO A\u030a (y). Look at these."
    assert said in filled.notes


def test_somebody_of_the_same_name_with_another_number_is_somebody_else():
    other = Person(name="Ada Lovelace", id="s77")
    said = misfit("canvas", graded("x", 8, other))
    assert "1 student without a row: Ada Lovelace (x)" in said


def test_all_that_does_not_fit_is_told_at_once():
    people = Person(name="Nobody", id="s50"), Person(id="s1", email="bo@uni.edu")
    said = misfit(
        "moodle",
        graded("n", 10, people[0]),
        graded("both", 10, people[1]),
        graded("c", 10, CY),
    )
    assert said.startswith("down.csv: nothing was written, since this does not fit:\n")
    assert "\n  - both fits rows 2 and 3\n" in said.replace("s1 (both)", "both")
    assert "\n  - 1 student without a row: Nobody (n)\n" in said
    assert "\n  - row 4 (Cy, Jr. (c)) is one whose grade cannot be changed" in said
    assert said.count("\n  - ") == 3


def test_two_submissions_never_share_a_row():
    said = misfit("canvas", graded("x", 8, ADA), graded("s1", 7))
    assert "row 4 fits Ada Lovelace (x) and s1" in said


def test_who_has_no_row_is_left_out_only_if_asked():
    students = graded("x", 8, ADA), graded("nobody", 8)
    assert "--allow-missing" in misfit("canvas", *students)
    filled = fill("canvas", *students, allow_missing=True)
    assert changed("canvas", filled) == {(3, 6): "8"}
    assert "Left out, without a row: nobody." in filled.notes


def test_another_maximum_is_an_error_unless_points_are_scaled():
    assert "the column gives 5 points, and the grades are of 10" in misfit(
        "canvas", graded("x", 7, ADA), column="Quiz, one"
    )
    filled = fill("canvas", graded("x", 7, ADA), column="Quiz, one", scale=True)
    assert changed("canvas", filled) == {(3, 7): "3.5"}
    assert "does not say how many points it gives" in misfit(
        "brightspace", graded("x", 7, ADA), column="Open", scale=True
    )


@pytest.mark.parametrize(
    ("target", "column", "said"),
    [
        ("canvas", "Homework", "no column is 'Homework'"),
        ("canvas", "Final Score essay", "Canvas passes over 'Final Score essay (903)'"),
        ("canvas", "Read", "the column 'Read (904)' is read only"),
        ("canvas", "Notes", "'Notes' is no assignment"),
        ("canvas", "Current Score", "Canvas passes over 'Current Score'"),
        ("canvas", "", "which column is to be filled in, is not said"),
        ("moodle", "Identifikator", "beside 'Identifikator' is no maximum grade"),
        ("blackboard", "Total", "is computed by Blackboard"),
        ("blackboard", "Letter", "shows Letter and takes no points"),
        ("blackboard", "Mine", "'Mine' is no column for points"),
        ("brightspace", "Decoder Text Grade", "'Decoder Text Grade' takes no points"),
        ("brightspace", "Nothing", "no column is 'Nothing'"),
    ],
)
def test_a_column_that_would_not_take_the_grades_is_an_error(target, column, said):
    assert said in misfit(target, graded("x", 7, ADA), column=column)


def test_the_columns_there_are_are_named():
    said = misfit("canvas", graded("x", 7, ADA), column="Homewrok")
    assert "Name one with --column: 'Homework (1) (901)', 'Quiz, one (902)'" in said


@pytest.mark.parametrize("target", ["canvas", "moodle", "blackboard", "brightspace"])
def test_the_file_of_another_system_is_refused(target):
    for other in {"canvas", "moodle", "brightspace"} - {target}:
        said = misfit(target, graded("x", 7, ADA), raw=FILES[other], column=COLUMNS[target] or "")
        assert said.startswith("down.csv: "), (target, other)


def test_a_title_that_two_assignments_have_is_told_with_their_headers():
    raw = FILES["canvas"].replace(b"Read (904)", b"Homework (1) (905)")
    said = misfit("canvas", graded("x", 7, ADA), raw=raw)
    assert "2 assignments are called 'Homework (1)'" in said
    filled = fill("canvas", graded("x", 7, ADA), raw=raw, column="Homework (1) (901)")
    assert filled.content != raw


def test_a_gradebook_with_semicolons_and_split_names_is_understood():
    raw = (
        b"LastName;FirstName;ID;SIS Login ID;Section;HW (5)\n"
        b"Points Possible;;;;;10,00\nLovelace;Ada;11;ada;A;\n"
    )
    filled = fill("canvas", graded("Ada Lovelace", 7), raw=raw, column="HW")
    assert filled.content == raw.replace(b"ada;A;", b"ada;A;7")


def test_a_row_that_was_cut_by_hand_is_an_error():
    raw = FILES["brightspace"].replace(b"ada@uni.edu,,,,#", b"ada@uni.edu")
    said = misfit("brightspace", graded("x", 7, ADA), raw=raw)
    assert "is shorter than the header" in said
    assert "does not end with #" in said


def test_a_maximum_that_the_points_exceed_is_an_error():
    class Bonus(FinalGrade):
        __slots__ = ()

        @property
        def final(self):
            return super().final + 3

    said = misfit("canvas", graded("x", 10, ADA, kind=Bonus))
    assert "has 11.33 points, and the column gives 10" in said


def test_feedback_goes_into_the_column_for_it():
    filled = fill("moodle", graded("x", 4, ADA), feedback="")
    assert set(changed("moodle", filled)) == {(1, 5), (1, 10)}
    assert "Row 2 is: wrong, &lt;b&gt;" in changed("moodle", filled)[1, 10]
    filled = fill("blackboard", graded("x", 4, ADA), feedback="")
    assert changed("blackboard", filled)[1, 13] == "HTML"
    assert set(changed("blackboard", filled)) == {(1, 6), (1, 12), (1, 13)}
    assert "no column for feedback" in misfit("canvas", graded("x", 4, ADA), feedback="")


def test_the_column_for_feedback_can_be_named():
    raw = FILES["moodle"].replace(b"Feedback als Kommentar", b"Palaute")
    said = misfit("moodle", graded("x", 4, ADA), raw=raw, feedback="")
    assert "Name it with --feedback. The columns are: 'Identifikator'" in said
    filled = fill("moodle", graded("x", 4, ADA), raw=raw, feedback="Palaute")
    assert b"Row 2 is: wrong" in filled.content


def test_brightspaces_ids_and_usernames_are_known_without_their_sign():
    filled = fill(
        "brightspace", graded("x", 4, Person(id="s1")), graded("y", 5, Person(username="BO.A"))
    )
    assert changed("brightspace", filled) == {(1, 5): "4", (2, 5): "5"}


def test_a_maximum_of_blackboard_may_have_thousands():
    raw = (
        FILES["blackboard"].decode("utf-16").replace("Decoder [Total Pts: 10", "D [x] [Pts: 1,000")
    )
    filled = fill(
        "blackboard", graded("x", 4, ADA), raw=raw.encode("utf-16"), column="D [x]", scale=True
    )
    assert '"Yes"\t"400"' in filled.content.decode("utf-16")


def test_everything_that_was_done_is_said_in_this_order():
    filled = fill(
        "canvas",
        graded("g", 8, Person(id="s1")),
        without_grade("u", Status.UNREADABLE, BO),
        excused("e", Person(username="cy")),
        graded("nobody", 8),
        allow_missing=True,
    )
    assert filled.notes == (
        "1 grade in the column 'Homework (1) (901)'.",
        "Left blank, unreadable: Bo Å (u).",
        "There was a grade before: Bo Å (u) (3). Canvas takes it away when the file is uploaded.",
        "EX for excused: cy (e).",
        "Left out, without a row: nobody.",
        "1 row without a submission: left as they are.",
    )


def test_another_grade_that_is_written_over_is_named_and_the_same_one_is_not():
    over = fill("canvas", graded("x", 8, Person(id="s2")))
    assert "1 other grade stood there before: s2 (x) (3, now 8)." in over.notes
    same = fill("canvas", graded("x", 3, Person(id="s2")))
    assert not any("stood there" in note for note in same.notes)


@pytest.mark.parametrize(
    ("students", "more", "says", "fix"),
    [
        ([graded("n", 8)], {}, "1 student without a row: n", "Say with --roster who is who, "
         "or leave these out with --allow-missing."),
        ([graded("x", 8, ADA)], {"column": "Quiz, one"}, "the column gives 5 points, and the "
         "grades are of 10", "Choose another column, or scale the points with --scale."),
        ([graded("x", 8, ADA), graded("y", 8, ADA)], {}, "row 4 fits Ada Lovelace (x) and Ada "
         "Lovelace (y)", "Say with --roster who is who."),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_with_what_to_do(students, more, says, fix):
    said = misfit("canvas", *students, **more)
    head = "down.csv: nothing was written, since this does not fit:\n  - "
    assert said == f"{head}{says}\n  {fix}"


def test_a_row_that_says_no_maximum_takes_the_points_as_they_are():
    raw = FILES["moodle"].replace(b'abgegeben,,"10,00"', b"abgegeben,,")
    assert b"abgegeben,7,,Ja" in fill("moodle", graded("x", 7, ADA), raw=raw).content


def test_a_row_without_the_feedbacks_cell_is_too_short():
    raw = FILES["moodle"].replace(b'"10,00",Ja,-,-,\n', b'"10,00",Ja,-,-\n')
    assert fill("moodle", graded("x", 7, ADA), raw=raw).content
    said = misfit("moodle", graded("x", 7, ADA), raw=raw, feedback="")
    assert "row 2 (Ada Lovelace (x)) is shorter than the header\n  Download the file again." in said


def test_scaled_points_may_not_exceed_the_column_either():
    class Bonus(FinalGrade):
        __slots__ = ()

        @property
        def final(self):
            return super().final + 3

    student = graded("x", 10, ADA, kind=Bonus)
    said = misfit("canvas", student, column="Quiz, one", scale=True)
    assert "row 4 (Ada Lovelace (x)) has 5.67 points, and the column gives 5\n" in said
    said = misfit("canvas", student, column="Quiz, one")
    assert said.count("\n  - ") == 1


def test_a_maximum_with_thousands_is_read_and_one_that_is_no_number_is_refused():
    for said in (b'"1,000.00"', b'"1.000,00"'):
        raw = FILES["canvas"].replace(b",10.0,5,", b"," + said + b",5,")
        assert "gives 1000 points, and the grades are of 10" in misfit(
            "canvas", graded("x", 10, ADA), raw=raw
        )
    raw = FILES["canvas"].replace(b",10.0,5,", b",ten,5,")
    assert "gives 'ten' points, which is no number" in misfit(
        "canvas", graded("x", 10, ADA), raw=raw
    )


def test_a_column_that_is_read_only_is_not_offered():
    said = misfit("canvas", graded("x", 10, ADA), column="Read")
    assert "the column 'Read (904)' is read only" in said
    assert said.count("(904)") == 1
    assert "'Homework (1) (901)', 'Quiz, one (902)'" in said


def test_grades_are_written_with_the_decimal_mark_of_those_that_stand_there():
    third = graded("x", 10, ADA, kind=FinalGrade)
    raw = FILES["canvas"].replace(b",10.0,5,", b',"10,00",5,')
    assert b'"A and\nB",,"8,33",4.5' in fill("canvas", third, raw=raw).content
    both = raw.replace(b"bo.a,A,,3,", b"bo.a,A,,3.5,")
    assert b'"A and\nB",,8.33,4.5' in fill("canvas", third, raw=both).content

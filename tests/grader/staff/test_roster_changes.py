from grader.intake.roster import roster_in
from grader.staff.roster_changes import KnownPerson, RosterPerson, roster_plan

HEAD = "id,name,email,section\n"
ADA = "s1,Ada Example,ada@example.edu,A\n"
BO = "s2,Bo Example,bo@example.edu,A\n"


def plan(rows, known=()):
    return roster_plan(roster_in((HEAD + rows).encode(), at="roster.csv"), known)


def person(name, full_name="", **more):
    return RosterPerson(person=name, full_name=full_name, **more)


def known(rows, **state):
    """The people as they are after an import of these rows."""
    return [KnownPerson(who=who, **state) for who in plan(rows).new]


def test_who_is_not_known_is_new():
    assert plan(ADA + BO).new == (
        person("s1", "Ada Example", email="ada@example.edu", section="A"),
        person("s2", "Bo Example", email="bo@example.edu", section="A"),
    )


def test_the_same_file_again_changes_nothing():
    again = plan(ADA + BO, known(ADA + BO))
    assert not again.changes_anything
    assert again.same == 2
    assert again.in_words == "2 as before."


def test_what_the_file_says_otherwise_is_a_change():
    [change] = plan(ADA.replace(",A\n", ",B\n"), known(ADA)).changed
    assert list(change.fields) == [("section", "A", "B")]


def test_an_empty_cell_takes_nothing_away():
    assert not plan("s1,Ada Example,,\n", known(ADA)).changes_anything


def test_who_is_missing_is_dropped_and_comes_back():
    assert [who.person for who in plan(ADA, known(ADA + BO)).dropped] == ["s2"]
    dropped = [*known(ADA), *known(BO, is_active=False)]
    assert not plan(ADA, dropped).changes_anything
    after = plan(ADA + BO, dropped)
    assert [change.after.person for change in after.back] == ["s2"]
    assert not after.new


def test_staff_is_never_dropped_and_never_made_by_a_file():
    staff = [KnownPerson(who=person("prof", "Prof"), is_student=False)]
    assert not plan(ADA, [*staff, *known(ADA)]).dropped
    text = "id,name,role\ns9,Tia Example,TeacherEnrollment\ns1,Ada Example,student\n"
    with_role = roster_plan(roster_in(text.encode(), at="r.csv"), staff)
    assert [who.person for who in with_role.new] == ["s1"]
    assert "1 row of people who are no students" in with_role.notes[0]


def test_a_member_of_staff_in_the_file_stays_staff():
    staff = [KnownPerson(who=person("s1", "Ada"), is_student=False)]
    came = plan(ADA, staff)
    assert not came.changes_anything
    assert "is staff of this course already" in came.refused[0]


def test_two_rows_of_one_name_are_both_refused_and_nobody_is_dropped_for_it():
    twin = "S1,Ada Other,other@example.edu,A\n"
    came = plan(ADA + twin + BO, known(ADA + BO))
    assert came.same == 1
    assert not came.changes_anything
    assert came.refused == (
        "2 rows are called s1 (Ada Example and Ada Other): nothing is done with them. "
        "Leave one of them in the file.",
    )


def test_two_rows_of_one_address_are_both_refused():
    came = plan(ADA + "s3,Cy Example,ADA@example.edu,A\n")
    assert not came.new
    assert "have the address ada@example.edu" in came.refused[0]


def test_two_rows_that_are_one_another_twice_over_are_told_once():
    head = "name,email\n"
    rows = "Bob,bob@example.edu\nRobert,bob@example.edu\n"
    came = roster_plan(roster_in((head + rows).encode(), at="roster.csv"), ())
    assert came.refused == (
        "2 rows are called bob@example.edu (Bob and Robert): nothing is done with them. "
        "Leave one of them in the file.",
    )


def test_letters_that_were_guessed_are_told_before_the_import():
    came = roster_plan(roster_in((HEAD + "s1,Zo\u00eb,,\n").encode("cp1252"), at="x"), ())
    assert "look whether all names are right" in came.notes[0]


def test_a_row_that_stands_twice_to_the_letter_is_one():
    assert len(plan(ADA + ADA).new) == 1


def test_somebody_is_known_by_the_address_when_the_id_is_another():
    by_address = [KnownPerson(who=person("ada@example.edu", email="ada@example.edu"))]
    came = plan(ADA, by_address)
    assert not came.new
    assert not came.dropped
    assert came.changed[0].after.person == "ada@example.edu"  # the name in the course stays


def test_two_rows_that_are_one_person_change_it_once():
    ada = [KnownPerson(who=person("ada", email="ada@example.edu"))]
    came = plan("ada,Ada Example,,A\ns1,Ada Example,ada@example.edu,A\n", ada)
    assert len(came.changed) == 1
    assert "stands in another row" in came.refused[0]


def test_most_of_a_class_dropped_is_said():
    three = ADA + BO + "s3,Cy Example,cy@example.edu,A\n"
    assert plan(ADA, known(three)).drops_most
    assert not plan(ADA + BO, known(three)).drops_most


def test_plans_that_do_the_same_have_the_same_digest():
    assert plan(ADA + BO).digest == plan(ADA + BO).digest
    assert plan(ADA + BO).digest != plan(ADA).digest
    assert plan(ADA, known(ADA + BO)).digest != plan(ADA, known(ADA)).digest


def test_names_that_would_act_are_written_as_escapes():
    [who] = plan("s1,Ada\u202eelpmaxE,a@example.edu,A\n").new
    assert who.full_name == "Ada\\u202eelpmaxE"

"""The roster: columns by their names, people by what is surest, and what is odd is told."""

import pytest

from grader.errors import CourseError
from grader.intake.roster import read_roster, roster_beside
from grader.records import Person


@pytest.fixture
def roster(tmp_path):
    def made(text, encoding="utf-8"):
        path = tmp_path / "roster.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return read_roster(path)

    return made


ADA = Person(name="Ada Lovelace", id="1815", email="ada@example.org", username="ada", section="A")


@pytest.mark.parametrize(
    "text",
    [
        "name,id,email,username,section\nAda Lovelace,1815,ada@example.org,ada,A\n",
        "First Name,Last Name,SID,Email,Login,Sections\nAda,Lovelace,1815,ada@example.org,ada,A",
        "Vorname;Nachname;Matrikelnummer;E-Mail-Adresse;Benutzername;Gruppe;Section\n"
        "Ada;Lovelace;1815;ada@example.org;ada;Team 1;A\n",
        "Name;Vorname;Matrikel-Nr.;Mail;Kennung;Section\nLovelace;Ada;1815;ada@example.org;ada;A",
        "Prénom,Nom,Student Number,Adresse de courriel,Nom d'utilisateur,Section\n"
        "Ada,Lovelace,1815,ada@example.org,ada,A\n",
        "OrgDefinedId,Username,Last Name,First Name,Email,Section,End-of-Line Indicator\n"
        "#1815,#ada,Lovelace,Ada,ada@example.org,A,#\n",
        "sep=;\nNAME;STUDENT_ID;E-MAIL;NetID;SECTION\nAda Lovelace;1815;ada@example.org;ada;A\n",
        "LM\n\nname\tid\temail\tlogin\tsection\nAda Lovelace\t1815\tada@example.org\tada\tA",
        "name,id,email,username,section,x\n\n Ada  Lovelace ,1815,ada@example.org,ada,A\n,,,,,\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_rosters_of_many_systems_say_the_same(roster, text, encoding):
    found = roster(text, encoding)
    assert [row.person for row in found.rows] == [ADA]
    assert found.notes == ()


def test_the_id_column_of_a_canvas_gradebook_is_canvas_own(roster):
    found = roster(
        "Student,ID,SIS User ID,SIS Login ID,Section,HW 1 (123)\n"
        "    Points Possible,,,,,10\n"
        '"Lovelace, Ada",4711,1815,ada,A,\n'
        '"Student, Test",9,,,A,\n'
    )
    [row] = found.rows
    assert row.person == Person(
        name="Lovelace, Ada", id="1815", username="ada", section="A", ids={"canvas": "4711"}
    )
    assert found.find(Person(ids={"canvas": "4711"})).by == "canvas"
    assert found.find(Person(ids={"moodle": "4711"})) is None


def test_the_word_before_a_moodle_participants_number_is_of_no_matter(roster):
    for word in ("Participant", "Teilnehmer/in", "参加者"):
        found = roster(f"Identifier,Full name,Email address\n{word} 123,Ada,ada@example.org\n")
        assert found.find(Person(ids={"moodle": "123"})).person.name == "Ada"


def test_the_surest_counts_first_and_the_name_last(roster):
    found = roster(
        "name,id,email,username\nAda Lovelace,1,ada@x.org,ada\nBo,2,bo@x.org,bo\nJosé,3,,\n"
    )
    assert found.find(Person(name="Bo", id="1")).person.id == "1"
    assert found.find(Person(name="Bo", email="ADA@X.ORG")).by == "email"
    assert found.find(Person(username="ada@x.org")).person.id == "1", "a login may be an address"
    by_name = found.find(Person(name="lovelaceada", email="other@x.org"))
    assert (by_name.by, by_name.person.id) == ("name", "1")
    assert found.find(Person(name="Ada Lovelace", id="unknown")) is None
    assert found.find(Person(name="Jose")).person.id == "3"
    assert found.find(Person(name="Cleo", id="9")) is None
    assert found.find(Person()) is None


def test_a_login_on_github_is_no_username_of_the_course(roster):
    found = roster("name,username,github\nAda,ada,countess\nEve,countess,eve\n")
    assert found.find(Person(ids={"github": "Countess"})).person.name == "Ada"
    assert found.find(Person(ids={"github": "ada"})) is None
    assert found.logins == {"countess", "eve"}


def test_two_of_one_name_are_found_by_nothing_but_their_ids(roster):
    found = roster("name,id\nAda,1\nAda,2\n")
    assert found.find(Person(name="Ada")) is None
    assert found.find(Person(name="Ada", id="2")).person.id == "2"


def test_what_stands_twice_is_told(roster):
    found = roster("name,id,email\nAda,1,a@x.org\nAda,1,a@x.org\nBo,1,b@x.org\n")
    assert found.notes == (
        "The roster has 1 row twice.",
        "The roster has the id 1 for Ada and Bo, so it finds nobody.",
    )
    assert found.find(Person(id="1")) is None


def test_staff_is_never_missing(roster):
    found = roster("name,id,role\nAda,1,Student\nTom,2,TA\nIna,3,Instructor\n")
    assert [person.name for person in found.missing(set())] == ["Ada"]
    assert found.missing({0}) == ()


def test_a_roster_acts_on_no_terminal(roster):
    found = roster("name,id\n\x1b[31mAda\u202e,1\n")
    assert found.find(Person(id="1")).person.name == "\\u001b[31mAda\\u202e"
    assert found.missing(set())[0].name == "\\u001b[31mAda\\u202e"


def test_letters_that_were_guessed_are_told(roster):
    guessed = roster("name;id\nZo\u00eb \u00dcnal;1\n".encode("cp1252"))
    assert guessed.missing(set())[0].name == "Zo\u00eb \u00dcnal"
    assert "look whether all names are right" in guessed.notes[0]
    assert roster("name;id\nZo\u00eb \u00dcnal;1\n").notes == ()


def test_a_quotation_mark_within_a_cell_is_one_of_its_letters(roster):
    assert len(roster('name,id\nAda 5" disk,1\n"Bo\nBrown",2\n').rows) == 2


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name,id\n", "roster.csv: the roster names nobody\n  Write a line for each"),
        ("name,id\n\n,\n", "the roster names nobody"),
        ("points,grade\n1,2\n", "no column of the roster says who is who; its first line has po"),
        ("", "its first line has nothing"),
        ("name,id\nAda," + "x" * 200_000, "is no CSV: field larger than field limit"),
        (b"name\n" + b"x\n" * (9 << 20), "is larger than 16 MB"),
        (b"PK\x03\x04[Content_Types].xml", "is a workbook of a spreadsheet or a zip, and no CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "is a workbook of a spreadsheet or a zip, and no CSV"),
        ('name,id\n"Ada,1\nBo,2\n', "a quotation mark is not closed, so the row of 'Ada,1' goes"),
    ],
)
def test_what_is_no_roster_is_one_sentence(roster, text, sentence):
    with pytest.raises(CourseError, match=sentence):
        roster(text)


@pytest.mark.parametrize(
    "header",
    [
        'ID,"Vollständiger Name",E-Mail-Adresse,Bewertung',
        "Identifiant,Nom complet,Adresse de courriel,Note",
        "Identificador,Nombre completo,Dirección de correo,Calificación",
        "識別子,氏名,メールアドレス,評点",
    ],
)
@pytest.mark.parametrize("word", ["Teilnehmer/in", "Participant ", "参加者", "KATILIMCI "])
def test_a_worksheet_of_moodle_finds_its_participants_in_any_language(roster, header, word):
    found = roster(f"{header}\n{word}12,Ada King,ada@x.org,\n{word}13,Bo Lee,bo@x.org,\n")
    match = found.find(Person(ids={"moodle": "13"}))
    assert match is not None
    assert (match.person.name, match.person.id, match.by) == ("Bo Lee", "", "moodle")


def test_ids_that_begin_with_letters_are_no_participants(roster):
    found = roster("ID,Name\nstud12,Ada King\nstud13,Bo Lee\n")
    assert found.rows[0].person.id == "stud12"


def test_a_roster_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(CourseError, match=r"cannot be read \(No such file"):
        read_roster(tmp_path / "roster.csv")
    with pytest.raises(CourseError, match="is not a regular file"):
        read_roster(tmp_path)


def test_the_roster_lies_beside_the_course(tmp_path):
    assert roster_beside(None) is None
    assert roster_beside(tmp_path / "course.yaml") is None
    (tmp_path / "roster.csv").touch()
    assert roster_beside(tmp_path / "course.yaml") == tmp_path / "roster.csv"

"""The roster of a course: who is in it, and who is meant by what a download says.

A CSV of any system, or of one's own. Columns are known by their names, in many spellings; the
others are passed over. A person is found by an id, an e-mail address or a username, and by the name
alone only if nothing else is known and nobody else is called so.
"""

import csv
import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import Path

from grader.errors import CourseError
from grader.intake.participant_words import participant_number
from grader.records import Person
from grader.regular_files import NotRegular, opened
from grader.text import clean_line, counted

ROSTER_FILE = "roster.csv"
MAX_BYTES = 16 << 20
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # of today, and of old
_GUESSED = (
    "The roster is not in UTF-8, so its letters were read as Windows writes them in the west:"
    " look whether all names are right, or save it as UTF-8."
)
_SHOWN = 100
_LONGEST = 300
_COLUMNS = {  # what a column holds -> how its name is spelled, letters and digits alone
    "name": "name fullname student studentname displayname participant vollstandigername"
    " nomcomplet nombrecompleto nomecompleto nomecognome cognomenome volledigenaam celejmeno"
    " pełnanazwa fullstandigtnamn fuldenavn fulltnavn kokonimi teljesnev 姓名 氏名 フルネーム",
    "first": "first firstname givenname forename vorname prenom nombre primeironome nome voornaam",
    "last": "last lastname surname familyname nachname familienname nom apellido apellidos apelidos"
    " cognome sobrenome achternaam",
    "id": "id idnummer studentid studentnumber studentno sid sisuserid idnumber matriculationnumber"
    " matriculation matrikelnummer matrikelnr matrikel orgdefinedid universityid uin rollnumber"
    " numerodetudiant numerodidentification numerodeid numerodealumno registrationnumber",
    "email": "email emailaddress mail emailadresse mailadresse adressedecourriel courriel"
    " adresseemail correo correoelectronico direcciondecorreo direcciondeemail"
    " indirizzoemail emailadres epostadress epost sahkoposti adresemail",
    "username": "username user login loginid sisloginid userid netid uniqname account benutzername"
    " anmeldename kennung nomdutilisateur nombredeusuario usuario nomeutente gebruikersnaam",
    "section": "section sections sectionname class klasse tutorial tutorialgroup",
    "group": "group groups groupname team gruppe gruppen groupe groupes grupo grupos",
    "role": "role roles rolle role",
    "canvas": "canvasid canvasuserid",
    "moodle": "identifier moodleid moodleparticipantid participantid",
    "blackboard": "blackboardid blackboardusername",
    "brightspace": "brightspaceid brightspaceuserid d2lid",
    "github": "github githubusername githublogin githubuser githubid",
    "nbgrader": "nbgraderid nbgrader",
    "gradescope": "gradescopeid",
}
SYSTEMS = ("canvas", "moodle", "blackboard", "brightspace", "github", "nbgrader", "gradescope")
_MEANING = {spelled: column for column, words in _COLUMNS.items() for spelled in words.split()}
_CANVAS_ONLY = {"sisuserid", "sisloginid", "rootaccount", "integrationid"}
_STUDENTS = {"", "student", "learner", "studierende", "studierender", "etudiant", "estudiante"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterRow:
    """One person, and what a roster says beside."""

    person: Person
    groups: tuple[str, ...] = ()
    is_student: bool = True


@dataclass(frozen=True, slots=True)
class RosterMatch:
    """Who on the roster is meant, and by what that was found."""

    person: Person
    by: str  # "id", "email", "username", a system, or "name"
    row: int  # its place on the roster


@dataclass(frozen=True)
class Roster:
    """A roster, and what is odd in it."""

    rows: tuple[RosterRow, ...] = ()
    notes: tuple[str, ...] = ()
    _index: dict[str, dict[str, set[int]]] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        for number, row in enumerate(self.rows):
            for kind, value in _known_by(row.person):
                self._index.setdefault(kind, {}).setdefault(value, set()).add(number)

    def find(self, person: Person) -> RosterMatch | None:
        """The one on the roster whom a download means, if that is clear."""
        for kind, value in _looked_for(person):
            found: set[int] = set()
            for known in _same_as(kind):
                found |= self._index.get(known, {}).get(value, set())
            if len(found) == 1:
                return self._match(found.pop(), kind)
        numbers = set()
        for value in name_keys(person.name):
            numbers |= self._index.get("name", {}).get(value, set())
        if len(numbers) != 1 or _is_another(person, self.rows[row := numbers.pop()].person):
            return None
        return self._match(row, "name")

    def members(self, group: str) -> tuple[RosterMatch, ...]:
        """Who is in a group of this name, as the roster says."""
        wanted = _letters(group)
        return tuple(
            self._match(at, "group")
            for at, row in enumerate(self.rows)
            if wanted and wanted in map(_letters, row.groups)
        )

    def missing(self, found: Set[int]) -> tuple[Person, ...]:
        """The students whose rows are not among those that were found."""
        return tuple(
            harmless_person(row.person)
            for at, row in enumerate(self.rows)
            if row.is_student and at not in found
        )

    def _match(self, at: int, by: str) -> RosterMatch:
        return RosterMatch(harmless_person(self.rows[at].person), by, at)

    @property
    def logins(self) -> frozenset[str]:
        """The names on GitHub, in lower case."""
        return frozenset(self._index.get("github", {}))


def read_roster(path: Path) -> Roster:
    """Read a roster.

    Raises:
        CourseError: it cannot be read, or no column says who is who.
    """
    at = clean_line(str(path), 4096)
    return roster_in(_data(path, at), at=at)


def roster_in(data: bytes, *, at: str) -> Roster:
    """The roster in the bytes of a file.

    Args:
        at: what the file is called, for errors.

    Raises:
        CourseError: it is too large, it is no CSV, or no column says who is who.
    """
    if len(data) > MAX_BYTES:
        raise CourseError(
            f"is larger than {MAX_BYTES >> 20} MB", at=at, fix="Name a CSV with one row a person."
        )
    if data.startswith(_WORKBOOKS):
        raise CourseError(
            "is a workbook of a spreadsheet or a zip, and no CSV", at=at, fix="Save it as CSV."
        )
    text, is_guessed = _decoded(data)
    table = list(_rows(text, at))
    header = next((row for row in table if any(map(_column, row))), table[0] if table else [])
    below = table[table.index(header) + 1 :] if header else []
    columns = _columns(_with_participants(header, below))
    if not columns.keys() & {"name", "first", "last", "id", "email", "username", *SYSTEMS}:
        got = ", ".join(clean_line(cell, _SHOWN) for cell in header[:8]) or "nothing"
        raise CourseError(
            f"no column of the roster says who is who; its first line has {got}",
            at=at,
            fix="Name columns `name`, `id`, `email` or `username` in its first line.",
        )
    rows = [row for cells in below if (row := _row(cells, columns))]
    if not rows:
        raise CourseError(
            "the roster names nobody",
            at=at,
            fix="Write a line for each person below its first line, or take the file away.",
        )
    unique = list({_said_of(row): row for row in rows}.values())
    matters = is_guessed and not all(cell.isascii() for cells in below for cell in cells)
    notes = (*([_GUESSED] if matters else []), *_odd(unique, n_rows=len(rows)))
    return Roster(tuple(unique), notes)


def roster_beside(course_file: Path | None) -> Path | None:
    """The roster.csv that lies beside a course.yaml, if there is one."""
    path = course_file.parent / ROSTER_FILE if course_file is not None else None
    return path if path is not None and path.is_file() else None


def harmless_person(person: Person) -> Person:
    """A person with nothing in it that would act on a terminal or an eye."""
    return Person(
        name=clean_line(person.name, _LONGEST),
        id=clean_line(person.id, _LONGEST),
        email=clean_line(person.email, _LONGEST),
        username=clean_line(person.username, _LONGEST),
        section=clean_line(person.section, _LONGEST),
        ids={system: clean_line(value, _LONGEST) for system, value in person.ids.items()},
    )


def name_keys(name: str) -> frozenset[str]:
    """A name without what systems change in it: accents, case, spaces, and the order of its parts.

    Parts are turned, so that `Lovelace, Ada`, `Ada Lovelace` and Canvas's `lovelaceada` agree.
    """
    words = [word for word in map(_letters, re.split(r"[\s,;]+", name)) if word]
    return frozenset("".join(words[n:] + words[:n]) for n in range(min(len(words), 8)))


def _letters(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(filter(_counts, apart))


def _counts(letter: str) -> bool:
    """Not an accent; but the vowel signs of many scripts are as good as letters."""
    is_sign = unicodedata.category(letter).startswith("M") and not "\u0300" <= letter <= "\u036f"
    return letter.isalnum() or is_sign


def _column(name: str) -> str:
    return _MEANING.get(_letters(name), "")


def _with_participants(header: Sequence[str], below: Sequence[Sequence[str]]) -> Sequence[str]:
    """A worksheet of Moodle has its numbers in a first column whose name is in any language."""
    cells = [row[0] for row in below if row and row[0].strip()]
    is_moodles = bool(cells) and all(map(participant_number, cells))
    return ("Identifier", *header[1:]) if is_moodles else header


def _columns(header: Sequence[str]) -> dict[str, int]:
    """Where each column stands; of two of one kind the first with the better name."""
    spelled = [_letters(cell) for cell in header]
    is_canvas = bool(_CANVAS_ONLY & set(spelled))
    found: dict[str, int] = {}
    for at, name in enumerate(spelled):
        # In a gradebook of Canvas the column ID has Canvas's own numbers.
        column = "canvas" if is_canvas and name == "id" else _MEANING.get(name, "")
        if column and column not in found:
            found[column] = at
    return found


def _row(cells: Sequence[str], columns: Mapping[str, int]) -> RosterRow | None:
    said = {
        column: " ".join(cells[at].split()).removeprefix("#")
        for column, at in columns.items()
        if at < len(cells)
    }
    # Where there is a first name beside it, a column `Name` has the last one.
    last = said.get("last", "") or (said.get("name", "") if said.get("first") else "")
    whole = "" if said.get("first") else said.get("name", "")
    name = whole or f"{said.get('first', '')} {last}".strip()
    ids = {system: said[system] for system in SYSTEMS if said.get(system)}
    if number := re.search(r"\d+$", ids.get("moodle", "")):
        ids["moodle"] = number[0]  # of `Participant 123`, in any language
    person = Person(
        name=name,
        id=said.get("id", ""),
        email=said.get("email", ""),
        username=said.get("username", ""),
        section=said.get("section", ""),
        ids=ids,
    )
    if not (name or person.id or person.email or person.username or ids):
        return None
    if _letters(name) in ("pointspossible", "studenttest", "teststudent"):
        return None  # rows of a gradebook of Canvas that are nobody's
    groups = tuple(one.strip() for one in re.split(r"[;,|]", said.get("group", "")) if one.strip())
    is_student = _letters(said.get("role", "")) in _STUDENTS
    return RosterRow(person=person, groups=groups, is_student=is_student)


def _said_of(row: RosterRow) -> tuple[str, ...]:
    person = row.person
    known = (person.name, person.id, person.email, person.username)
    return (*known, *(f"{system} {value}" for system, value in person.ids.items()))


def _known_by(person: Person) -> Iterator[tuple[str, str]]:
    yield from _looked_for(person)
    for key in name_keys(person.name):
        yield "name", key


def _looked_for(person: Person) -> Iterator[tuple[str, str]]:
    """What tells a person from others, the surest first."""
    for system in SYSTEMS:
        if value := person.ids.get(system):
            yield system, value.casefold()
    for kind, value in (
        ("id", person.id),
        ("email", person.email),
        ("username", person.username),
    ):
        if value:
            yield kind, value.casefold()


def _is_another(said: Person, known: Person) -> bool:
    """Whether an id that both have tells two people of one name apart."""
    of_said, of_known = {"id": said.id} | said.ids, {"id": known.id} | known.ids
    return any(
        of_said[kind].casefold() != of_known[kind].casefold()
        for kind in of_said.keys() & of_known.keys()
        if of_said[kind] and of_known[kind]
    )


def _same_as(kind: str) -> tuple[str, ...]:
    """Which columns hold the same: a login may be an address, and courses call either an id."""
    return {
        "blackboard": ("blackboard", "username"),
        "nbgrader": ("nbgrader", "username", "id"),
        "username": ("username", "email", "id"),
        "id": ("id", "username"),
    }.get(kind, (kind,))


def _odd(rows: Sequence[RosterRow], *, n_rows: int) -> Iterator[str]:
    if n_rows > len(rows):
        yield f"The roster has {counted(n_rows - len(rows), 'row')} twice."
    for kind in ("id", "email", "username", *SYSTEMS):
        people: dict[str, list[str]] = defaultdict(list)
        for row in rows:
            for known, value in _looked_for(row.person):
                if known == kind:
                    people[value].append(row.person.name or value)
        for value, names in sorted(people.items()):
            if len(names) > 1:
                shown = clean_line(value, _SHOWN)
                both = " and ".join(clean_line(name, _SHOWN) for name in names[:3])
                yield f"The roster has the {kind} {shown} for {both}, so it finds nobody."


def _data(path: Path, at: str) -> bytes:
    try:
        with opened(path.resolve()) as file:
            return file.read(MAX_BYTES + 1)
    except NotRegular as error:
        raise CourseError(str(error), at=at, fix="Name a CSV file.") from error
    except OSError as error:
        raise CourseError(
            f"cannot be read ({error.strerror})", at=at, fix="Check the path and its rights."
        ) from error


def _decoded(data: bytes) -> tuple[str, bool]:
    """The text, and whether its letters are guessed: what spreadsheets on Windows write."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace"), False
    try:
        return data.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace"), True


def together(on_roster: Person, said: Person) -> Person:
    """What the roster says, with the ids of other systems that are known of the person beside."""
    return replace(
        on_roster,
        name=on_roster.name or said.name,
        email=on_roster.email or said.email,
        username=on_roster.username or said.username,
        ids=said.ids | on_roster.ids,
    )


def _rows(text: str, at: str) -> Iterator[list[str]]:
    """The rows that hold something, by the delimiter that its beginning has most of."""
    lines = text.replace("\0", "").splitlines()
    lines = lines[1:] if lines and lines[0].lower().startswith("sep=") else lines
    beginning = "\n".join(lines[:3])
    delimiter = max(",;\t", key=beginning.count)
    row: list[str] = []
    try:
        for row in csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter):
            if any(cell.strip() for cell in row):
                yield row
    except csv.Error as error:
        raise CourseError(f"is no CSV: {error}", at=at, fix="Save it as CSV again.") from error
    if any("\n" in cell for cell in row) and _goes_on(lines, delimiter, row):
        begin = clean_line(row[0].splitlines()[0] if row[0] else "", _SHOWN)
        raise CourseError(
            f"a quotation mark is not closed, so the row of {begin!r} goes on to the end",
            at=at,
            fix="Close it, or save the file as CSV again.",
        )


def _goes_on(lines: Sequence[str], delimiter: str, last: Sequence[str]) -> bool:
    """Whether the last row ends within quotation marks: one more then closes it, and adds none."""
    *_, closed = csv.reader(io.StringIO("\n".join(lines) + '"'), delimiter=delimiter)
    return closed == last

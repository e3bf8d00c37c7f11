"""Course and assignment settings as typed values, and the sentences when they are wrong."""

import pytest

from grader.errors import CourseError
from grader.settings import (
    Course,
    assignments,
    course_around,
    course_file_of,
    find_assignment,
    load_assignment,
    load_course,
)


def test_the_shipped_assignment_is_found_by_name_and_by_folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    by_name = find_assignment("decoder-generation")
    assert by_name.name == "decoder-generation"
    assert by_name.total == 100
    assert find_assignment(str(by_name.folder)) == by_name
    assert by_name in assignments()


def test_an_unknown_assignment_names_the_near_one():
    with pytest.raises(CourseError, match="there is no assignment 'decoder-generatoin'") as raised:
        find_assignment("decoder-generatoin")
    assert "Did you mean 'decoder-generation'?" in str(raised.value)


def test_an_assignment_knows_its_settings(small):
    assignment = load_assignment(small)
    assert (assignment.name, assignment.title) == ("arithmetic", "Arithmetic on arrays")
    assert (assignment.total, assignment.limits.call_seconds) == (7, 1)
    assert assignment.stage("both").uses == ("shift", "double")


def test_shortcuts_are_known_by_name_with_the_stages_they_concern(small):
    path = small / "assignment.yaml"
    text = path.read_text().replace("Add one,", "Add one, forbidden: [c.d, e],")
    text = text.replace("Times two,", "Times two, forbidden: [e],")
    path.write_text(text + "shortcuts: {forbidden: [a.b], consequence: no points}\n")
    assignment = load_assignment(small)
    assert assignment.shortcuts_cost_points
    assert assignment.shortcuts == {"a.b": (), "c.d": ("shift",), "e": ("shift", "double")}


MISTAKES = {
    "points that do not add up": (
        ("total: 7", "total: 8"),
        "assignment.yaml: the stages add up to 7 points, but total is 8",
    ),
    "a stage twice": (
        ("name: double", "name: shift"),
        "assignment.yaml: the stage 'shift' stands twice",
    ),
    **{
        f"a stage called {name}": (
            ("name: double", f"name: {name}"),
            f"assignment.yaml: the stage '{name}' has a name that `student` itself needs\n"
            "  Give it another name; these are taken: answer_forward, make, observe, once, "
            "shapes_of, value_of, and what begins with an underscore.",
        )
        for name in ("observe", "once", "make", "_call", "__init__")
    },
    **{
        f"a stage called {name}": (
            ("name: double", f"name: '{name}'"),
            f"assignment.yaml: the stage '{name}' cannot be the name of a Python function\n"
            "  Name it with letters, digits and underscores, and by no word of Python's own, "
            "e.g. `causal_mask`.",
        )
        for name in ("", "two words", "layers[0]", "2d", "lambda", "None")
    },
    "a stage that uses a later one": (
        ("Add one, points: 2,", "Add one, points: 2, uses: [double],"),
        "stage 'shift' uses 'double', which does not come before it",
    ),
    "an unknown inner stage": (
        ("uses: [shift, double]", "uses: [shift, triple]"),
        "stage 'both' uses 'triple', which does not come before it",
    ),
    "a misspelt key": (("limits:", "limit:"), "Did you mean 'limits'?"),
    "points in words": (
        ("points: 3", "points: three"),
        "assignment.yaml:6: stages[1].points: expected an integer, got 'three'",
    ),
    "points below zero": (
        ("points: 3", "points: -3"),
        "assignment.yaml:6: stages[1].points: expected an integer >= 0, got -3",
    ),
    "no time for a call": (
        ("call_seconds: 1,", "call_seconds: 0,"),
        "assignment.yaml:3: limits.call_seconds: expected a number > 0.0, got 0",
    ),
    "a limit of no memory": (
        ("memory_megabytes: 256", "memory_megabytes: 0"),
        "limits.memory_megabytes: expected an integer >= 1, got 0",
    ),
    "an unknown consequence": (
        ("stages:", "shortcuts: {consequence: zero}\nstages:"),
        "shortcuts.consequence: expected one of note, no points, got 'zero'",
    ),
    "a shortcut that is no name": (
        ("stages:", "shortcuts: {forbidden: ['F.softmax(x)']}\nstages:"),
        "shortcuts.forbidden: 'F.softmax(x)' is no name of a function, class or package\n"
        "  Write the full name with dots, e.g. `torch.nn.MultiheadAttention`.",
    ),
    "a shortcut twice": (
        ("stages:", "shortcuts: {forbidden: [a.b, a.b]}\nstages:"),
        "shortcuts.forbidden: 'a.b' is forbidden twice",
    ),
    "a shortcut of all stages in one": (
        (
            "stages:",
            "shortcuts: {forbidden: [a.b, c]}\nstages:",
            "Add one,",
            "Add one, forbidden: [c],",
        ),
        "forbidden of stage 'shift': 'c' is forbidden twice",
    ),
    "too many shortcuts": (
        ("stages:", f"shortcuts: {{forbidden: {[f'a.b{i}' for i in range(101)]}}}\nstages:"),
        "101 shortcuts are forbidden; 100 are the most",
    ),
}


@pytest.mark.parametrize(("change", "sentence"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_assignment_yaml_is_one_sentence(small, change, sentence):
    settings = small / "assignment.yaml"
    text = settings.read_text()
    for old, new in zip(change[::2], change[1::2], strict=True):
        assert old in text
        text = text.replace(old, new)
    settings.write_text(text)
    with pytest.raises(CourseError) as raised:
        load_assignment(small)
    assert sentence in str(raised.value)
    assert raised.value.exit_code == 2


@pytest.mark.parametrize(
    "changed",
    ["assignment.yaml", "conftest.py", "test_visible.py", "hidden/test_random.py"],
)
def test_the_digest_changes_with_what_can_change_a_grade(small, changed):
    before = load_assignment(small).digest
    path = small / changed
    path.write_text(path.read_text() + "\n# changed\n")
    assert load_assignment(small).digest != before


@pytest.mark.parametrize("new", ["tables.npz", "hidden/deeper/test_more.py", "hidden/tables.npz"])
def test_the_digest_changes_with_a_new_file_of_the_checks(small, new):
    before = load_assignment(small).digest
    (small / new).parent.mkdir(exist_ok=True)
    (small / new).write_text("")
    assert load_assignment(small).digest != before


@pytest.mark.parametrize(
    "new",
    [
        "handout.md",
        "starter.py",
        ".notes",
        "examples/right.py",
        "__pycache__/test.pyc",
        "hidden/__pycache__/test.pyc",
    ],
)
def test_the_digest_stays_with_what_cannot_change_a_grade(small, new):
    before = load_assignment(small).digest
    (small / new).parent.mkdir(exist_ok=True)
    (small / new).write_text("")
    assert load_assignment(small).digest == before


def test_without_a_file_the_course_has_its_defaults():
    assert load_course(None) == Course()


@pytest.mark.parametrize("name", ["course.yaml", "course.yml"])
def test_the_course_of_a_class_is_here_or_above_its_submissions(tmp_path, name):
    submissions = tmp_path / "term" / "hw1" / "class"
    here = tmp_path / "here"
    submissions.mkdir(parents=True)
    here.mkdir()
    assert course_file_of(submissions, here=here) is None
    for place in (tmp_path / "term", tmp_path / "term" / "hw1", here):
        (place / name).write_text("name: Autumn\n")
        assert course_file_of(submissions, here=here) == place / name
    assert load_course(here / name) == Course(name="Autumn")


def test_a_course_file_that_a_student_handed_in_is_not_taken(tmp_path):
    submissions = tmp_path / "class"
    submissions.mkdir()
    (submissions / "course.yaml").write_text("secret: mine\n")
    assert course_file_of(submissions, here=submissions) is None


def test_two_course_files_in_one_folder_are_refused(tmp_path):
    for name in ("course.yaml", "course.yml"):
        (tmp_path / name).write_text("name: Autumn\n")
    with pytest.raises(CourseError, match=r"course\.yaml and course\.yml\n  Keep one"):
        course_file_of(tmp_path / "class", here=tmp_path)


def test_a_named_file_that_is_missing_is_an_error(tmp_path):
    with pytest.raises(CourseError, match="cannot be read"):
        load_course(tmp_path / "course.yaml")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("secret: 12\n", "secret: expected a text, got 12"),
        ("", "expected a mapping, got None"),
        ("secrets: x\n", "Did you mean 'secret'?"),
        ("secret: [", "is not valid YAML"),
    ],
)
def test_a_wrong_course_yaml_is_one_sentence(tmp_path, text, sentence):
    path = tmp_path / "course.yaml"
    path.write_text(text)
    with pytest.raises(CourseError) as raised:
        load_course(path)
    assert sentence in str(raised.value)
    assert str(path) in str(raised.value)


def test_a_course_is_that_of_the_nearest_file_above(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    inner = tmp_path / "autumn" / "quizzes"
    inner.mkdir(parents=True)
    assert course_around(inner) == Course()
    (tmp_path / "course.yaml").write_text("name: All")
    assert course_around(inner).key == "All"
    (tmp_path / "autumn" / "course.yaml").write_text("{name: Autumn, id: autumn-26}")
    assert course_around(inner).key == "autumn-26"
    assert course_around(tmp_path).key == "All"


def test_an_id_that_no_store_can_keep_is_refused(tmp_path):
    (tmp_path / "course.yaml").write_text(f"id: {'x' * 201}")
    with pytest.raises(CourseError, match="the id of the course has 201 characters"):
        course_around(tmp_path)


def test_an_assignment_is_known_by_its_folder_or_by_its_id(small):
    settings = small / "assignment.yaml"
    whole = settings.read_text()
    assert load_assignment(small).name == small.name
    settings.write_text(f"id: week-3.cache\n{whole}")
    assert load_assignment(small).name == "week-3.cache"
    settings.write_text(f"id: week 3\n{whole}")
    with pytest.raises(CourseError, match="id: 'week 3' is no id"):
        load_assignment(small)

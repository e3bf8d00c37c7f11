from fractions import Fraction

import pytest

from grader.quiz.items.item import Rejected


@pytest.mark.parametrize(
    ("typed", "points"),
    [("3.912", 1), ("3.907", 1), ("3.917", 1), ("3.9069", 0), ("3.9171", 0), ("-3.912", 0)],
)
def test_the_tolerance_includes_its_ends(question, typed, points):
    item = question("loss")
    assert item.mark(item.read_typed(typed, seed=0)).points == points


def test_decimals_are_compared_exactly(question):
    item = question("loss", answer=0.3, tolerance=0.1, traps=[])
    assert item.mark("0.4").points == 1  # as floats, 0.4 - 0.3 is more than 0.1
    assert item.mark("0.2").points == 1


def test_an_integer_is_exact_without_a_tolerance(question):
    item = question("loss", answer=12, tolerance=None, traps=[])
    assert item.mark("12").points == 1
    assert item.mark("12.0").points == 1
    assert item.mark("12.01").points == 0


def test_a_relative_tolerance_scales_with_the_answer(question):
    item = question("loss", answer=-4096, tolerance=None, rel_tolerance=0.01, traps=[])
    assert item.mark("-4130").points == 1
    assert item.mark("-4140").points == 0


@pytest.mark.parametrize("typed", ["0.25", ".25", "+0.25", "2.5e-1", "25E-2", "1/4", " 0.25 nats"])
def test_a_number_may_be_written_in_many_ways(question, typed):
    read = question("loss").read_typed(typed, seed=0)
    assert Fraction(read) == Fraction(1, 4)


def test_a_typographic_minus_is_a_minus(question):
    assert question("loss").read_typed("\N{MINUS SIGN}3", seed=0) == "-3"


@pytest.mark.parametrize(
    "text", ["", "x", "nan", "inf", "1e9999", "1/0", "0x10", "1 2", "1_000", "²", "1" * 61, "--1"]
)
def test_what_is_no_number_is_rejected(question, text):
    assert isinstance(question("loss").read_typed(text, seed=0), Rejected)


@pytest.mark.parametrize("text", ["3,912", "1,000,000"])
def test_a_comma_could_mean_two_things(question, text):
    assert "can be read in two ways" in question("loss").read_typed(text, seed=0).why


@pytest.mark.parametrize("value", [True, [1], None, float("nan")])
def test_a_value_that_is_no_number_is_rejected(question, value):
    assert isinstance(question("loss").read(value), Rejected)


@pytest.mark.parametrize("typed", ["5.644", "5.64", "5.6439", "5.65"])
def test_a_trap_is_recognised_however_it_is_rounded(question, typed):
    mark = question("loss").mark(typed)
    assert mark.feedback == ("You took the logarithm to base two.",)
    assert mark.misconceptions == ("loss.base_two",)


def test_any_other_wrong_number_gives_the_general_feedback(question):
    mark = question("loss").mark("50")
    assert mark.feedback == ("Take minus the logarithm of the probability.",)
    assert mark.misconceptions == ()


def test_the_nearest_trap_counts(question):
    traps = [
        {"value": 100, "misconception": "loss.base_two", "feedback": "far"},
        {"value": 100.4, "misconception": "loss.base_two", "feedback": "near"},
    ]
    assert question("loss", traps=traps).mark("100.3").feedback == ("near",)


@pytest.fixture
def size(question):
    def make(**changes):
        options = {"answer": 2048, "tolerance": None, "unit": "B", "traps": []}
        return question("loss", **options, other_units={"kB": 1000, "KiB": 1024}, **changes)

    return make


@pytest.mark.parametrize(
    ("typed", "points"),
    [("2048", 1), ("2048 B", 1), ("2 kIB", 1), ("2 KiB", 1), ("2KiB", 1), ("2048/1000 kB", 1),
     ("2.048e0 KB", 1), ("2 kB", 0), ("2048 KiB", 0)],
)  # fmt: skip
def test_a_number_is_compared_in_the_unit_it_is_given_in(size, typed, points):
    item = size()
    response = item.read_typed(typed, seed=0)
    assert item.mark(response).points == points
    assert item.read(response) == response


@pytest.mark.parametrize("typed", ["2048 b", "2 kb", "2 Kib"])
def test_bits_are_not_taken_for_bytes(size, typed):
    assert "is no unit of this answer" in size().read_typed(typed, seed=0).why


@pytest.mark.parametrize(
    "typed",
    [
        "25 600",
        "25\N{NARROW NO-BREAK SPACE}600",
        "25600\N{ZERO WIDTH SPACE}",
        "\N{FULLWIDTH DIGIT TWO}5600",
    ],
)
def test_a_number_is_read_as_people_and_pages_write_it(question, typed):
    item = question("loss", answer=25600, tolerance=None, unit="", traps=[])
    assert item.mark(item.read_typed(typed, seed=0)).points == 1


@pytest.mark.parametrize("typed", ["25 60", "2 5600", "1 234 56", "10²"])
def test_what_may_be_two_numbers_is_asked_for_again(question, typed):
    assert "is not a number" in question("loss", unit="").read_typed(typed, seed=0).why


def test_a_tolerance_relative_to_zero_is_an_error(question):
    item = question("loss", answer=0, tolerance=None, rel_tolerance=0.01, traps=[])
    assert "relative to 0" in " ".join(found.problem for found in item.problems())


@pytest.mark.parametrize("typed", ["2048 tokens", "2 kBs", "2048 B B", "2048 %"])
def test_a_wrong_unit_is_asked_again_and_not_wrong(size, typed):
    rejected = size().read_typed(typed, seed=0)
    assert "is no unit of this answer" in rejected.why
    assert "B" in rejected.why


def test_a_missing_unit_is_asked_again_where_it_is_required(size):
    item = size(unit_required=True)
    assert item.read("2048") == Rejected("the unit is missing: write e.g. 2048 B")
    assert item.mark(item.read("2048 B")).points == 1
    assert item.mark(item.key()).points == 1
    assert item.show(item.key()) == "2048 B"
    assert "with its unit" in item.present(0).how


def test_units_that_differ_in_case_only_are_told_apart(question):
    item = question("loss", answer=8, tolerance=None, unit="Mb", other_units={"MB": 8}, traps=[])
    assert item.mark(item.read("1 MB")).points == 1
    assert item.mark(item.read("8 Mb")).points == 1
    assert isinstance(item.read("8 mb"), Rejected)


def test_a_trap_is_found_in_any_unit(question):
    traps = [{"value": 1000, "misconception": "loss.base_two", "feedback": "no"}]
    item = question(
        "loss", answer=2000, tolerance=None, unit="B", other_units={"kB": 1000}, traps=traps
    )
    assert item.mark(item.read("1 kB")).misconceptions == ("loss.base_two",)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"other_units": {"kB": 0}}, "the factor 0 is not above zero"),
        ({"other_units": {"nats": 2}}, "another factor than 1"),
        ({"other_units": {"2k": 2}}, "a unit begins with a letter"),
        ({"unit": "", "unit_required": True}, "there are other units and no `unit`"),
    ],
)
def test_a_slip_in_the_units_is_found(question, changes, says):
    assert says in " ".join(finding.problem for finding in question("loss", **changes).problems())

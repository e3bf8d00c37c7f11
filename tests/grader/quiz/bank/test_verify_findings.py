import pytest

from grader.errors import CourseError
from grader.quiz.items import kinds
from grader.quiz.items.verify_keys import BACKINGS, FITS, DiagnosisRun, first_last, read_backing

DIAGNOSIS = {
    "kind": "diagnosis",
    "misconception": "generate.prompt_only",
    "options": {"row": ["generate.first_row", "generate.mean_row"], "input": "generate.stale"},
    "prompts": [[3, 1]],
    "evidence": "tokens",
}


def test_every_kind_fits_some_kind_of_question():
    assert set(FITS) == set(BACKINGS)
    assert all(set(names) <= set(kinds()) for names in FITS.values())


def test_a_diagnosis_reads_one_mistake_or_several_an_option():
    backing = read_backing(DIAGNOSIS, at="x")
    assert isinstance(backing, DiagnosisRun)
    assert backing.kinds == ("tokens",)
    assert backing.mistakes("row") == ("generate.first_row", "generate.mean_row")
    assert backing.mistakes("input") == ("generate.stale",)
    assert backing.mistakes("other") == ()


def test_seeds_are_a_first_and_a_last():
    assert first_last("0..19") == (0, 19)


@pytest.mark.parametrize(
    ("raw", "says", "fix"),
    [
        ("loss", "verify: expected a mapping, got 'loss'", "verify: {kind: numeric"),
        ({"claim": "a"}, "verify: `kind` is missing", "There is: ablation"),
        ({"kind": "numerical", "claim": "a"}, "no kind 'numerical'", "Did you mean 'numeric'?"),
        ({"kind": "numeric"}, "`claim` is missing", "Add `claim: ...`"),
        ({"kind": "numeric", "clam": "a"}, "no key 'clam'", "Did you mean 'claim'?"),
        ({"kind": "predicate", "claim": "a", "seeds": "0-9"}, "seeds: expected a text", "Write"),
        ({"kind": "ablation", "claim": "a", "holds": "often"}, "one of all, some, got 'often'", ""),
        ({**DIAGNOSIS, "evidence": "log"}, "evidence: ", ""),
        ({**DIAGNOSIS, "steps": 0}, "steps: expected an integer >= 1", ""),
        ({**DIAGNOSIS, "prompts": []}, "prompts: expected a list of length >= 1", ""),
    ],
)
def test_each_fault_is_said_with_its_key(raw, says, fix):
    with pytest.raises(CourseError) as caught:
        read_backing(raw, at="bank.yaml#x")
    assert caught.value.at.startswith("bank.yaml#x")
    assert says in caught.value.problem
    assert fix in caught.value.fix

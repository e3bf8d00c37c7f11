"""How packages are promised: by name for pip or for `import`, with a bound or without."""

import pytest

from grader.errors import CourseError
from grader.promised_packages import (
    import_names,
    in_words,
    is_new_enough,
    promised_names,
    version_here,
)
from grader.settings import load_assignment


def with_packages(small, text):
    path = small / "assignment.yaml"
    path.write_text(f"packages: {text}\n{path.read_text()}")
    return load_assignment(small)


def test_the_promise_is_read_from_the_assignment(small):
    assert load_assignment(small).packages == ()
    made = with_packages(small, "[einops, 'scikit-learn>=1.4']")
    assert made.packages == ("einops", "scikit-learn>=1.4")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("['two words']", "packages: 'two words' is no name of a package"),
        ("['einops @ https://example.org/e.whl']", "is no name of a package"),
        ("['einops[all]']", "is no name of a package"),
        ("['']", "packages: '' is no name of a package"),
        ("[scikit-learn, Scikit_Learn]", "packages: 'Scikit_Learn' stands twice"),
        ("einops", "packages"),
    ],
)
def test_what_is_no_package_is_refused_when_the_assignment_is_read(small, text, sentence):
    with pytest.raises(CourseError, match=r"assignment\.yaml") as refused:
        with_packages(small, text)
    assert sentence in str(refused.value)


def test_a_package_is_known_by_what_is_written_after_import():
    assert "yaml" in import_names("PyYAML>=5")
    assert "bs4" in import_names("beautifulsoup4")
    assert import_names("not-there-at-all") == ("not_there_at_all",)
    assert {"numpy", "torch", "yaml"} <= promised_names(["PyYAML"])


def test_the_version_that_is_here_is_held_against_the_bound():
    assert version_here("PyYAML")
    assert is_new_enough("PyYAML>=1")
    assert not is_new_enough("PyYAML>=999")
    assert version_here("not-there-at-all") == ""


def test_the_promise_in_words_names_what_is_always_there():
    assert in_words(["einops"]) == "einops, NumPy, PyTorch and the standard library"

"""What is said of imports: to the student, and of a class to the instructor."""

from dataclasses import replace

from grader.records import ImportedPackage
from grader.reports.package_lines import missing_packages, package_notes
from grader.settings import load_assignment
from tests.grader.reports.test_terminal import checked, report


def importing(*packages):
    found = [ImportedPackage(name=n, is_here=h, is_promised=p) for n, h, p in packages]
    return replace(report(checked()), packages=tuple(found))


def test_an_import_outside_the_promise_is_told_with_the_promise(small):
    settings = small / "assignment.yaml"
    settings.write_text(f"packages: [einops]\n{settings.read_text()}")
    made = importing(("tqdm", True, False), ("jax", False, False), ("einops", True, True))
    promise = "the packages of this course: einops, NumPy, PyTorch and the standard library."
    assert list(package_notes(made, load_assignment(small))) == [
        f"tqdm is here, and not among {promise}",
        f"jax is not here, and not among {promise}",
    ]


def test_a_promised_package_that_is_missing_is_to_be_installed(small):
    [note] = package_notes(importing(("einops", False, True)), load_assignment(small))
    assert note == "einops is among the packages of this course, and not here: install it."


def test_of_a_class_the_most_frequent_comes_first():
    class_ = [importing(("jax", False, False)), importing(("einops", False, False))]
    class_ += [importing(("einops", False, False), ("tqdm", True, False))]
    assert list(missing_packages(class_)) == [
        "2 submissions import einops, which is not here.",
        "1 submission imports jax, which is not here.",
    ]

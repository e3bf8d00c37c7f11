"""Right submissions of the shipped assignment, written apart, and disguised copies of each.

Run as a script it prints how alike they are: `python -m tests.grader.similarity.corpus`.
"""

import json
from pathlib import Path
from statistics import median

from grader.intake.reading import entries, read
from grader.settings import find_assignment
from grader.similarity.compared_code import ComparedCode, Origin
from grader.similarity.comparing import compare
from grader.similarity.gathering import given_prints
from grader.similarity.source_reader import SourceReader
from tests.grader.similarity import disguises

ROOT = Path(__file__).parents[3]
ASSIGNMENT = ROOT / "assignments" / "decoder-generation"
_FOLDERS = ("audit/right", "examples/submissions")
# Beside those of the audit: the other examples are versions of these, or of each other.
_APART = ("right-numpy", "right-torch", "right-modules", "right-package")


def sources():
    """The text of each right submission, by name: 11 of them, written apart."""
    found = {}
    for folder in _FOLDERS:
        for name, path in entries(ASSIGNMENT / folder).items():
            if folder.startswith("audit") or name in _APART:
                one = read(path)
                texts = [*one.modules.values(), *(text for _, text in one.cells)]
                found[name] = "\n".join(texts)
    return found


def compared(reader, name, *texts, origin=Origin.CLASS, shelf="class"):
    """A text as it is compared."""
    prints = reader.read(texts)
    assert not isinstance(prints, str), prints
    named = tuple((f"{name}-{number}.py", text) for number, text in enumerate(texts))
    return ComparedCode(
        name=name, origin=origin, shelf=shelf, texts=named, digest="\0".join(texts), prints=prints
    )


def cells(notebook):
    """The sources of a notebook's code cells."""
    return [cell["source"] for cell in json.loads(notebook)["cells"] if "outputs" in cell]


def copies(name, texts, seed):
    """The texts of each disguised copy of one source, by what was done."""
    source = texts[name]
    others = [other for other in texts if other != name]
    other = texts[others[seed % len(others)]]
    made = {what: [make(source, seed)] for what, make in disguises.OF_ONE.items()}
    made["a notebook"] = cells(disguises.as_notebook(disguises.renamed(source, seed), seed))
    made["two modules"] = disguises.split(source, seed)
    for what, share in (("half", 1 / 2), ("a third", 1 / 3)):
        mixed = disguises.mixed(source, other, share, seed)
        made[f"{what} of it, the rest another's, names changed"] = [disguises.renamed(mixed, seed)]
    return made


def shares(reader, class_, given):
    """How alike each pair of a class is, by the two names."""
    found = compare(class_, [], given=given)
    pairs = {frozenset((pair.first.name, pair.second.name)): pair.share for pair in found.pairs}
    return found, pairs


def measured():
    """The shares of independent pairs, and of each kind of copy with its original.

    Each copy is alone in the class with the 11 submissions.
    """
    texts = sources()
    with SourceReader() as reader:
        given = given_prints(find_assignment("decoder-generation"), reader)
        class_ = [compared(reader, name, text) for name, text in texts.items()]
        found, _ = shares(reader, class_, given)
        by_kind = {}
        for seed, name in enumerate(texts):
            for what, copy in copies(name, texts, seed).items():
                whole = [*class_, compared(reader, "copy", *copy)]
                _, pairs = shares(reader, whole, given)
                by_kind.setdefault(what, []).append(pairs.get(frozenset(("copy", name)), 0.0))
    return list(found.class_shares), by_kind


def main():
    independent, by_kind = measured()
    print(f"{len(independent)} independent pairs: {', '.join(f'{s:.3f}' for s in independent[:3])}")
    print("| copy | least | median | above every independent pair |\n|---|---|---|---|")
    for what, found in by_kind.items():
        above = sum(share > independent[0] for share in found)
        print(f"| {what} | {min(found):.2f} | {median(found):.2f} | {above} of {len(found)} |")


if __name__ == "__main__":
    main()

"""The words of a question, each beside the statement that was run for it.

Whether the words say the same as the statement is for a person to judge; see
`grader.quiz.bank.assents`.
"""

import inspect
from collections.abc import Iterator, Mapping

from grader.keys.listings import line_number, without_listing
from grader.keys.orders import ABSENT
from grader.keys.registry import Claim, said_of, said_of_all
from grader.keys.subject_keys import SubjectKeys
from grader.keys.truths import Broken, claimed
from grader.quiz.bank.assents import Said
from grader.quiz.items.choice import Choice, Choices
from grader.quiz.items.free_text import Text
from grader.quiz.items.item import Item
from grader.quiz.items.matching import Matching
from grader.quiz.items.numeric import Numeric
from grader.quiz.items.ordering import Ordering
from grader.quiz.items.verify_keys import Backing, DiagnosisRun, ListingRun, TraceOrderRun


def words(keys: SubjectKeys, item: Item, backing: Backing) -> dict[str, Said]:
    """Every text of a question that its key depends on, by its place in the question.

    Raises:
        Broken: what is run has no statement for one of them.
    """
    match backing:
        case TraceOrderRun():
            found = dict(_of_order(keys, item, backing))
        case DiagnosisRun():
            found = dict(_of_diagnosis(keys, item, backing))
        case ListingRun():
            found = dict(_of_listing(item, claimed(backing.claim, keys.claims)))
        case _:
            found = dict(_of_claim(item, claimed(backing.claim, keys.claims)))
    return {place: Said.plain(said.text, said.statement) for place, said in found.items()}


Place = tuple[str, Said]


def _of_claim(item: Item, claim: Claim) -> Iterator[Place]:
    run, of_option = said_of_all(claim), said_of(claim)
    yield "stem", Said(text=item.stem, statement=run)
    match item:
        case Choice() | Choices():
            for option in item.options:
                said = _line(of_option, option.id, of="option")
                yield f"option {option.id}", Said(text=option.text, statement=said)
        case Matching():
            yield from _of_pairs(item, of_option)
        case Text():
            yield "model answer", Said(text=item.model_answer, statement=run)
            for point in item.rubric:
                yield f"rubric {point.id}", Said(text=point.text, statement=run)
        case Numeric() if item.unit:
            yield "unit", Said(text=item.unit, statement=run)


def _of_pairs(item: Matching, said: Mapping[str, str]) -> Iterator[Place]:
    for side, parts in (("left", item.left), ("right", item.right)):
        for part in parts:
            statement = _line(said, part.id, of=f"{side} item")
            yield f"{side} {part.id}", Said(text=part.text, statement=statement)


def _line(said: Mapping[str, str], name: str, *, of: str) -> str:
    if name not in said:
        raise Broken(
            f"the docstring of the claim does not say what {of} {name!r}"
            f" stands for: write a line `{name}: ...`"
        )
    return said[name]


def _of_listing(item: Item, claim: Claim) -> Iterator[Place]:
    """The words beside the listing; it is run itself, and so is what is put into it."""
    yield "stem", Said(text=without_listing(item.stem), statement=said_of_all(claim))
    if isinstance(item, Choice):
        for option in item.options:
            says = "is mended, and then the program is right"
            if not option.correct:
                says = "stands in the right program as it is"
            said = f"Line {line_number(option.text, item.stem)} {says}."
            yield f"option {option.id}", Said(text=option.text, statement=said)


def _of_diagnosis(keys: SubjectKeys, item: Item, backing: DiagnosisRun) -> Iterator[Place]:
    kinds = " and ".join(kind.replace("_", " ") for kind in backing.kinds)
    ran = f"{keys.misconceptions.get(backing.misconception, '')} Its {kinds} are shown."
    yield "stem", Said(text=item.stem, statement=ran)
    if not isinstance(item, Choice | Choices):
        return
    for option in item.options:
        names = (backing.misconception,) if option.correct else backing.mistakes(option.id)
        said = [keys.misconceptions.get(name, "The program is right.") for name in names]
        yield f"option {option.id}", Said(text=option.text, statement=" Or: ".join(said))


def _of_order(keys: SubjectKeys, item: Item, backing: TraceOrderRun) -> Iterator[Place]:
    procedure = keys.procedures.get(backing.trace)
    if procedure is None or not isinstance(item, Ordering):
        return  # said where it is run
    yield "stem", Said(text=item.stem, statement=procedure.says)
    for step in (*item.steps, *item.distractors):
        said = []
        for event in backing.events(step.id):
            words = "The reference has nothing of the kind." if event == ABSENT else event
            doc = inspect.getdoc(procedure.events.get(event)) if event != ABSENT else ""
            is_own = doc and inspect.isfunction(procedure.events.get(event))
            said.append(doc.split("\n\n")[0] if is_own and doc else words.replace("_", " "))
        yield f"step {step.id}", Said(text=step.text, statement=", ".join(said))

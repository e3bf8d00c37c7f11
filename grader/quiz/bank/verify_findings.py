"""What lint says about the `verify:` of questions, and about the results stored beside them."""

from collections.abc import Iterator

from grader.quiz.bank.stored_results import PLACEHOLDER, VERIFIED_FILE
from grader.quiz.bank.topics import NO_EVIDENCE, Topic
from grader.quiz.items.item import Item, LintFinding, error, warning
from grader.quiz.items.verify_keys import FITS, backing_kind

MUST_KINDS = ("ordering", "numeric", "matching", "fill")
MUST_PURPOSES = ("ordering", "ablation", "diagnosis")


def backing_findings(item: Item, topic: Topic) -> Iterator[LintFinding]:
    """The findings of one question; nothing is run."""
    if PLACEHOLDER in item.stem:
        yield error("stem", *NO_EVIDENCE)
    if item.verify is None:
        yield from _unbacked(item)
        return
    kind = backing_kind(item.verify)
    if item.kind() not in FITS[kind]:
        fitting = [name for name, kinds in FITS.items() if item.kind() in kinds]
        yield error(
            "verify",
            f"`kind: {kind}` does not fit a question of kind `{item.kind()}`",
            f"Write {' or '.join(f'`kind: {name}`' for name in fitting)}.",
        )
    elif item.id not in topic.results and (topic.path.parent / VERIFIED_FILE).exists():
        yield warning(
            "verify",
            f"{VERIFIED_FILE} holds no result for the question as it stands",
            "Run `grader quiz verify --write FOLDER`.",
        )


def _unbacked(item: Item) -> Iterator[LintFinding]:
    """Whether a question is of a sort whose key can and should be run."""
    sort = item.purpose if item.purpose in MUST_PURPOSES else item.kind()
    if sort in (*MUST_KINDS, *MUST_PURPOSES) and item.kind() != "text":
        yield warning(
            "verify",
            f"the key of this {sort} question is not run on the reference",
            "Add `verify:`, see the page on quizzes.",
        )

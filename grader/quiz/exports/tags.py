"""What a question is about, as tags: `concept:14`, `difficulty:2`, `misconception:...`."""

from grader.quiz.items.item import Item


def tags(item: Item) -> tuple[str, ...]:
    """The tags of a question for an LMS that has tags."""
    known = {"concept": item.concept, "difficulty": item.difficulty}
    return (
        *(f"{name}:{value}" for name, value in known.items() if value is not None),
        f"purpose:{item.purpose}",
        *(f"misconception:{name}" for name in dict.fromkeys(item.misconception_ids())),
        *item.tags,
    )

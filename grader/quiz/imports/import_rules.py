"""What every reader needs: tags, misconceptions, rubrics, rules of an ordering, short answers."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, get_args, get_type_hints

from bs4 import BeautifulSoup, Tag

from grader.quiz.bank.concepts import shipped_concepts
from grader.quiz.imports.draft import NotTaken
from grader.quiz.imports.markdown_text import from_html
from grader.quiz.items import kinds
from grader.quiz.items.ordering import Ordering

PURPOSES = ("concept", "ordering", "ablation", "diagnosis")
RUBRIC_LINE = re.compile(r"\s*(\d+) points?:\s*(.*)", re.DOTALL)

Fields = dict[str, Any]
Note = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Tags:
    """What tags say in keys of our YAML, and the misconceptions, which belong to single answers."""

    fields: Fields
    misconceptions: tuple[str, ...]


def read_tags(tags: Iterable[str]) -> Tags:
    """The tags that `grader.quiz.exports.tags` writes, and others as they are."""
    fields: Fields = {}
    misconceptions: list[str] = []
    others: list[str] = []
    for tag in map(str.strip, tags):
        name, _, value = tag.partition(":")
        if name == "misconception" and value:
            misconceptions.append(value)
        elif name in ("concept", "difficulty") and value.isdecimal() and _is_known(name, value):
            fields[name] = int(value)
        elif name == "purpose" and value in PURPOSES:
            fields[name] = value
        elif tag:
            others.append(tag)
    if others:
        fields["tags"] = others
    return Tags(fields, tuple(misconceptions))


def assign_misconceptions(fields: Fields, names: Sequence[str], *, lose: Note) -> None:
    """Names the misconceptions where there is one place for them; the rest is told."""
    if not names:
        return
    if fields["kind"] == "text":
        fields["misconceptions"] = list(names)
        return
    places = [option for option in fields.get("options", ()) if not option.get("correct")]
    places += fields.get("traps", ())
    if fields["kind"] == "true_false":
        places = [fields]
    if len(names) == len(places) == 1:
        places[0]["misconception"] = names[0]
    elif places:
        lose(f"misconceptions to give to its wrong answers: {', '.join(names)}")
    else:
        lose(f"lost: misconceptions, for it has no wrong answers: {', '.join(names)}")


def order_rule(rule: str, *, said: str, lose: Note) -> Fields:
    """The rule of an ordering, if ours has it; `edit` is the default and needs no word."""
    if rule in get_args(get_type_hints(Ordering)["rule"]):
        return {} if rule == "edit" else {"rule": rule}
    lose(f"marked otherwise: there is no rule {said} here, and edits are counted instead")
    return {}


def rubric(html: str, lose: Note) -> Fields:
    """Notes for markers: model answer and rubric as we write them, or all as a model answer."""
    soup = BeautifulSoup(html, "html.parser")
    answer, lines = soup.find(class_="model-answer"), soup.find(class_="rubric")
    if not isinstance(answer, Tag) or not isinstance(lines, Tag):
        return {"model_answer": from_html(html, lose)}
    points = [_rubric_point(line, number, lose) for number, line in enumerate(lines("li"), start=1)]
    return {
        "model_answer": from_html(answer.decode_contents(), lose),
        "rubric": [point for point in points if point],
    }


def right_shares(shares: Sequence[float], *, single: bool, lose: Note) -> set[float]:
    """Which shares of the points (in percent) make an answer a right one.

    Raises:
        NotTaken: none does, or several do where only one may be chosen.
    """
    earning = [share for share in shares if share > 0]
    if not earning:
        raise NotTaken("no answer earns points")
    if single:
        best = max(earning)
        if earning.count(best) > 1:
            raise NotTaken("several answers earn most points where one may be chosen")
        if len(earning) > 1:
            lose("lost: part of the points for some answers, which now are wrong")
        return {best}
    same = 100 / len(earning)
    if any(abs(abs(share) - same) > 0.01 for share in shares):
        lose("marked otherwise: ours are right minus wrong, each worth the same")
    return set(earning)


def short_kind(
    answers: Sequence[tuple[str, float, str]], *, whole_words: bool, lose: Note
) -> Fields:
    """A short answer: each form with its share in percent and its feedback; `*` is any other.

    Raises:
        NotTaken: no form earns all points, or this grader has no such kind of question.
    """
    if "short" not in kinds():
        raise NotTaken("there is no counterpart for a short answer")
    forms = [answer for answer in answers if answer[0] != "*"]
    accepted = [form for form, share, _ in forms if share == 100]
    if not accepted:
        raise NotTaken("no form earns all points")
    near = [
        {"forms": [form], **({"feedback": feedback} if feedback else {})}
        for form, share, feedback in forms
        if share < 100
    ]
    _lose_of_short(forms, lose)
    to_others = [feedback for form, _, feedback in answers if form == "*" and feedback]
    fold = {"fold": ["space"]} if whole_words else {}
    return {
        "kind": "short",
        "accepted": accepted,
        **({"near": near} if near else {}),
        **({"feedback": to_others[0]} if to_others else {}),
        **fold,
    }


def _lose_of_short(forms: Sequence[tuple[str, float, str]], lose: Note) -> None:
    if any(0 < share < 100 for _, share, _ in forms):
        lose("lost: part of the points for some forms, which now are wrong")
    if any(feedback for _, share, feedback in forms if share == 100):
        lose("lost: what it says to those who are right")
    if any("*" in form for form, _, _ in forms):
        lose("a * in a form now stands for itself")


def _is_known(name: str, value: str) -> bool:
    if name == "concept":
        return int(value) in shipped_concepts().titles
    return 1 <= int(value) <= 3


def _rubric_point(line: Tag, number: int, lose: Note) -> Fields:
    code = line.find("code")
    name = code.get_text() if isinstance(code, Tag) else f"point-{number}"
    if isinstance(code, Tag):
        code.extract()
    found = RUBRIC_LINE.fullmatch(line.decode_contents())
    if found is None:
        lose(f"lost: a line of the rubric: {line.get_text().strip()!r}")
        return {}
    return {"id": name, "points": int(found[1]), "text": from_html(found[2], lose)}

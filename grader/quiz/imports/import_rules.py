"""What every reader needs: tags, misconceptions, rubrics, rules of an ordering, short answers."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, get_args, get_type_hints

from bs4 import BeautifulSoup, Tag

from grader.quiz.bank.concepts import shipped_concepts
from grader.quiz.exports.item_parts import EPSILON, widened
from grader.quiz.imports.draft import DraftTopic, NotTaken, Reading, number
from grader.quiz.imports.markdown_text import from_html
from grader.quiz.items.folding import Fold, folded
from grader.quiz.items.ordering import Ordering

PURPOSES = ("concept", "ordering", "ablation", "diagnosis")
ALL_FOLDS: tuple[Fold, ...] = ("case", "space", "punctuation")  # as a short answer has them
STAR = re.compile(r"(?<!\\)\*")  # any text, in a form of Moodle
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
    soup = BeautifulSoup(html + "\n", "html.parser")
    answer, lines = soup.find(class_="model-answer"), soup.find(class_="rubric")
    if not isinstance(answer, Tag) or not isinstance(lines, Tag):
        return {"model_answer": from_html(html, lose)}
    points = [_rubric_point(line, number, lose) for number, line in enumerate(lines("li"), start=1)]
    return {
        "model_answer": from_html(answer.decode_contents(), lose),
        "rubric": [point for point in points if point],
    }


def category_topic(reading: Reading, path: str, title: str = "") -> DraftTopic:
    """The topic of a category of Moodle, in whose path a double slash is no separator."""
    path = path.strip()
    last = re.split(r"(?<!/)/(?!/)", path.rstrip("/"))[-1].replace("//", "/").strip()
    return reading.topic(last, title or last, key=f"category {path}")


def tolerance_of(text: str, answer: float) -> Fields:
    """The tolerance of a number, without the hair that an export of ours adds to it.

    Raises:
        NotTaken: it is no number.
    """
    tolerance = abs(number(text)) if text.strip() else 0
    hair = float(EPSILON * max(abs(Fraction(str(answer))), Fraction(str(tolerance))))
    shorter = number(f"{tolerance - hair:.9g}")
    is_shorter = shorter > 0 and len(str(shorter)) < len(text.strip())
    if is_shorter and widened(Fraction(str(shorter)), answer) == text.strip():
        tolerance = shorter
    return {"tolerance": tolerance} if tolerance else {}


def lose_number(text: str, share: float, lose: Note) -> None:
    """Tells that a number earns part of the points there and nothing here.

    Raises:
        NotTaken: it earns all points beside another number, so a right answer would be wrong here.
    """
    if share == 100:
        raise NotTaken(f"two numbers are right, and {text} is the second")
    lose(f"lost: the answer {text}, which earns {share:g} %")


def right_shares(shares: Sequence[float], *, single: bool, lose: Note) -> set[float]:
    """Which shares of the points (in percent) make an answer a right one.

    Raises:
        NotTaken: none does, or several do where only one may be chosen.
    """
    earning = [share for share in shares if share > 0]
    if not earning:
        raise NotTaken("no answer earns points")
    if not single:
        same = 100 / len(earning)
        if any(abs(abs(share) - same) > 0.01 for share in shares):
            lose("marked otherwise: ours are right minus wrong, each worth the same")
        return set(earning)
    best = max(earning)
    if earning.count(best) > 1:
        raise NotTaken("several answers earn most points where one may be chosen")
    if len(earning) > 1:
        lose("lost: part of the points for some answers, which now are wrong")
    elif best != 100:
        lose(f"marked otherwise: its best answer earned {best:g} % and now earns all points")
    if any(share < 0 for share in shares):
        lose("lost: that some wrong answers cost points")
    return {best}


@dataclass(frozen=True, slots=True)
class TypedForm:
    """A short answer as a file has it; the text `*` is any other."""

    text: str
    share: float  # of the points, in percent
    feedback: str


def short_kind(
    answers: Sequence[TypedForm], *, points: int, whole_words: bool, lose: Note
) -> Fields:
    """A short answer. Part of the points is kept where that is whole points.

    Raises:
        NotTaken: no form earns all points.
    """
    forms = [answer for answer in answers if answer.text != "*"]
    accepted = [text for form in forms if form.share == 100 for text in _texts(form, lose)]
    if not accepted:
        raise NotTaken("no form earns all points")
    near = [_near(form, points, lose) for form in forms if form.share != 100]
    if any(form.feedback for form in forms if form.share == 100):
        lose("lost: what it says to those who are right")
    to_others = [answer for answer in answers if answer.text == "*"]
    if any(answer.share > 0 for answer in to_others):
        lose("lost: the points for any other answer")
    others = [answer.feedback for answer in to_others if answer.feedback]
    fold: Fields = {"fold": ["space"]} if whole_words else {}
    return {
        "kind": "short",
        **_without_twins(accepted, near, fold=fold.get("fold", ALL_FOLDS), lose=lose),
        **({"feedback": others[0]} if others else {}),
        **fold,
    }


def _near(form: TypedForm, points: int, lose: Note) -> Fields:
    earned = Fraction(str(form.share)) * points / 100
    whole = round(earned)
    is_kept = abs(earned - whole) < Fraction(1, 1000) and 0 <= whole < points
    if not is_kept:
        lose("lost: part of the points for some forms, which now are wrong")
    return {
        "forms": _texts(form, lose),
        **({"feedback": form.feedback} if form.feedback else {}),
        **({"points": whole} if is_kept and whole else {}),
    }


def _texts(form: TypedForm, lose: Note) -> list[str]:
    """The form itself; one with stars also without them, for each may stand for nothing.

    Raises:
        NotTaken: it is right and has nothing but stars.
    """
    if not STAR.search(form.text):
        return [form.text.replace(r"\*", "*")]
    bare = " ".join(STAR.sub("", form.text).replace(r"\*", "*").split())
    if not any(map(str.isalnum, bare)):
        raise NotTaken(f"its form {form.text!r} takes nearly any answer")
    lose(f"a * stands for no other text here: {form.text!r} became {bare!r} and itself")
    return [bare, form.text.replace(r"\*", "*")]


def _without_twins(
    accepted: list[str], near: list[Fields], *, fold: Sequence[Fold], lose: Note
) -> Fields:
    """The forms without those that are the same as an earlier one here."""
    seen: dict[str, str] = {}

    def new(forms: list[str]) -> list[str]:
        kept = []
        for form in forms:
            same = seen.setdefault(folded(form, fold), form)
            if same is form:
                kept.append(form)
            elif same != form:
                lose(f"its forms {same!r} and {form!r} are one here")
        return kept

    kept = {"accepted": new(accepted)}
    rest = [{**one, "forms": forms} for one in near if (forms := new(one["forms"]))]
    return {**kept, **({"near": rest} if rest else {})}


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

r"""GIFT: plain text that Moodle and several others read.

A backslash is doubled, since `\n` is a line break and would take the first letters of `\neq`. An
ordering gets all six words of options, because an importer takes what it misses from the first
step; and never the rule LONGEST_ORDERED_SUBSET, which Moodle's own importer takes for a step.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from grader.quiz.bank.topics import Topic
from grader.quiz.exports import item_parts, moodle_xml, paired_parts
from grader.quiz.exports.export_job import ExportJob, LeftOut
from grader.quiz.exports.markup import html, inline_html
from grader.quiz.exports.moodle_shares import one_of, share_of
from grader.quiz.exports.tags import tags
from grader.quiz.items.choice import Choice, Choices, TrueFalse
from grader.quiz.items.fill import Fill
from grader.quiz.items.free_text import Text
from grader.quiz.items.gaps import Gap
from grader.quiz.items.item import Item
from grader.quiz.items.matching import Matching
from grader.quiz.items.numeric import Numeric
from grader.quiz.items.ordering import Ordering

GRADING = moodle_xml.GRADING | {
    "edit": (
        "RELATIVE_ALL_PREVIOUS_AND_NEXT",
        "marked otherwise: Moodle gives the share of pairs in right order, of which a random "
        "order has half",
    )
}

_Body = tuple[str, list[str]]  # the stem in HTML, and the lines between the braces


def write(topics: Sequence[Topic], job: ExportJob) -> bytes:
    """All topics, each as a category, as one text."""
    blocks: list[str] = []
    for topic in topics:
        blocks.append(f"$CATEGORY: $course$/top/{topic.name}")
        for item, (stem, lines) in job.bodies(topic, BODIES):
            _lose(item, job)
            blocks.append(_question(item, stem, lines))
    return ("\n\n".join(blocks) + "\n").encode()


def escaped(text: str) -> str:
    """HTML that no character of GIFT cuts short.

    A brace becomes an entity: some readers end a question at `\\}`, too.
    """
    text = text.replace("{", "&#123;").replace("}", "&#125;").replace("\r", "")
    return re.sub(r"[\\#=~:]", r"\\\g<0>", text).replace("\n", r"\n")


def _question(item: Item, stem: str, lines: list[str]) -> str:
    marks = " ".join([f"[id:{item.id}]", *(f"[tag:{_tag(tag)}]" for tag in tags(item))])
    explanation = html(item.explanation)
    if explanation:
        lines = [*lines, f"####{escaped(explanation)}"]
    head = f"// {marks}\n::{escaped(item.id)}::[html]{escaped(stem)}{{"
    if item.kind() in ("true_false", "text"):
        return head + "".join(lines) + "}"
    # a number sign must follow the brace at once; an ordering ends at a line of its own
    glue = "" if lines[0].startswith(("#", ">")) else "\n"
    return head + glue + "\n".join(lines) + "\n}"


def _tag(tag: str) -> str:
    return tag.replace("]", r"\]")


def _lose(item: Item, job: ExportJob) -> None:
    item_parts.lose_common(item, job, has_tags=True)
    if item.points != 1:
        job.lose(item, "lost: its points (it counts 1)")


def _choice(item: Choice, job: ExportJob) -> _Body:
    return html(item.stem), [
        ("=" if option.correct else "~") + _option(option.text, option.feedback)
        for option in _options(item, job)
    ]


def _choices(item: Choices, job: ExportJob) -> _Body:
    share = one_of(len(item.key()))
    return html(item.stem), [
        f"~%{share if option.correct else f'-{share}'}%{_option(option.text, option.feedback)}"
        for option in _options(item, job)
    ]


def _options(item: Choice | Choices, job: ExportJob) -> tuple[Any, ...]:
    item_parts.must_differ(inline_html(option.text) for option in item.options)
    if item.keep_order:
        job.lose(item, "lost: that its options keep their order")
    return item_parts.options(item, job)


def _option(text: str, feedback: str) -> str:
    shown = inline_html(text)
    if shown.startswith("%"):
        shown = f"&#37;{shown[1:]}"  # a percent sign in front would be a weight
    return escaped(shown) + _feedback(feedback)


def _feedback(text: str) -> str:
    return f"#{escaped(html(text))}" if text.strip() else ""


def _true_false(item: TrueFalse, job: ExportJob) -> _Body:
    if_right, if_wrong = item.feedback_false, item.feedback_true
    if item.answer:
        if_right, if_wrong = if_wrong, if_right
    # the first feedback is for those who are wrong
    words = [str(item.answer).upper(), f"#{escaped(html(if_wrong))}", f"#{escaped(html(if_right))}"]
    return html(item.stem), ["".join(words)]


def _numeric(item: Numeric, job: ExportJob) -> _Body:
    def line(value: float, tolerance: Fraction, weight: str) -> str:
        return (
            f"=%{weight}%{item_parts.decimal(value)}:{item_parts.widened(tolerance, item.answer)}"
        )

    lines = ["#", line(item.answer, item_parts.width(item), "100")]
    lines += [
        line(trap.value, item_parts.trap_width(item, trap), "0") + _feedback(trap.feedback)
        for trap in item.traps
    ]
    if item.feedback.strip():
        lines.append(f"~{_feedback(item.feedback)}")
    return item_parts.with_unit(item, html(item.stem)), lines


def _ordering(item: Ordering, job: ExportJob) -> _Body:
    item_parts.must_differ(inline_html(step.text) for step in item.steps)
    grading, loses = GRADING.get(item.rule, GRADING["edit"])
    stem = item_parts.stem_of_ordering(item, job, marks=loses)
    job.lose(
        item,
        "only Moodle reads an ordering in GIFT, and other readers may refuse the whole file "
        "(`--without orderings` leaves such questions out)",
    )
    head = f">{len(item.steps)} ALL VERTICAL {grading} SHOW none"
    return html(stem), [head, *(_step(step.text) for step in item_parts.steps_in_order(item))]


def _step(text: str) -> str:
    """A step in one line. Moodle leaves its escapes as they are, except that of a backslash."""
    pieces = re.split(r"(<pre>.*?</pre>)", inline_html(text), flags=re.DOTALL)
    pieces[::2] = [re.sub(r"\s+", " ", piece) for piece in pieces[::2]]
    shown = "".join(pieces).strip().replace("\n", "&#10;")  # which breaks lines of code only there
    shown = shown.replace("\\", r"\\").replace("{", "&#123;").replace("}", "&#125;")
    return f"&#47;{shown[1:]}" if shown.startswith("/") else shown  # no comment


def _text(item: Text, job: ExportJob) -> _Body:
    job.lose(item, "lost: the rubric and the model answer")
    return html(item.stem), []


def _short(item: Any, job: ExportJob) -> _Body:
    if "case" not in item.fold:
        job.lose(item, "lost: that small and large letters differ")
    lines = []
    for form in item_parts.forms(item, job):
        share = share_of(item, form.points, job)
        text = _literal(form.text.replace("*", r"\*"))
        lines.append(f"=%{share}%{text}{_feedback(form.feedback)}")
    if item.feedback:
        lines.append(f"=%0%*{_feedback(item.feedback)}")
    return html(item.stem), lines


def _matching(item: Matching, job: ExportJob) -> _Body:
    texts = paired_parts.menu_texts(item, job)
    item_parts.must_differ(inline_html(part.text) for part in item.left)
    paired_parts.lose_pairs(item, job)
    rows = [(inline_html(part.text), part.match) for part in paired_parts.left_mixed(item, job)]
    rows += [("", stray.id) for stray in paired_parts.strays(item)]
    return html(item.stem), [f"={escaped(one)} -> {_literal(texts[match])}" for one, match in rows]


def _fill(item: Fill, job: ExportJob) -> _Body:
    if len(item.gaps) > 1:
        raise LeftOut("GIFT has no question with several gaps")
    listing = "".join(p if isinstance(p, str) else "_____" for p in paired_parts.pieces(item))
    (gap,) = item.gaps
    if gap.options:
        lines = [
            ("=" if option.correct else "~")
            + _literal(option.text)
            + _feedback(option.feedback or gap.feedback)
            for option in paired_parts.shown_options(gap, job.seed, item.id)
        ]
    else:
        paired_parts.lose_spelling(item, job)
        lines = list(_forms_of_gap(gap))
    return f"{html(item.stem)}<pre>{listing}</pre>", lines


def _forms_of_gap(gap: Gap) -> Iterator[str]:
    for form in gap.accepted:
        yield "=%100%" + _literal(form.replace("*", r"\*"))
    for near in gap.near:
        for form in near.forms:
            literal = _literal(form.replace("*", r"\*"))
            yield f"=%0%{literal}{_feedback(near.feedback or gap.feedback)}"
    if gap.feedback:
        yield f"=%0%*{_feedback(gap.feedback)}"


def _literal(text: str) -> str:
    """A text that is no HTML."""
    return re.sub(r"[\\#=~:{}]", r"\\\g<0>", text)


BODIES: dict[str, Callable[[Any, ExportJob], _Body]] = {
    "choice": _choice,
    "choices": _choices,
    "true_false": _true_false,
    "numeric": _numeric,
    "ordering": _ordering,
    "text": _text,
    "short": _short,
    "matching": _matching,
    "fill": _fill,
}

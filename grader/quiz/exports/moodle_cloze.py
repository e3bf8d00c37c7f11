"""Gaps as Moodle writes them into a text: `{2:SHORTANSWER_C:=argmax~%0%max#...}`.

Signs of this notation are written as entities of HTML, which Moodle reads after it has cut the
notation into its parts. A question is worth the sum of its gaps.
"""

import re
from html import escape

from grader.quiz.exports import paired_parts
from grader.quiz.exports.export_job import ExportJob
from grader.quiz.exports.markup import html
from grader.quiz.items.fill import Fill
from grader.quiz.items.gaps import Gap


def listing(item: Fill, job: ExportJob) -> str:
    """The listing in HTML, with its gaps in it."""
    weight, rest = divmod(item.points, len(item.gaps))
    if rest:
        weight = 1
        job.lose(item, f"its points became {len(item.gaps)}, one a gap: Moodle's gaps are whole")
    paired_parts.lose_spelling(item, job)
    parts = (
        _no_gap(piece) if isinstance(piece, str) else _gap(item, piece, weight, job)
        for piece in paired_parts.pieces(item)
    )
    return f"<pre>{''.join(parts)}</pre>"


def _gap(item: Fill, gap: Gap, weight: int, job: ExportJob) -> str:
    if gap.options:
        answers = [
            _answer(option.text, option.feedback or gap.feedback, is_right=option.correct)
            for option in paired_parts.shown_options(gap, job.seed, item.id)
        ]
        return f"{{{weight}:MULTICHOICE_S:{'~'.join(answers)}}}"
    answers = [_answer(_typed(form), "", is_right=True) for form in gap.accepted]
    answers += [
        _answer(_typed(form), near.feedback or gap.feedback, is_right=False)
        for near in gap.near
        for form in near.forms
    ]
    if gap.feedback.strip():
        answers.append(_answer("*", gap.feedback, is_right=False))
    kind = "SHORTANSWER" if "case" in item.fold else "SHORTANSWER_C"
    return f"{{{weight}:{kind}:{'~'.join(answers)}}}"


def _answer(text: str, feedback: str, *, is_right: bool) -> str:
    said = "" if is_right or not feedback.strip() else f"#{_entities(html(feedback).strip())}"
    return f"{'=' if is_right else ''}{_entities(text)}{said}"


def _typed(form: str) -> str:
    return form.replace("*", r"\*")  # alone it would stand for anything


def _entities(text: str) -> str:
    """Text without any sign of the notation."""
    return _no_gap(re.sub(r"[~#%=\\]", _entity, escape(text, quote=False)))


def _no_gap(text: str) -> str:
    return re.sub(r"[{}]", _entity, text)


def _entity(sign: re.Match[str]) -> str:
    return f"&#{ord(sign[0])};"

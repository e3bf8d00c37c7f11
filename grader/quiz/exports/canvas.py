"""Canvas: QTI 1.2 as its classic quizzes read it, one quiz a topic.

Canvas tells what a feedback is by words in its name: `wrong`, `correct`, `solution`, `general`,
or `<answer>_fb`. So the names here hold nothing else. An ordering becomes a matching question of
places and steps, which is what Canvas itself makes of one, and which gives points for each place.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from lxml import etree
from lxml.builder import ElementMaker

from grader.quiz.bank.topics import Topic
from grader.quiz.exports import item_parts, paired_parts
from grader.quiz.exports.content_package import identifier, xml_file, zipped
from grader.quiz.exports.export_job import ExportJob
from grader.quiz.exports.markup import html, inline_html
from grader.quiz.items.choice import Choice, Choices, TrueFalse
from grader.quiz.items.fill import Fill
from grader.quiz.items.free_text import Text
from grader.quiz.items.gaps import Gap
from grader.quiz.items.item import Item
from grader.quiz.items.matching import Matching
from grader.quiz.items.numeric import Numeric
from grader.quiz.items.ordering import Ordering
from grader.quiz.items.shuffle import shuffled

QUESTIONS = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
PACKAGING = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"
QUIZ = "http://canvas.instructure.com/xsd/cccv1p0"
E = ElementMaker(namespace=QUESTIONS, nsmap={None: QUESTIONS})
SMALLEST = 1e-4  # Canvas takes a number closer to zero for zero

Condition = etree._Element


class _CanvasBody:
    """The type of a question in Canvas, and what it is made of."""

    def __init__(self, type_: str, stem: str) -> None:
        self.type = type_
        self.answers: list[str] = []
        self.presentation: list[etree._Element] = [_material(stem)]
        self.conditions: list[Condition] = []
        self.feedback: dict[str, str] = {}  # Markdown by the answer that it is for

    def answer(self, number: int, feedback: str = "") -> str:
        """The name of the answer with this number."""
        name = str(1000 + number)
        self.answers.append(name)
        if feedback.strip():
            self.feedback[name] = feedback
        return name


def write(topics: Sequence[Topic], job: ExportJob) -> bytes:
    """The package as a zip."""
    trees: dict[str, etree._Element] = {}
    for topic in topics:
        kept = list(job.bodies(topic, BODIES))
        if not kept:
            continue
        name = identifier(topic.name)
        for item, _ in kept:
            item_parts.lose_common(item, job, has_tags=False)
        trees[f"{name}/{name}.xml"] = _assessment(topic, kept)
        trees[f"{name}/assessment_meta.xml"] = _quiz(topic, [item for item, _ in kept])
    files = {"imsmanifest.xml": _manifest(trees), **trees}
    return zipped({path: xml_file(tree) for path, tree in files.items()})


def _assessment(topic: Topic, kept: Iterable[tuple[Item, _CanvasBody]]) -> etree._Element:
    section = E.section(*(_item(item, body) for item, body in kept), ident="root_section")
    assessment = E.assessment(section, ident=identifier(topic.name), title=topic.title)
    return E.questestinterop(assessment)


def _item(item: Item, body: _CanvasBody) -> etree._Element:
    fields = {
        "question_type": body.type,
        "points_possible": str(item.points),
        "original_answer_ids": ",".join(body.answers),
    }
    metadata = E.qtimetadata(
        *(
            E.qtimetadatafield(E.fieldlabel(label), E.fieldentry(entry))
            for label, entry in fields.items()
        )
    )
    outcomes = E.outcomes(
        E.decvar(maxvalue="100", minvalue="0", varname="SCORE", vartype="Decimal")
    )
    shown = [_condition(E.other(), shows="general_fb")]
    shown += [_condition(_chosen(name), shows=f"{name}_fb") for name in body.feedback]
    feedback = {"general": item.explanation, **body.feedback}
    return E.item(
        E.itemmetadata(metadata),
        E.presentation(*body.presentation),
        E.resprocessing(outcomes, *shown, *body.conditions),
        *(_feedback(name, text) for name, text in feedback.items()),
        ident=identifier(item.id),
        title=item.id,
    )


def _choice(item: Choice, job: ExportJob) -> _CanvasBody:
    body = _CanvasBody("multiple_choice_question", html(item.stem))
    names = _options(item, job, body, cardinality="Single")
    body.conditions = [_condition(_chosen(name), points=100) for name, right in names if right]
    return body


def _choices(item: Choices, job: ExportJob) -> _CanvasBody:
    body = _CanvasBody("multiple_answers_question", html(item.stem))
    names = _options(item, job, body, cardinality="Multiple")
    tests = [_chosen(name) if right else _not(_chosen(name)) for name, right in names]
    body.conditions = [_condition(getattr(E, "and")(*tests), points=100)]
    return body


def _options(
    item: Choice | Choices, job: ExportJob, body: _CanvasBody, *, cardinality: str
) -> list[tuple[str, bool]]:
    """Adds the options; their names, and which are right."""
    if item.keep_order:
        job.lose(
            item, "lost: that its options keep their order (do not shuffle answers in this quiz)"
        )
    names = []
    labels = []
    for number, option in enumerate(item_parts.options(item, job), start=1):
        name = body.answer(number, option.feedback)
        names.append((name, option.correct))
        labels.append(E.response_label(_material(inline_html(option.text)), ident=name))
    body.presentation.append(_one_of(labels, "response1", cardinality=cardinality))
    return names


def _true_false(item: TrueFalse, job: ExportJob) -> _CanvasBody:
    body = _CanvasBody("true_false_question", html(item.stem))
    labels = []
    for number, says in enumerate((True, False), start=1):
        name = body.answer(number, item.feedback_true if says else item.feedback_false)
        text = _material(str(says), type_="text/plain")
        labels.append(E.response_label(text, ident=name))
        if says == item.answer:
            body.conditions = [_condition(_chosen(name), points=100)]
    body.presentation.append(_one_of(labels, "response1", cardinality="Single"))
    return body


def _numeric(item: Numeric, job: ExportJob) -> _CanvasBody:
    if item.traps or item.feedback:
        job.lose(item, "lost: what to say about wrong numbers")
    if 0 < abs(item.answer) < SMALLEST:
        job.lose(
            item,
            f"its answer {item.answer} may count as 0: Canvas reads no number below {SMALLEST}",
        )
    body = _CanvasBody("numerical_question", item_parts.with_unit(item, html(item.stem)))
    field = E.render_fib(E.response_label(ident="answer1"), fibtype="Decimal")
    body.presentation.append(E.response_str(field, ident="response1", rcardinality="Single"))
    width = Fraction(item_parts.widened(item_parts.width(item), item.answer))
    answer = item_parts.exact(item.answer)
    near = getattr(E, "and")(
        E.vargte(item_parts.decimal(answer - width), respident="response1"),
        E.varlte(item_parts.decimal(answer + width), respident="response1"),
    )
    same = _chosen(item_parts.decimal(answer))
    body.conditions = [_condition(getattr(E, "or")(same, near), points=100)]
    return body


def _ordering(item: Ordering, job: ExportJob) -> _CanvasBody:
    marks = "marked otherwise: Canvas gives the share of right places"
    marks = "" if str(item.rule) == "position" else marks
    stem = item_parts.stem_of_ordering(item, job, marks=marks, strays="mute")
    body = _CanvasBody("matching_question", html(stem))
    names = _step_names(item, job, body)
    texts = {
        part.id: paired_parts.menu_text(item, part.text, job, of="steps")
        for part in (*item.steps, *item.distractors)
    }
    item_parts.must_differ(texts.values())
    for place, step in enumerate(item_parts.steps_in_order(item), start=1):
        respident = f"response_{place}"
        labels = {name: texts[other] for other, name in names.items()}
        right = [names[step.id]]
        _row(body, respident, f"Step {place}", labels, right=right, of=len(item.steps))
    return body


def _step_names(item: Ordering, job: ExportJob, body: _CanvasBody) -> dict[str, str]:
    """Names for the steps and the distractors, in a mixed order."""
    ids = [part.id for part in (*item.steps, *item.distractors)]
    mixed = shuffled(ids, seed=job.seed, salt=item.id)
    return {name: body.answer(number) for number, name in enumerate(mixed, start=1)}


def _text(item: Text, job: ExportJob) -> _CanvasBody:
    job.lose(item, "lost: the rubric and the model answer (takers would see them)")
    body = _CanvasBody("essay_question", html(item.stem))
    field = E.render_fib(E.response_label(ident="answer1", rshuffle="No"))
    body.presentation.append(E.response_str(field, ident="response1", rcardinality="Single"))
    body.conditions = [E.respcondition(E.conditionvar(E.other()), **{"continue": "No"})]
    return body


def _short(item: Any, job: ExportJob) -> _CanvasBody:
    if item.near or item.feedback:
        job.lose(item, "lost: what to say about wrong forms, and points for some of them")
    body = _CanvasBody("short_answer_question", html(item.stem))
    field = E.render_fib(E.response_label(ident="answer1", rshuffle="No"))
    body.presentation.append(E.response_str(field, ident="response1", rcardinality="Single"))
    right = [form for form in item_parts.forms(item, job) if form.points == item.points]
    any_form = E.respcondition(E.conditionvar(*(_chosen(form.text) for form in right)))
    any_form.set("continue", "No")
    any_form.append(E.setvar("100", action="Set", varname="SCORE"))
    body.conditions = [any_form]
    return body


def _matching(item: Matching, job: ExportJob) -> _CanvasBody:
    body = _CanvasBody("matching_question", html(item.stem))
    texts = paired_parts.menu_texts(item, job)
    paired_parts.lose_pairs(item, job)
    right = paired_parts.right_mixed(item, job)
    names = {part.id: body.answer(number) for number, part in enumerate(right, start=1)}
    for place, part in enumerate(paired_parts.left_mixed(item, job), start=1):
        labels = {names[one.id]: texts[one.id] for one in right}
        shown = paired_parts.menu_text(item, part.text, job, of="left items")
        _row(body, f"response_{place}", shown, labels, right=[names[part.match]], of=len(item.left))
    return body


def _fill(item: Fill, job: ExportJob) -> _CanvasBody:
    is_menu = all(gap.options for gap in item.gaps)
    parts, offered = [], ""
    for piece in paired_parts.pieces(item):
        parts.append(piece if isinstance(piece, str) else f"[{piece.id}]")
        if isinstance(piece, Gap) and piece.options and not is_menu:
            shown = paired_parts.shown_options(piece, job.seed, item.id)
            texts = ", ".join(f"`{option.text}`" for option in shown)
            offered += html(f"{piece.id}: one of {texts}")
            job.lose(item, "its options are typed, since Canvas mixes no menus with typed gaps")
    if any("[" in part for part in parts if not part.startswith("[")):
        job.lose(item, "brackets in its code may look like gaps when it is edited there")
    if any(gap.feedback or gap.near for gap in item.gaps):
        job.lose(item, "lost: what to say about what is wrong in a gap")
    type_ = "multiple_dropdowns_question" if is_menu else "fill_in_multiple_blanks_question"
    body = _CanvasBody(type_, f"{html(item.stem)}<pre>{''.join(parts)}</pre>{offered}")
    for gap in item.gaps:
        _gap(item, gap, job, body, is_menu=is_menu)
    return body


def _gap(item: Fill, gap: Gap, job: ExportJob, body: _CanvasBody, *, is_menu: bool) -> None:
    texts = gap.right_texts()
    if is_menu:
        texts = tuple(o.text for o in paired_parts.shown_options(gap, job.seed, item.id))
    names = {body.answer(len(body.answers) + 1): text for text in texts}
    right = [name for name, text in names.items() if text in gap.right_texts()]
    _row(body, f"response_{gap.id}", gap.id, names, right=right, of=len(item.gaps))


def _row(
    body: _CanvasBody,
    ident: str,
    shown: str,
    labels: Mapping[str, str],
    *,
    right: Sequence[str],
    of: int,
) -> None:
    """One part that is answered by itself, and what it earns."""
    choices = [
        E.response_label(_material(text, type_="text/plain"), ident=name)
        for name, text in labels.items()
    ]
    row = _one_of(choices, ident, cardinality="Single")
    row.insert(0, _material(shown, type_="text/plain"))
    body.presentation.append(row)
    for name in right:
        test = E.varequal(name, respident=ident)
        body.conditions.append(_condition(test, points=f"{100 / of:.2f}", action="Add"))


BODIES: dict[str, Callable[[Any, ExportJob], _CanvasBody]] = {
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


def _one_of(labels: list[etree._Element], ident: str, *, cardinality: str) -> etree._Element:
    return E.response_lid(E.render_choice(*labels), ident=ident, rcardinality=cardinality)


def _material(text: str, *, type_: str = "text/html") -> etree._Element:
    return E.material(E.mattext(text, texttype=type_))


def _feedback(name: str, text: str) -> etree._Element:
    return E.itemfeedback(E.flow_mat(_material(html(text))), ident=f"{name}_fb")


def _chosen(name: str) -> Condition:
    return E.varequal(name, respident="response1")


def _not(condition: Condition) -> Condition:
    negation: Condition = getattr(E, "not")(condition)
    return negation


def _condition(
    test: Condition, *, points: int | str = "", action: str = "Set", shows: str = ""
) -> etree._Element:
    """What follows from an answer: points, or a feedback."""
    condition = E.respcondition(E.conditionvar(test))
    if shows:
        condition.set("continue", "Yes")
        condition.append(E.displayfeedback(feedbacktype="Response", linkrefid=shows))
    else:
        condition.set("continue", "Yes" if action == "Add" else "No")
        condition.append(E.setvar(str(points), action=action, varname="SCORE"))
    return condition


def _quiz(topic: Topic, items: Sequence[Item]) -> etree._Element:
    make = ElementMaker(namespace=QUIZ, nsmap={None: QUIZ})
    return make.quiz(
        make.title(topic.title),
        make.description(),
        make.quiz_type("assignment"),
        make.points_possible(f"{sum(item.points for item in items)}.0"),
        make.shuffle_answers("true"),
        make.show_correct_answers("false"),
        identifier=identifier(topic.name),
    )


def _manifest(trees: Iterable[str]) -> etree._Element:
    make = ElementMaker(namespace=PACKAGING, nsmap={None: PACKAGING})
    resources = make.resources()
    for path in trees:
        name, _, file = path.partition("/")
        if file == "assessment_meta.xml":
            continue
        settings = f"{name}/assessment_meta.xml"
        resources.append(
            make.resource(
                make.file(href=path),
                make.dependency(identifierref=f"{name}-settings"),
                identifier=name,
                type="imsqti_xmlv1p2",
            )
        )
        resources.append(
            make.resource(
                make.file(href=settings),
                identifier=f"{name}-settings",
                type="associatedcontent/imscc_xmlv1p1/learning-application-resource",
                href=settings,
            )
        )
    metadata = make.metadata(make.schema("IMS Content"), make.schemaversion("1.1.3"))
    return make.manifest(metadata, make.organizations(), resources, identifier="MANIFEST")

"""Items of QTI whose key and whose processing say the same, or not."""

import pytest

HEAD = '<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="i" title="i">'
TEMPLATE = "http://www.imsglobal.org/question/qti_v2p1/rptemplates"
BY_KEY = f'<responseProcessing template="{TEMPLATE}/match_correct"/>'
BY_MAP = f'<responseProcessing template="{TEMPLATE}/map_response"/>'
TWO_KEYS = "i: left out: its correct response is not what its processing gives most points for"
OTHERWISE = "i: marked otherwise: ours are right minus wrong, whatever its processing says"


def declared(*key, name="R", cardinality="single", mapping=""):
    values = "".join(f"<value>{value}</value>" for value in key)
    correct = f"<correctResponse>{values}</correctResponse>" if key else ""
    return (
        f'<responseDeclaration identifier="{name}" cardinality="{cardinality}" '
        f'baseType="identifier">{correct}{mapping}</responseDeclaration>'
    )


def mapping(attributes="", **points):
    entries = "".join(
        f'<mapEntry mapKey="{key}" mappedValue="{value}"/>' for key, value in points.items()
    )
    return f"<mapping {attributes}>{entries}</mapping>"


def choices(names="ABC", attributes='shuffle="true" maxChoices="0"', fixed=""):
    inside = "".join(
        f'<simpleChoice identifier="{name}" fixed="{str(name in fixed).lower()}">'
        f"text {name}</simpleChoice>"
        for name in names
    )
    return f"""<itemBody><choiceInteraction responseIdentifier="R" {attributes}>
      <prompt>Which?</prompt>{inside}</choiceInteraction></itemBody>"""


ORDER = choices().replace("choiceInteraction", "orderInteraction")


def sets(expression, then):
    return f"""<responseProcessing><responseCondition><responseIf>{expression}
      <setOutcomeValue identifier="SCORE"><baseValue baseType="float">{then}</baseValue>
      </setOutcomeValue></responseIf></responseCondition></responseProcessing>"""


def is_(name):
    value = f'<baseValue baseType="identifier">{name}</baseValue>'
    return f'<match><variable identifier="R"/>{value}</match>'


THREE = """<match><containerSize><variable identifier="R"/></containerSize>
  <baseValue baseType="integer">3</baseValue></match>"""  # are chosen


@pytest.fixture
def one(read):
    def run(*parts):
        questions, lost = read(HEAD + "".join(parts) + "</assessmentItem>")
        return next(iter(questions.values()), None), lost

    return run


def right(raw):
    return [option["text"][-1] for option in raw["options"] if option.get("correct")]


def test_the_key_is_that_of_the_response_which_the_interaction_names(one):
    raw, lost = one(declared("B", name="SURE"), declared("A"), choices(), BY_KEY)
    assert (right(raw), lost) == (["A"], [])


def test_a_response_that_nothing_declares_leaves_the_item_out(one):
    assert one(declared("A", name="S"), choices(), BY_KEY)[1] == [
        "i: left out: it declares 0 responses of the name 'R'"
    ]


@pytest.mark.parametrize(
    ("declaration", "processing"),
    [
        (declared("A", mapping=mapping(B=2, A=1)), BY_MAP),
        (declared("A"), sets(is_("B"), 3)),
        (declared("A"), sets(f"<not>{is_('A')}</not>", 1)),
        (declared("A"), sets(is_("A"), 0)),
        (declared("A", cardinality="multiple", mapping=mapping(A=1, B=1, C=-1)), BY_MAP),
        (
            declared("A", "B", cardinality="multiple"),
            sets(THREE, 1),
        ),
    ],
)
def test_an_item_that_gives_more_for_another_answer_than_its_key_is_left_out(
    one, declaration, processing
):
    raw, lost = one(declaration, choices(), processing)
    assert (raw, lost) == (None, [TWO_KEYS])


def test_an_order_that_earns_less_than_another_is_left_out(one):
    last = '<match><index n="3"><variable identifier="R"/></index>'
    processing = sets(f'{last}<baseValue baseType="identifier">A</baseValue></match>', 1)
    key = declared("A", "B", "C", cardinality="ordered")
    assert one(key, ORDER, processing) == (None, [TWO_KEYS])
    assert one(declared("C", "B", "A", cardinality="ordered"), ORDER, processing)[0]


@pytest.mark.parametrize(
    ("declaration", "processing", "said"),
    [
        (declared("A", "B", cardinality="multiple"), BY_KEY, [OTHERWISE]),
        (declared("A", cardinality="multiple"), BY_KEY, []),
        (
            declared(cardinality="multiple", mapping=mapping('lowerBound="0"', A=1, B=1, C=-1)),
            BY_MAP,
            [],
        ),
        (
            declared(cardinality="multiple", mapping=mapping('lowerBound="0"', A=3, B=1, C=-1)),
            BY_MAP,
            [OTHERWISE],
        ),
    ],
)
def test_other_marks_for_several_options_are_said_where_they_are_other(
    one, declaration, processing, said
):
    raw, lost = one(declaration, choices(), processing)
    assert raw["kind"] == "choices"
    assert lost == said


def test_a_key_that_names_a_choice_which_is_not_there_leaves_the_item_out(one):
    assert one(declared("A", "Z", cardinality="multiple"), choices(), BY_KEY)[1] == [
        "i: left out: its correct response names a choice that is not there"
    ]


def test_a_choice_of_at_most_one_is_one_whatever_holds_it(one):
    raw, lost = one(
        declared("A", cardinality="multiple"), choices(attributes='maxChoices="1"'), BY_KEY
    )
    assert (raw["kind"], lost) == ("choice", [])


def test_options_keep_their_order_where_some_are_fixed(one):
    raw, lost = one(declared("A"), choices(fixed="C"), BY_KEY)
    assert raw["keep_order"] is True
    assert lost == ["i: its options are not mixed now: some of them are fixed there"]


@pytest.mark.parametrize(
    ("processing", "why"),
    [
        (sets("<customOperator/>", 1), "uses <customOperator>"),
        (sets("<match/>", 1), "is not complete"),
        (sets(is_("A"), 1).replace("SCORE", "MARK"), "sets no SCORE"),
        (sets('<isNull><variable identifier="X"/></isNull>', 1), "uses <variable> of 'X'"),
        (BY_KEY.replace("match_correct", "own"), "uses the template 'own'"),
    ],
)
def test_a_processing_that_is_not_known_is_said(one, processing, why):
    raw, lost = one(declared("A"), choices(), processing)
    assert right(raw) == ["A"]
    assert lost == [f"i: its processing {why}, so it was not tried whether its key is right"]


def test_pairs_of_different_worth_are_said_to_be_marked_otherwise(one):
    sides = "".join(
        "<simpleMatchSet>"
        + "".join(
            f'<simpleAssociableChoice identifier="{name}" matchMax="1">{name}'
            "</simpleAssociableChoice>"
            for name in names
        )
        + "</simpleMatchSet>"
        for names in ("ab", "xy")
    )
    body = f"""<itemBody><p>Match.</p><matchInteraction responseIdentifier="R">{sides}
      </matchInteraction></itemBody>"""

    def lost(first):
        points = f"""<mapping><mapEntry mapKey="a x" mappedValue="{first}"/>
          <mapEntry mapKey="b y" mappedValue="1"/></mapping>"""
        key = declared("a x", "b y", cardinality="multiple", mapping=points)
        return one(key, body, BY_MAP)[1]

    assert lost(1) == []
    assert lost(2) == ["i: marked otherwise: each pair earns its share here"]

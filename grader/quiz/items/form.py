"""A question as a form: its parts as a taker may see them, and what was filled in so far.

Fields are named by labels, as a taker sees them; nothing here holds the id of a part, a key or
feedback. Every form says what it would send as it stands (`sent`), what it is with what was sent
(`filled`), and what the taker would have typed for that (`typed`, empty where nothing was given):
so there is one way to read an answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

ANSWER = "answer"  # the name of a form's only field
REST = "rest"  # in an order: what comes after it belongs nowhere
BETWEEN_GAPS = ";"  # what stands between the answers to several gaps
Sent = Mapping[str, Sequence[str]]  # the values of each field, in the order of the page


@dataclass(frozen=True, slots=True)
class Offered:
    """Something to choose or to arrange: the label that is sent, and its Markdown text."""

    label: str
    text: str
    is_given: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionsForm:
    """Options, of which one is chosen or, if there may be several, some."""

    options: tuple[Offered, ...]
    several: bool = False

    def typed(self, sent: Sent) -> str:
        return " ".join(sent.get(ANSWER, ()))

    def filled(self, sent: Sent) -> "OptionsForm":
        chosen = sent.get(ANSWER, ())
        options = tuple(Offered(o.label, o.text, o.label in chosen) for o in self.options)
        return OptionsForm(options=options, several=self.several)

    @property
    def sent(self) -> Sent:
        return {ANSWER: [option.label for option in self.options if option.is_given]}


@dataclass(frozen=True, slots=True, kw_only=True)
class LineForm:
    """One line: a number, with its unit beside it, or a few words."""

    value: str = ""
    unit: str = ""
    is_number: bool = False
    with_unit: bool = False  # the unit is to be typed, too

    def typed(self, sent: Sent) -> str:
        return " ".join(sent.get(ANSWER, ())).strip()

    def filled(self, sent: Sent) -> "LineForm":
        value = " ".join(sent.get(ANSWER, ()))
        return replace(self, value=value)

    @property
    def sent(self) -> Sent:
        return {ANSWER: [self.value]}


@dataclass(frozen=True, slots=True)
class TextForm:
    """A text of several lines."""

    value: str = ""

    def typed(self, sent: Sent) -> str:
        # a browser sends the ends of lines as the web's forms have them
        return "\n".join(sent.get(ANSWER, ())).replace("\r\n", "\n").strip()

    def filled(self, sent: Sent) -> "TextForm":
        return TextForm("\n".join(sent.get(ANSWER, ())).replace("\r\n", "\n"))

    @property
    def sent(self) -> Sent:
        return {ANSWER: [self.value]}


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderForm:
    """Steps to arrange; `rest` are those that were put aside, where some belong nowhere."""

    steps: tuple[Offered, ...]
    rest: tuple[Offered, ...] = ()
    has_rest: bool = False

    def typed(self, sent: Sent) -> str:
        """The numbers above the line; none of half a form, which would pass for an order."""
        given = list(sent.get(ANSWER, ()))
        if not self._is_whole(given):
            return ""
        return " ".join(given[: given.index(REST)] if REST in given else given)

    def filled(self, sent: Sent) -> "OrderForm":
        by_label = {step.label: step for step in (*self.steps, *self.rest)}
        given = list(sent.get(ANSWER, ()))
        if not self._is_whole(given):
            return self
        line = given.index(REST) if REST in given else len(given)
        return OrderForm(
            steps=tuple(by_label[one] for one in given[:line]),
            rest=tuple(by_label[one] for one in given[line + 1 :]),
            has_rest=self.has_rest,
        )

    def moved(self, label: str, by: int) -> "OrderForm":
        """One step moved up (-1) or down (1); past the last place it is put aside."""
        line = [Offered(REST, "")] if self.has_rest else []
        rows = [*self.steps, *line, *self.rest]
        place = next((n for n, one in enumerate(rows) if one.label == label), None)
        if place is None or not 0 <= place + by < len(rows):
            return self
        rows.insert(place + by, rows.pop(place))
        return self.filled({ANSWER: [one.label for one in rows]})

    def _is_whole(self, given: Sequence[str]) -> bool:
        """Whether every step is there once."""
        labels = [step.label for step in (*self.steps, *self.rest)]
        return sorted(one for one in given if one != REST) == sorted(labels)

    @property
    def sent(self) -> Sent:
        line = [REST] if self.has_rest else []
        steps, rest = ([one.label for one in side] for side in (self.steps, self.rest))
        return {ANSWER: [*steps, *line, *rest]}


@dataclass(frozen=True, slots=True, kw_only=True)
class PairsForm:
    """Rows that each get one of the targets."""

    rows: tuple[tuple[Offered, str], ...]  # with the label of the target that was given
    targets: tuple[Offered, ...]
    is_free: bool = False  # a target may be given more than once, or not at all

    def typed(self, sent: Sent) -> str:
        given = ((row.label, "".join(sent.get(field(row.label), ()))) for row, _ in self.rows)
        return " ".join(f"{label}{target}" for label, target in given if target)

    def filled(self, sent: Sent) -> "PairsForm":
        rows = tuple((row, "".join(sent.get(field(row.label), ()))) for row, _ in self.rows)
        return PairsForm(rows=rows, targets=self.targets, is_free=self.is_free)

    @property
    def sent(self) -> Sent:
        return {field(row.label): [target] for row, target in self.rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class GapField:
    """A gap of a listing: typed, or chosen where there are options."""

    label: str
    value: str = ""
    options: tuple[Offered, ...] = ()


@dataclass(frozen=True, slots=True)
class ListingForm:
    """A listing as text and gaps by turns."""

    pieces: tuple[str | GapField, ...]

    @property
    def gaps(self) -> tuple[GapField, ...]:
        return tuple(piece for piece in self.pieces if isinstance(piece, GapField))

    def typed(self, sent: Sent) -> str:
        given = [" ".join(sent.get(field(gap.label), ())).strip() for gap in self.gaps]
        return BETWEEN_GAPS.join(given) if any(given) else ""

    def filled(self, sent: Sent) -> "ListingForm":
        def with_value(piece: str | GapField) -> str | GapField:
            if isinstance(piece, str):
                return piece
            value = " ".join(sent.get(field(piece.label), ()))
            return GapField(label=piece.label, value=value, options=piece.options)

        return ListingForm(tuple(map(with_value, self.pieces)))

    @property
    def sent(self) -> Sent:
        return {field(gap.label): [gap.value] for gap in self.gaps}


QuestionForm = OptionsForm | LineForm | TextForm | OrderForm | PairsForm | ListingForm


def field(label: str) -> str:
    """The name of the field of a part, where each part has its own."""
    return f"{ANSWER}-{label}"

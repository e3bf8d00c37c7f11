"""Which answers to an interaction of QTI are right, by its key and by what its processing gives.

The two may differ in a file. Then nobody here knows which is meant, and the item is not taken.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from fractions import Fraction
from itertools import combinations, islice, permutations

from lxml import etree

from grader.quiz.imports.draft import NotTaken, number, whole_points
from grader.quiz.imports.qti_processing import EXACT, Answer, Processing, Unplayable
from grader.quiz.imports.safe_xml import named

MOST_TRIED = 1500  # answers
MOST_STEPS = 200_000  # of all of them together
TWO_KEYS = "its correct response is not what its processing gives most points for"

Note = Callable[[str], None]


class ItemScores:
    """The key of one interaction, and what is given for other answers; `lose` is told of both.

    Raises:
        NotTaken: its response is not declared.
    """

    def __init__(self, root: etree._Element, interaction: etree._Element, lose: Note) -> None:
        name = interaction.get("responseIdentifier", "")
        declared = [e for e in named(root, "responseDeclaration") if e.get("identifier") == name]
        if len(declared) != 1:
            raise NotTaken(f"it declares {len(declared)} responses of the name {name!r}")
        self._root, self._declared, self._lose = root, declared[0], lose
        self._processing = Processing(root, declared[0])
        is_one = declared[0].get("cardinality") == "single"
        asks_for_one = interaction.get("maxChoices") == "1" and len(self._key_values()) == 1
        self.is_single = is_one or asks_for_one

    @property
    def is_exact(self) -> bool:
        return self._processing.template == EXACT

    def correct(self) -> list[str]:
        """The values of the correct response; else what a mapping gives points for."""
        if values := self._key_values():
            return values
        mapped = {
            " ".join(entry.get("mapKey", "").split()): number(entry.get("mappedValue", "0"))
            for entry in named(self._declared, "mapEntry")
        }
        best = max(mapped.values(), default=0)
        return [
            name
            for name, points in mapped.items()
            if points > 0 and (points == best or not self.is_single)
        ]

    def right_choice(self, names: Sequence[str]) -> set[str]:
        """The key of a choice of one.

        Raises:
            NotTaken: no choice is right, or several, or another than what earns most.
        """
        right = self._known_key(names)
        if len(right) > 1:
            raise NotTaken("several choices are right where one may be chosen")
        others = [
            points
            for (name,), points in self._tried(((n,) for n in names), tuple(right)).items()
            if name not in right
        ]
        if any(points > 0 for points in others):
            self._lose("lost: part of the points for some answers, which now are wrong")
        if any(points < 0 for points in others):
            self._lose("lost: that some wrong answers cost points")
        return right

    def right_choices(self, names: Sequence[str]) -> set[str]:
        """The key of a choice of several.

        Raises:
            NotTaken: no choice is right, or others than those that earn most.
        """
        right = self._known_key(names)
        key = tuple(name for name in names if name in right)
        sizes = range(1, len(names) + 1)
        subsets = (chosen for size in sizes for chosen in combinations(names, size))
        tried = self._tried(islice(subsets, MOST_TRIED), key)

        def ours(chosen: Answer) -> Fraction:
            hits = len(right.intersection(chosen))
            return max(Fraction(0), Fraction(2 * hits - len(chosen), len(key)))

        self._compare(tried, key, ours, "ours are right minus wrong, whatever its processing says")
        return right

    def right_order(self, names: Collection[str]) -> list[str]:
        """The key of an ordering.

        Raises:
            NotTaken: there is none, or it earns less than another order.
        """
        order = self.correct()
        if not order or not set(order) <= set(names):
            raise NotTaken("its correct response is missing, or names unknown choices")
        self._tried(islice(permutations(order), MOST_TRIED), tuple(order))
        return order

    def compare_pairs(self, matched: dict[str, str], rights: Collection[str]) -> None:
        """Tells whether pairs are marked otherwise than ours, by changing one of them at a time.

        Raises:
            NotTaken: another answer earns more than the key.
        """
        key = tuple(f"{left} {right}" for left, right in matched.items())
        one_wrong = [
            tuple(f"{a} {other if a == left else b}" for a, b in matched.items())
            for left, right in matched.items()
            for other in rights
            if other != right
        ]
        tried = self._tried([*one_wrong, *((pair,) for pair in key)], key)

        def ours(pairs: Answer) -> Fraction:
            return Fraction(len({*key}.intersection(pairs)), len(key))

        self._compare(tried, key, ours, "each pair earns its share here")

    def points(self) -> int:
        """What the item declares, or else what its key earns."""
        declared = self._declared_points()
        if declared is None and self._processing.is_there:
            try:
                declared = float(self._processing.points(tuple(self.correct())))
            except Unplayable:
                declared = self._most_set()
        return whole_points(1 if declared is None else declared, self._lose)

    def _key_values(self) -> list[str]:
        found = named(self._declared, "correctResponse")
        return [" ".join((v.text or "").split()) for one in found for v in named(one, "value")]

    def _known_key(self, names: Collection[str]) -> set[str]:
        right = set(self.correct())
        if not right:
            raise NotTaken("no choice is right")
        if not right <= set(names):
            raise NotTaken("its correct response names a choice that is not there")
        return right

    def _tried(self, answers: Iterable[Answer], key: Answer) -> dict[Answer, Fraction]:
        """What the processing gives for these answers and the key; nothing if it is not known.

        Raises:
            NotTaken: one of them earns more than the key, or the key earns nothing.
        """
        if not self._processing.is_there:
            return {}
        try:
            tried = {key: self._processing.points(key)}
            for one in answers:
                if self._processing.steps < MOST_STEPS:
                    tried[one] = self._processing.points(one)
        except Unplayable as error:
            self._lose(f"its processing {error}, so it was not tried whether its key is right")
            return {}
        if not tried[key] > 0 or tried[key] < max(tried.values()):
            raise NotTaken(TWO_KEYS)
        return tried

    def _compare(
        self,
        tried: dict[Answer, Fraction],
        key: Answer,
        ours: Callable[[Answer], Fraction],
        how: str,
    ) -> None:
        """Tells that points are given otherwise, if they are, or if nobody knows."""
        is_same = all(max(Fraction(0), tried[one] / tried[key]) == ours(one) for one in tried)
        if not is_same or (not tried and self._processing.is_there):
            self._lose(f"marked otherwise: {how}")

    def _declared_points(self) -> float | None:
        for outcome in named(self._root, "outcomeDeclaration"):
            most = outcome.get("normalMaximum") if outcome.get("identifier") == "SCORE" else None
            if outcome.get("identifier") == "MAXSCORE":
                value = next(iter(named(outcome, "value")), None)
                most = None if value is None else value.text
            if most:
                return float(number(most))
        return None

    def _most_set(self) -> float:
        """The largest number that a processing sets SCORE to, where more is not known of it."""
        sums = [
            float(number(value.text or ""))
            for outcome in named(self._root, "setOutcomeValue")
            if outcome.get("identifier") == "SCORE"
            for value in named(outcome, "baseValue")
        ]
        return max(sums, default=1)

"""Questions with one thing changed: would anybody notice?

A mutant is the YAML mapping of a question in which a key, a number or words are other ones. Keys
and numbers must be caught by running them. Words cannot be: they must be caught because nobody has
agreed to them.
"""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

from grader.keys.stem_numbers import NUMBER

Raw = dict[str, Any]
NONSENSE = "The moon is made of green cheese."


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A question that was changed, and how."""

    kind: str
    says: str
    raw: Raw
    in_words: bool = False  # only its words are others, so that running it cannot show it


def mutants(raw: Mapping[str, Any]) -> Iterator[Mutant]:
    """Every way in which a question is changed, one thing at a time."""
    for kind, change in KEY_CHANGES.items():
        for says, changed in change(dict(raw)):
            yield Mutant(kind=kind, says=says, raw=changed)
    for kind, change in WORD_CHANGES.items():
        for says, changed in change(dict(raw)):
            yield Mutant(kind=kind, says=says, raw=changed, in_words=True)


Changes = Iterator[tuple[str, Raw]]


def _with(raw: Raw, **fields: Any) -> Raw:
    return {**deepcopy(raw), **fields}


def _flags(raw: Raw) -> Changes:
    """Another option is marked right, or a statement the other way."""
    if raw["kind"] == "true_false":
        yield "the answer is turned round", _with(raw, answer=not raw["answer"])
    for place, option in enumerate(raw.get("options", ())):
        options = deepcopy(raw["options"])
        if raw["kind"] == "choices":
            options[place]["correct"] = not option.get("correct", False)
        elif option.get("correct"):
            continue
        else:
            for number, each in enumerate(options):
                each["correct"] = number == place
        yield f"the mark of option {option['id']} is changed", _with(raw, options=options)


def _answers(raw: Raw) -> Changes:
    """The number of the key is moved: within what it accepts, and beyond."""
    if raw["kind"] != "numeric":
        return
    answer = raw["answer"]
    width = raw.get("tolerance") or abs(answer) * raw.get("rel_tolerance", 0)
    for share in (-1, -0.6, 0.6, 1):
        if width:
            moved = float(f"{answer + share * width:.10g}")
            yield f"the answer is {moved} in place of {answer}", _with(raw, answer=moved)
    yield f"the answer is {answer + 1} in place of {answer}", _with(raw, answer=answer + 1)


def _traps(raw: Raw) -> Changes:
    for place, trap in enumerate(raw.get("traps", ())):
        traps = deepcopy(raw["traps"])
        value = trap["value"]
        traps[place]["value"] = value + 7 if isinstance(value, int) else round(value * 1.1, 4)
        if traps[place]["value"] != value:
            yield f"a trap is {traps[place]['value']} in place of {value}", _with(raw, traps=traps)


def _forms(raw: Raw) -> Changes:
    """A text that is not right is accepted, or taken for the known mistake."""
    if raw["kind"] != "short":
        return
    yield "nonsense is accepted", _with(raw, accepted=[*raw["accepted"], NONSENSE])
    for place, near in enumerate(raw.get("near", ())):
        others = raw["near"][:place] + raw["near"][place + 1 :]
        accepted = [*raw["accepted"], *near["forms"]]
        yield f"{near['forms'][0]!r} is accepted", _with(raw, accepted=accepted, near=others)
        missed = deepcopy(raw["near"])
        missed[place]["forms"] = [*near["forms"], NONSENSE]
        yield f"nonsense is near, as {near['forms'][0]!r} is", _with(raw, near=missed)


def _edges(raw: Raw) -> Changes:
    for place, (early, late, reason) in enumerate(raw.get("before") or ()):
        edges = deepcopy(raw["before"])
        edges[place] = [late, early, reason]
        yield f"{early} before {late} is turned round", _with(raw, before=edges)


def _steps(raw: Raw) -> Changes:
    """Neighbours change places: in a chain, or in what must come before what."""
    if raw["kind"] != "ordering":
        return
    for place, (one, other) in enumerate(pairwise(raw["steps"])):
        says = f"{one['id']} and {other['id']} change places"
        if not raw.get("before"):
            steps = deepcopy(raw["steps"])
            steps[place : place + 2] = reversed(steps[place : place + 2])
            yield says, _with(raw, steps=steps)
            continue
        names = {one["id"]: other["id"], other["id"]: one["id"]}
        edges = [[names.get(a, a), names.get(b, b), reason] for a, b, reason in raw["before"]]
        # two steps that stand for the same in all constraints may change places
        if {(a, b) for a, b, _ in edges} != {(a, b) for a, b, _ in raw["before"]}:
            yield says, _with(raw, before=edges)


def _added_steps(raw: Raw) -> Changes:
    """What belongs nowhere becomes the last step."""
    for place, stray in enumerate(raw.get("distractors", ())):
        changed = _with(raw)
        del changed["distractors"][place]
        changed["steps"].append({"id": stray["id"], "text": stray["text"]})
        if raw.get("before"):
            ends = {step["id"] for step in raw["steps"]} - {edge[0] for edge in raw["before"]}
            changed["before"] += [[end, stray["id"], "it comes last"] for end in sorted(ends)]
        yield f"{stray['id']} becomes the last step", changed


def _pairs(raw: Raw) -> Changes:
    """Two left items exchange their right ones, or one is given another."""
    left = raw.get("left") or ()
    for one, other in combinations(range(len(left)), 2):
        if left[one]["match"] != left[other]["match"]:
            changed = deepcopy(left)
            changed[one]["match"], changed[other]["match"] = (
                left[other]["match"],
                left[one]["match"],
            )
            ids = f"{left[one]['id']} and {left[other]['id']}"
            yield f"the matches of {ids} are exchanged", _with(raw, left=changed)
    for place, part in enumerate(left):
        for right in raw["right"]:
            if right["id"] != part["match"]:
                changed = deepcopy(left)
                changed[place]["match"] = right["id"]
                yield f"{part['id']} goes with {right['id']}", _with(raw, left=changed)


def _gaps(raw: Raw) -> Changes:
    """What is wrong in a gap becomes right, and what is right becomes wrong."""
    for place, gap in enumerate(raw.get("gaps") or ()):
        for number, option in enumerate(gap.get("options", ())):
            if not option.get("correct"):
                gaps = deepcopy(raw["gaps"])
                for each in gaps[place]["options"]:
                    each["correct"] = each["id"] == gap["options"][number]["id"]
                yield f"option {option['id']} of gap {gap['id']} is right", _with(raw, gaps=gaps)
        for form in (form for near in gap.get("near", ()) for form in near["forms"]):
            gaps = deepcopy(raw["gaps"])
            gaps[place]["accepted"].append(form)
            yield f"{form!r} is right in gap {gap['id']}", _with(raw, gaps=gaps)
        for form in gap.get("accepted", ()):
            gaps = deepcopy(raw["gaps"])
            gaps[place].setdefault("near", []).append({"forms": [form]})
            yield f"{form!r} is wrong in gap {gap['id']}", _with(raw, gaps=gaps)


def _mended(raw: Raw) -> Changes:
    """The line that mends a listing is another one of its lines."""
    backing = raw.get("verify") or {}
    if backing.get("mended"):
        changed = {**backing, "mended": "return None"}
        yield "the line is not mended", _with(raw, verify=changed)


def _programs(raw: Raw) -> Changes:
    """The evidence comes from the mistake of another option."""
    backing = raw.get("verify") or {}
    if backing.get("kind") != "diagnosis":
        return
    for option, given in backing["options"].items():
        name = given if isinstance(given, str) else given[0]
        if name not in ("right", backing["misconception"]):
            yield (
                f"the evidence is that of option {option}",
                _with(raw, verify={**backing, "misconception": name}),
            )


def _numbers(raw: Raw) -> Changes:
    for found in NUMBER.finditer(raw["stem"]):
        old = found[0]
        new = f"{old[:-1]}{(int(old[-1]) + 1) % 10}"
        stem = raw["stem"][: found.start()] + new + raw["stem"][found.end() :]
        yield f"the stem says {new} in place of {old}", _with(raw, stem=stem)


def _exchanged(name: str) -> Callable[[Raw], Changes]:
    """Two texts of a list change places."""

    def change(raw: Raw) -> Changes:
        for one, other in combinations(range(len(raw.get(name) or ())), 2):
            parts = deepcopy(raw[name])
            texts = parts[one]["text"], parts[other]["text"]
            parts[other]["text"], parts[one]["text"] = texts
            ids = f"{parts[one]['id']} and {parts[other]['id']}"
            yield f"the texts of {ids} are exchanged", _with(raw, **{name: parts})

    return change


def _negated(raw: Raw) -> Changes:
    for old, new in ((" is ", " is not "), (" are ", " are not "), (" all ", " no ")):
        if old in raw["stem"]:
            stem = raw["stem"].replace(old, new, 1)
            yield f"the stem says {new.strip()!r}", _with(raw, stem=stem)
            break
    else:
        yield "the stem is denied", _with(raw, stem=f"It is not so: {raw['stem']}")
    for place, option in enumerate(raw.get("options", ())):
        options = deepcopy(raw["options"])
        options[place]["text"] = f"Not so: {option['text']}"
        yield f"option {option['id']} is denied", _with(raw, options=options)


def _replaced(raw: Raw) -> Changes:
    """The keys of a person who marks, and the unit of a number, are others."""
    if "model_answer" in raw:
        yield "the model answer is nonsense", _with(raw, model_answer=NONSENSE)
    for place, point in enumerate(raw.get("rubric", ())):
        rubric = deepcopy(raw["rubric"])
        rubric[place]["text"] = NONSENSE
        yield f"the rubric line {point['id']} is nonsense", _with(raw, rubric=rubric)
    if raw.get("unit"):
        yield "the unit is another", _with(raw, unit=f"kilo{raw['unit']}")


KEY_CHANGES: Mapping[str, Callable[[Raw], Changes]] = {
    "marks of options": _flags,
    "numeric keys": _answers,
    "traps": _traps,
    "forms of short texts": _forms,
    "edges reversed": _edges,
    "steps exchanged": _steps,
    "steps added": _added_steps,
    "pairs": _pairs,
    "gaps": _gaps,
    "mended lines": _mended,
    "evidence": _programs,
    "numbers of stems": _numbers,
}
WORD_CHANGES: Mapping[str, Callable[[Raw], Changes]] = {
    "options exchanged": _exchanged("options"),
    "texts of steps exchanged": _exchanged("steps"),
    "texts of left items exchanged": _exchanged("left"),
    "texts of right items exchanged": _exchanged("right"),
    "statements negated": _negated,
    "model answers, rubrics, units": _replaced,
}

"""docs/authors.md: every name of `grader.checks` with its signature, and examples that decide."""

import inspect
import json
import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from grader import checks
from grader.cli import main

PAGE = (Path(__file__).parents[1] / "docs" / "authors.md").read_text(encoding="utf-8")
PARAMETERS = {
    "root_mean_square": ["x"],
    "merge": ["word", "pair"],
    "largest": ["logits"],
    "perplexity": ["probabilities"],
    "causal_mask": ["time"],
    "RunningMean": ["config", "steps"],
    "descend": ["weight", "stages", "rate"],
    "generate": ["prompt", "stages", "max_new_tokens", "eos_token_id", "context_length"],
    "generate_cached": ["prompt", "stages", "max_new_tokens"],
}
REFERENCE = """
import numpy as np


def root_mean_square(x):
    return np.sqrt((x * x).mean(-1))
"""
RIGHT = """
import numpy as np


def root_mean_square(x):
    return np.sqrt((x * x).mean(-1))


def merge(word, pair):
    merged = []
    for symbol in word:
        if merged and [merged[-1], symbol] == pair:
            merged[-1] += symbol
        else:
            merged.append(symbol)
    return merged


def largest(logits):
    return int(np.argmax(logits))


def perplexity(probabilities):
    return float(np.exp(-np.log(probabilities).mean()))


class RunningMean:
    def __init__(self, config):
        self.numbers = [config["first"]]

    def add(self, number):
        self.numbers.append(number)
        return sum(self.numbers) / len(self.numbers)


def causal_mask(time):
    return np.arange(time) <= np.arange(time)[:, None]


def generate_cached(prompt, stages, max_new_tokens):
    logits, cache = stages.prefill(prompt)
    generated = [stages.select(logits)]
    while len(generated) < max_new_tokens:
        logits, cache = stages.decode(generated[-1], cache)
        generated.append(stages.select(logits))
    return generated


def descend(weight, stages, rate):
    return weight - rate * stages.gradient(weight)


def generate(prompt, stages, max_new_tokens, eos_token_id, context_length):
    generated = []
    for _ in range(max_new_tokens):
        hidden = stages.embed((prompt + generated)[-context_length:])
        for layer in stages.layers:
            hidden = layer(hidden)
        probabilities = stages.softmax(stages.output(hidden))
        generated.append(stages.select(probabilities[-1]))
    return generated
"""
WRONG = f"""
import numpy as np


def root_mean_square(x):
    x *= x
    return np.sqrt(x.mean(keepdims=True) * np.ones(x.shape[:-1]) + 1)


def merge(word, pair):
    return " ".join(word).replace(" ".join(pair), "".join(pair))


def largest(logits):
    smallest_unless_large = [(z > 3.5 or -z, i) for i, z in enumerate(logits)]
    return max(smallest_unless_large, default=(0, 0))[1]


def perplexity(probabilities):
    return float(np.exp(-np.log(probabilities).sum()))


class RunningMean:
    def __init__(self, config):
        self.numbers = [config["first"]]

    def add(self, number):
        self.numbers.append(number)
        return sum(self.numbers[-2:]) / 3


def causal_mask(time):
    return np.arange(time) < np.arange(time)[:, None]


def generate_cached(prompt, stages, max_new_tokens):
    return [stages.select(stages.prefill(prompt)[0]) for _ in range(max_new_tokens)]


def descend(weight, stages, rate):
    stages.gradient(weight)
    return weight - rate * stages.gradient(weight)


{RIGHT[RIGHT.index("def generate(") :].replace("(prompt + generated)", "prompt")}
"""


def blocks():
    section = PAGE[PAGE.index("## What a check may use") : PAGE.index("## What the audit says")]
    return re.findall(r"^```python\n(.*?)^```", section, re.MULTILINE | re.DOTALL)


def points_of(stage):
    found = 0
    for block in blocks():
        for check in re.split(r"^def test_", block, flags=re.MULTILINE)[:-1]:
            marks = check[check.rindex("\n\n\n") :] if "\n\n\n" in check else check
            if f'@stage("{stage}")' in marks:
                found += int(re.findall(r"@points\((\d+)\)", marks)[-1])
    return found


@pytest.fixture(scope="module")
def assignment(tmp_path_factory):
    folder = tmp_path_factory.mktemp("authors") / "examples"
    folder.mkdir()
    stages = [
        {"name": name, "title": name, "points": points_of(name), "parameters": parameters}
        for name, parameters in PARAMETERS.items()
    ]
    settings = {"title": "Examples", "total": sum(s["points"] for s in stages), "stages": stages}
    (folder / "assignment.yaml").write_text(yaml.safe_dump(settings))
    (folder / "test_examples.py").write_text("\n\n".join(blocks()))
    (folder / "reference.py").write_text(REFERENCE)
    (folder / "misconceptions.py").write_text("")
    return folder


def verdicts(assignment, place, source):
    """By check, of the report that staff read: hidden checks are in it."""
    (place / "class").mkdir()
    (place / "class" / "ada.py").write_text(source)
    words = ["batch", place / "class", "-o", place / "out", "--assignment", assignment, "-j", "1"]
    ran = CliRunner().invoke(main, [*map(str, words), "--require-level", "none"])
    assert ran.exit_code == 0, ran.output
    report = json.loads((place / "out" / "staff" / "ada.json").read_text())
    return {
        check["check"]: check["verdict"] for stage in report["stages"] for check in stage["checks"]
    }


def test_right_code_passes_every_example(assignment, tmp_path):
    found = verdicts(assignment, tmp_path, RIGHT)
    assert len(found) == len(re.findall(r"^def test_", "\n".join(blocks()), re.MULTILINE)) > 9
    assert set(found.values()) == {"passed"}


def test_each_example_fails_on_wrong_code(assignment, tmp_path):
    found = verdicts(assignment, tmp_path, WRONG)
    assert {check for check, verdict in found.items() if verdict == "passed"} == set()
    assert "crashed" not in found.values()


def test_every_name_has_its_place():
    headings = " ".join(re.findall(r"^### (.+)$", PAGE, re.MULTILINE))
    for name in checks.__all__:
        assert re.search(rf"`{name}\b", headings), name


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in checks.__all__
        if inspect.isfunction(getattr(checks, name))
        or name in ("ScriptedFunctions", "ScriptedStages")
    ],
)
def test_a_signature_is_the_one_of_the_code(name):
    signature = inspect.signature(getattr(checks, name))
    shown = []
    for each in signature.parameters.values():
        if each.kind is each.KEYWORD_ONLY and "*" not in shown:
            shown.append("*")
        default = "" if each.default is each.empty else f"={each.default!r}"
        shown.append(each.name + default.replace("'", '"').replace("2e-05", "TOLERANCE"))
    assert f"### `{name}({', '.join(shown)})`" in PAGE

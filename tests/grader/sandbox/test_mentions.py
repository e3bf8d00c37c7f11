"""Where a source names something, told from its imports."""

import pytest

from grader.sandbox.child.mentions import mentions

NAMES = ("torch.nn.functional.softmax", "transformers", "torch.nn.LSTM")
FOUND = {
    "an import": ("import transformers\n", [(1, 1)]),
    "a part of a package": ("from transformers.models import gpt2\n", [(1, 1)]),
    "a full name": ("import torch\n\ntorch.nn.functional.softmax(1)\n", [(0, 3)]),
    "a module by another name": ("import torch.nn as n\nn.LSTM\n", [(2, 2)]),
    "a function by another name": (
        "from torch.nn.functional import softmax as s\ns(1)\n",
        [(0, 1), (0, 2)],
    ),
    "a chain over two lines": (
        "import torch\n(torch.nn\n   .functional.softmax)\n",
        [(0, 3)],
    ),
}


@pytest.mark.parametrize(("source", "expected"), FOUND.values(), ids=FOUND)
def test_a_name_is_found_at_its_line(source, expected):
    assert [(n, line) for n, _, line in mentions([("a.py", source)], {}, NAMES)] == expected


NOT_FOUND = {
    "a comment": "import torch  # torch.nn.LSTM\n",
    "a text": "import torch\nx = 'torch.nn.LSTM'\n",
    "an own function": "def softmax(x):\n    return x\nsoftmax(1)\n",
    "an own name for an import": "import transformers_of_mine as LSTM\nLSTM\n",
    "a name that is bound again": "import torch as t\nt = Mine()\nt.nn.LSTM\n",
    "an argument": "import torch\ndef f(torch):\n    return torch.nn.LSTM\n",
    "another function of that name": "import torch\ntorch.softmax(1)\n",
    "no Python": "from torch.nn import LSTM (\n",
    "deep nesting": "LSTM = " + "(" * 500 + ")" * 500,
}


@pytest.mark.parametrize("source", NOT_FOUND.values(), ids=NOT_FOUND)
def test_what_only_looks_like_it_is_not_found(source):
    assert mentions([("a.py", source)], {}, NAMES) == []


def test_cells_share_their_imports_and_modules_do_not():
    cells = [("cell 1", "from torch import nn"), ("cell 2", "nn.LSTM")]
    assert mentions(cells, {"b.py": "nn.LSTM"}, NAMES) == [(2, "cell 2", 1)]


def test_a_module_of_the_submission_is_not_the_package_of_that_name():
    main = [("a.py", "import transformers")]
    assert mentions(main, {"transformers/__init__.py": ""}, NAMES) == []


def test_many_mentions_are_cut():
    assert len(mentions([("a.py", "import transformers\n" * 500)], {}, NAMES)) == 40

"""The claims of the questions. A file placed here adds its claims; nothing else lists them.

How to write one:

- `@claim` from `grader.keys.registry` over a pure function of a seed. Its name is
  what a question writes after `claim:`; its docstring says what is run.
- Take stages as attributes of their modules when the claim runs (`from reference.decoder import
  softmax`, then `softmax.softmax(...)`), and models from `reference.decoder.answers.trials`. Then
  `trials.replaced` can put another function in the place of a stage, which is how a test breaks
  the reference on purpose to see the right questions turn red.
- Compare with `trials.same`, and let a truth hang on a clear margin: the same claim must come out
  the same on another CPU.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from grader.keys.registry import Claim, marked


@cache
def claims() -> Mapping[str, Claim]:
    """Every claim by its name."""
    names = [info.name for info in pkgutil.iter_modules(__path__, f"{__name__}.")]
    return marked(importlib.import_module(name) for name in names)

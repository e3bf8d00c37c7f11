"""The procedures that ordering questions are run on. A file placed here adds its own.

A question names one after `trace:`, and its events under `steps:`. A distractor is an event, too,
or `absent` where the reference has nothing of that kind. Each file lists its events in the order
in which the reference does them, and then those that only a mistaken program has.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from grader.keys.procedure import Procedure


@cache
def procedures() -> Mapping[str, Procedure]:
    """Every procedure by its name."""
    found: dict[str, Procedure] = {}
    for module_info in pkgutil.iter_modules(__path__, f"{__name__}."):
        for value in vars(importlib.import_module(module_info.name)).values():
            if isinstance(value, Procedure):
                if value.name in found:
                    raise ValueError(f"{value.name}: two procedures have this name")
                found[value.name] = value
    return found

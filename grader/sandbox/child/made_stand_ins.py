"""Inner classes that the grader answers for while an object of an outer one is checked.

A stand-in is a module with the parameters that the right one has, under their names. So an outer
module can be given weights, and each forward pass is answered on the grader's side from them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from grader.sandbox.child.made_objects import ANSWER, Step
from grader.sandbox.child.stand_in import OWN, AskGrader, put_in_place
from grader.sandbox.child.student_modules import StudentModules


@contextmanager
def made_stand_ins(
    submission: StudentModules, inner: Mapping[str, Sequence[str]], ask: AskGrader
) -> Iterator[None]:
    """Put stand-ins in the place of the named classes in all of the student's modules.

    A class that is missing has one in the main module.
    """
    made = {name: (submission.function(name), _stand_in(name, ask)) for name in inner}
    pairs = [(own, stand_in) for own, stand_in in made.values() if own is not None]
    missing = {name: stand_in for name, (own, stand_in) in made.items() if own is None}
    main = vars(submission.modules()[0])
    main |= missing
    try:
        with put_in_place(submission, pairs):
            yield
    finally:
        for name in missing:
            main.pop(name, None)


def _stand_in(name: str, ask: AskGrader) -> Callable[..., Any]:
    def make(*args: Any, **kwargs: Any) -> Any:
        config = next(iter((*args, *kwargs.values())), None)
        step: Step = ("state_dict", [], ANSWER)
        state = ask(name, [config, [list(step)]])
        if state is OWN:
            raise TypeError(f"{name} cannot be made of what it is given here")
        return _module(name, config, state, ask)

    return make


def _module(name: str, config: Any, state: Mapping[str, Any], ask: AskGrader) -> Any:
    """A module with these parameters, whose forward pass is asked of the grader."""
    import torch

    def forward(*inputs: Any, **named: Any) -> Any:
        steps: list[Any] = [
            ["load_state_dict", [made.state_dict()], ANSWER],
            ["train", [bool(made.training)], ANSWER],
            ["", [*inputs, *named.values()], ANSWER],
        ]
        answer = ask(name, [config, steps])
        if answer is OWN:
            raise TypeError(f"{name} cannot take what it is given here")
        return answer

    made = torch.nn.Module()
    for path, value in state.items():
        *parents, last = path.split(".")
        place = made
        for part in parents:
            if part not in place._modules:
                place.add_module(part, torch.nn.Module())
            place = getattr(place, part)
        place.register_parameter(last, torch.nn.Parameter(torch.as_tensor(value).float()))
    made.forward = forward
    return made

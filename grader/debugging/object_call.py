"""The part of a debugging script that makes an object of the student's class and calls it."""

from collections.abc import Sequence

_DONE = """
def inside(made, path):
    for name in path.split('.') if path else ():
        made = made[int(name)] if name.isdigit() else getattr(made, name)
    return made


def done(made, path, arguments, wanted):
    found = inside(made, path)
    if wanted == 'value':
        return found
    if wanted == 'answered by the grader':
        found.forward = lambda *received: stage(arguments[0])(*received, found.training)
        return None
    answer = found(*arguments)
    if wanted == 'shapes':
        return {name: list(tensor.shape) for name, tensor in dict(answer).items()}
    return answer.detach() if isinstance(answer, torch.Tensor) else answer


"""


def object_call(makes: str, function: str, parameters: Sequence[str]) -> str:
    """Source that does all steps to a new object, and then prints the answer to the last.

    Args:
        makes: the class.
        function: it, or a method that is a stage; then the first parameter is the object's history.
        parameters: what the arguments are called in the script.
    """
    first, *others = parameters
    history = f"{first}, {others[0]}" if makes == function else f"*{first}"
    lines = [
        "def object_after(config, steps):",
        f"    torch.manual_seed(0)\n    made, answer = {makes}(config), None",
        "    for step in steps:\n        answer = done(made, *step)\n    return made, answer\n\n",
        f"made, answer = object_after({history})",
    ]
    if makes != function:
        lines.append(f"answer = made.{function}({', '.join(others)})")
    return _DONE + "\n".join([*lines, "print('answer', answer)", ""])

"""The memory that the answers of one submission may take on our side, over all its checks."""

from grader.errors import BadValue
from grader.remembered import content_bytes
from grader.sandbox.contract import Returned

_SMALL = 1 << 20  # bytes: answers up to this size are free, however many there are
_MOST_BYTES = 256 << 20


class AnswerBudget:
    """Counts the large answers. It does so in the order of the checks, so each run counts alike."""

    def __init__(self) -> None:
        self._left = _MOST_BYTES

    def take(self, function: str, returned: Returned) -> None:
        """An answer that a check is to get.

        Raises:
            BadValue: with it, the answers of the submission are too large.
        """
        size = content_bytes(returned.value) + content_bytes(returned.arguments)
        if size <= _SMALL:
            return
        if size > self._left:
            raise BadValue(
                f"{function} returned {size >> 20} MB, arguments that it changed included; with "
                f"it, the large answers of your functions take more than {_MOST_BYTES >> 20} MB.",
                discreet=f"{function} returned more than your functions may answer together.",
            )
        self._left -= size

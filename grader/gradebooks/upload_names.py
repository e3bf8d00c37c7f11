"""What the file of each submission is called where there is one for each."""

from collections.abc import Sequence

_NAME_BYTES = 200


def upload_names(submissions: Sequence[str]) -> dict[str, str]:
    """A name for the file of each submission: what cannot be one is changed, and numbered."""
    return {name: upload_name(name, number) for number, name in enumerate(submissions, start=1)}


def upload_name(submission: str, number: int) -> str:
    """The name for one, which is the submission of this number."""
    cut = submission.replace("/", "-").encode()[:_NAME_BYTES].decode(errors="ignore")
    is_whole = cut == submission and cut.strip(".")
    return submission if is_whole else f"{cut.strip('.')}-{number}"

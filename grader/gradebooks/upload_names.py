"""What the file of each submission is called where there is one for each."""

from collections.abc import Sequence

_NAME_BYTES = 200


def upload_names(submissions: Sequence[str]) -> dict[str, str]:
    """A name for the file of each submission: what cannot be one is changed, and numbered."""
    names: dict[str, str] = {}
    for number, submission in enumerate(submissions, start=1):
        cut = submission.replace("/", "-").encode()[:_NAME_BYTES].decode(errors="ignore")
        is_whole = cut == submission and cut.strip(".")
        names[submission] = submission if is_whole else f"{cut.strip('.')}-{number}"
    return names

"""The small text files that a system adds to a download, read as far as they are needed."""

from grader.intake.download import Download, DownloadItem
from grader.intake.source_files import Unreadable

_MOST = 20  # lines


def first_lines(download: Download, item: DownloadItem) -> list[str]:
    """The first lines of a file; none where it cannot be read."""
    try:
        data = b"".join(file.read() for file in download.files(item))
    except (OSError, Unreadable):
        return []
    return data[:100_000].decode("utf-8-sig", errors="replace").splitlines()[:_MOST]

"""Files that a browser keeps and does not show."""

from starlette.responses import Response


def file_to_keep(name: str, content: bytes) -> Response:
    """A file as a download: whatever it holds, no page is made of it.

    Args:
        name: what it is called; what could act in a header is written differently.
    """
    plain = name.encode("ascii", "replace").decode()
    plain = plain.translate({ord('"'): "'", ord("\\"): "_"})
    return Response(
        content,
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="{plain}"',
            "Cache-Control": "no-store",
        },
    )

"""A zip with a manifest, the same bytes each time for the same content."""

import zipfile
from collections.abc import Mapping
from io import BytesIO

from lxml import etree

LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first date that a zip can hold


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The files in the order in which they are given."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            member = zipfile.ZipInfo(name, date_time=LONG_AGO)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3  # not the system that it was made on
            member.external_attr = 0o644 << 16
            archive.writestr(member, content)
    return out.getvalue()


def xml_file(root: etree._Element) -> bytes:
    """A tree as a file."""
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8")) + b"\n"


def identifier(name: str) -> str:
    """A name that may stand where XML wants an identifier: it begins with a letter."""
    return name if name[:1].isalpha() else f"q-{name}"

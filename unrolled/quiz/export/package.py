"""Zip packages whose bytes depend on nothing but their content, and XML written by hand."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree as ET

from unrolled.quiz.export.text import clean

XSI = "http://www.w3.org/2001/XMLSchema-instance"


def element(tag: str, attributes: dict | None = None, children=(), text: str = "") -> ET.Element:
    """Return an element; a line end after each child keeps the file readable, HTML is left alone."""
    made = ET.Element(tag, {name: clean(str(value)) for name, value in (attributes or {}).items()})
    children = list(children)
    made.text = clean(text) if text else ("\n" if children else None)
    for child in children:
        child.tail = "\n"
        made.append(child)
    return made


def fragment(html: str, keep=("href",)) -> list[ET.Element]:
    """Return HTML blocks as elements without the attributes that the format does not know."""
    root = ET.fromstring(f"<div>{html}</div>")
    for node in root.iter():
        node.attrib = {name: value for name, value in node.attrib.items() if name in keep}
    return list(root)


def document(root: ET.Element) -> bytes:
    """Return a file of XML."""
    return ET.tostring(root, encoding="UTF-8", xml_declaration=True) + b"\n"


def package(files: dict[str, bytes]) -> bytes:
    """Return a zip archive of files by name, all of the same fixed time."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, date_time=(2000, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return stream.getvalue()

"""What a cell showed, as the grader may keep it: rebuilt field by field from a worker's reply."""

from __future__ import annotations

import base64
import binascii
import math
import re
import struct

from unrolled.answer import LearnerError as AnswerError
from unrolled.grading import wire

MAX_OUTPUTS = 200
MAX_IMAGE_BYTES = 4 << 20
MAX_PIXELS = 1 << 24
# For all cells together: characters of text, bytes of pictures, and their pixels.
MAX_SHOWN = 1 << 20, 16 << 20, 1 << 27
FULL = {
    "output_type": "stream",
    "name": "stdout",
    "text": "… the notebook shows more than is kept; this was left out\n",
}
MAX_MESSAGE = 2000
MAX_LINE = 200
ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class LearnerError(AnswerError):
    """An exception that the learner's code raised, with the cell that it was raised in.

    Args:
        type_name: the name of its type.
        message: its text, bounded.
        line_number: the line in that cell, or None where it is not known.
        line: that line's source.
        function: the learner's function that raised it, or "".
        cell: what the grader called the cell, or None.
    """

    def __init__(self, type_name, message, line_number=None, line="", function="", cell=None):
        super().__init__(type_name, message, line_number, line, function)
        self.cell = cell


def clean(text: str, limit: int) -> str:
    """Return a text as a terminal would leave it, without control characters, cut to `limit`."""
    lines = text[: limit + 1].split("\n")
    # A progress bar writes over its own line: what came last is what stays.
    text = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)
    return wire.short(CONTROLS.sub("", ESCAPES.sub("", text)), limit)


def rebuild(outputs: object, limit: int) -> list[dict]:
    """Rebuild a reply's outputs in nbformat's form.

    Args:
        outputs: what the worker sent, of any shape at all.
        limit: how many characters of text to keep.

    Returns:
        Outputs of type stream, display_data and execute_result that hold text/plain and
        image/png alone.

    Raises:
        WireError: when they are not a list of outputs.
    """
    if type(outputs) is not list:
        raise wire.WireError("the outputs are not a list")
    kept, images = [], MAX_IMAGE_BYTES
    for output in outputs[:MAX_OUTPUTS]:
        if type(output) is not dict:
            raise wire.WireError("an output is malformed")
        kind = output.get("output_type")
        if kind == "stream" and output.get("name") in ("stdout", "stderr"):
            text = _text(output.get("text"), limit)
            limit -= len(text)
            kept.append({"output_type": kind, "name": output["name"], "text": text})
        elif kind in ("display_data", "execute_result"):
            data = output.get("data")
            if type(data) is not dict:
                raise wire.WireError("an output is malformed")
            bundle = {}
            if "text/plain" in data:
                bundle["text/plain"] = _text(data["text/plain"], limit)
                limit -= len(bundle["text/plain"])
            if "image/png" in data:
                bundle["image/png"] = picture(data["image/png"], images)
                images -= len(bundle["image/png"])
            output = {"output_type": kind, "data": bundle, "metadata": {}}
            kept.append(output | ({"execution_count": None} if kind == "execute_result" else {}))
        else:
            raise wire.WireError("an output is of a kind that is not kept")
    return kept


def _text(text: object, limit: int) -> str:
    if type(text) is not str:
        raise wire.WireError("an output's text is not text")
    return clean(text, max(limit, 0) + 200) if limit > 0 else ""  # room for the worker's own note


class Allowance:
    """What all cells of one notebook together may show: characters, pictures' bytes and pixels.

    Each cell's own limits let two thousand cells fill the grader's memory, or the browser of whoever
    opens the page.
    """

    def __init__(self) -> None:
        self._characters, self._bytes, self._pixels = MAX_SHOWN

    def spend(self, outputs: list[dict]) -> list[dict]:
        """Return a cell's outputs, as far as there is room left for them; one line says if not."""
        for k, output in enumerate(outputs):
            data = output.get("data", {})
            told = [output.get("text", ""), data.get("text/plain", "")]
            # What was raised is told even when nothing else is: it is short.
            self._characters -= sum(map(len, told))
            encoded = data.get("image/png")
            if encoded:
                self._bytes -= len(encoded)
                self._pixels -= math.prod(struct.unpack(">II", base64.b64decode(encoded[:32])[16:]))
            if min(self._characters, self._bytes, self._pixels) < 0:
                errors = [later for later in outputs[k:] if later["output_type"] == "error"]
                return [*outputs[:k], FULL, *errors]
        return outputs


def picture(encoded: object, limit: int) -> str:
    """Check that a text is a bounded PNG in base64, and return it.

    Args:
        encoded: what the worker sent.
        limit: the greatest number of characters.

    Raises:
        WireError: when it is not.
    """
    if type(encoded) is not str or len(encoded) > limit:
        raise wire.WireError("a picture is too large")
    try:
        data = base64.b64decode(encoded.replace("\n", ""), validate=True)
        signature, length, name, width, height = struct.unpack(">8sI4sII", data[:24])
    except (binascii.Error, ValueError, struct.error):
        raise wire.WireError("a picture is not a PNG") from None
    if signature != b"\x89PNG\r\n\x1a\n" or (length, name) != (13, b"IHDR"):
        raise wire.WireError("a picture is not a PNG")
    if not 0 < width * height <= MAX_PIXELS:
        raise wire.WireError("a picture has too many pixels")
    return base64.b64encode(data).decode()


def learner_error(error: object, sources: list[tuple[object, str]]) -> LearnerError:
    """Rebuild what a worker says was raised.

    Args:
        error: its type, message and places, of any shape at all.
        sources: the cells that were sent: what the grader calls each, and its source.

    Returns:
        The error, not raised; its line is taken from the source that was sent, not from the reply.

    Raises:
        WireError: when it is malformed.
    """
    if type(error) is not dict or any(type(error.get(k)) is not str for k in ("type", "message")):
        raise wire.WireError("the description of an error is malformed")
    name = clean(error["type"], wire.MAX_NAME).replace("\n", " ") or "Exception"
    message = clean(error["message"], MAX_MESSAGE)
    places = error.get("places")
    place = places[-1] if type(places) is list and places else None
    if (
        type(place) is list
        and [type(part) for part in place] == [int, int, str]
        and 1 <= place[0] <= len(sources)
    ):
        cell, source = sources[place[0] - 1]
        lines = source.splitlines()
        if 1 <= place[1] <= len(lines):
            line = clean(lines[place[1] - 1].strip(), MAX_LINE)
            function = clean(place[2], wire.MAX_NAME).replace("\n", " ")
            return LearnerError(name, message, place[1], line, function, cell)
    return LearnerError(name, message)


def error_output(error: LearnerError) -> dict:
    """Return the nbformat output of an error: the learner's own line and the message."""
    text = [f"{error.type_name}: {error.message}" if error.message else error.type_name]
    if error.line_number is not None:
        text.insert(0, f"line {error.line_number}:     {error.line}")
    return {
        "output_type": "error",
        "ename": error.type_name,
        "evalue": error.message,
        "traceback": text,
    }

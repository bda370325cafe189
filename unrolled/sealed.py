"""A quiz key that cannot be read: what is said to an answer opens with that answer alone.

For each foreseen answer the exercise folder holds one entry: its name is half of a slow salted hash of
the answer (scrypt), its content is encrypted under the other half. The entry of the right answer is as
long as the others and stands among them in the order of their names. What an entry says cannot be had
without giving its answer. With four options anyone can give all four: that is practice, and takes a
second. What cannot be done is to look the answer up, and the marks come from the instructor's key.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
from dataclasses import dataclass

from unrolled.question import Question, Reply

# 2**14 rounds of 1 KB: 16 MB and a few hundredths of a second for each try.
_COST = {"n": 2**14, "r": 8, "p": 1, "dklen": 48}


class NoScrypt(Exception):
    """This Python cannot open sealed replies; the message says what that means."""

    def __init__(self):
        super().__init__(
            "This Python cannot check quiz answers (its hashlib has no scrypt). "
            "Hand in the notebook all the same: the grader has the key."
        )


@dataclass(frozen=True)
class Sealed:
    """A question with its sealed replies: `entries` are ciphertexts by tag, both in base64.

    levels: of a number, the sizes of the cells that it is looked for in: 2 to the power of each.
    """

    question: Question
    salt: str
    entries: dict[str, str]
    levels: tuple[int, ...] = ()

    def reply(self, part: object) -> Reply | None:
        """Return the reply to a letter, a tuple of letters or a number; None if there is none.

        Raises NoScrypt where this Python has no scrypt.
        """
        if self.question.kind != "number":
            found = self._open("".join(part))
            return found and Reply(found["says"], found["share"])
        for level in self.levels:
            found = self._open(cell_name(level, cell_of(part, level)))
            for says, share, low, high in found["replies"] if found else ():
                if low <= part <= high:
                    return Reply(says, share)
        return None

    def _open(self, name):
        tag, key = derived(self.salt, name)
        entry = self.entries.get(tag)
        return entry and json.loads(_crossed(base64.b64decode(entry), key))


def seal(salt: str, contents: dict[str, dict]) -> dict[str, str]:
    """Encrypt what is said to each answer, in entries of one length, sorted by their tags.

    salt: text of the item's own. contents: by answer, the data that opens with it.
    """
    told = {name: json.dumps(data).encode() for name, data in contents.items()}
    length = max(map(len, told.values()))
    entries = {}
    for name, data in told.items():
        tag, key = derived(salt, name)
        entries[tag] = base64.b64encode(_crossed(data.ljust(length), key)).decode()
    return dict(sorted(entries.items()))


def cell_of(number: float, level: int) -> int:
    """Return which cell of size 2 to the power `level` a number lies in, counted from 0."""
    return math.floor(number / 2.0**level)


def cell_name(level: int, cell: int) -> str:
    """Return the answer under which the replies to the numbers of a cell are sealed."""
    return f"{level}:{cell}"


def derived(salt: str, name: str) -> tuple[str, bytes]:
    """Return the tag under which an answer's entry stands, and the key that opens it."""
    try:
        made = hashlib.scrypt(name.encode(), salt=salt.encode(), **_COST)
    except AttributeError:
        raise NoScrypt from None
    return base64.b64encode(made[:12]).decode(), made[12:]


def _crossed(data, key):
    """Encrypt or decrypt: combine the data with a stream that the key alone gives."""
    stream = hashlib.shake_256(key).digest(len(data))
    return bytes(a ^ b for a, b in zip(data, stream, strict=True))

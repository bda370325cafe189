"""Badges that an instructor signs: Open Badges 3.0, which are W3C verifiable credentials, as signed JWTs.

The credential says who has earned what, by which rule, with the mark from the gradebook as evidence. It is
itself the payload of a compact JWS, with the claims `iss`, `jti`, `nbf` and `sub` beside it; the signature
is RS256, which every verifier of the standard has to know (Open Badges 3.0, section 8.2, "JSON Web Token
Proof Format"). The header names the public key, but a key proves nothing by itself: verifiers take the
issuer's from where the issuer publishes it.
"""

from __future__ import annotations

import json
import os
import re
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from unrolled.grading.course import Course, CourseError
from unrolled.grading.marks import read_marks

if TYPE_CHECKING:
    from collections.abc import Mapping

CONTEXT = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
]
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


class BadgeError(Exception):
    """A badge that cannot be signed; the message says what is missing."""


def key_path(course: Course) -> Path:
    """Return where the instructor's key lies unless told otherwise: beside the secret seed."""
    return course.folder / "badge_key.pem"


def make_key(path: Path) -> Path:
    """Make a key to sign with, readable by its owner alone, and return the path of its public half.

    Raises BadgeError if there is a key already: badges signed with it would lose their proof.
    """
    from joserfc.jwk import RSAKey

    public = path.with_suffix(".pub.pem")
    key = RSAKey.generate_key(3072)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(key.as_pem(private=True))
        public.write_bytes(key.as_pem(private=False))
    except FileExistsError:
        raise BadgeError(f"{path} is there already, and a new key would not replace it") from None
    except OSError as error:
        raise BadgeError(f"{path} cannot be written: {error.strerror}") from None
    return public


def credential(
    course: Course,
    topic: str,
    student: str,
    at_least: float,
    issuer: Mapping[str, str],
    email: str | None = None,
    now: datetime | None = None,
) -> dict:
    """Return the credential for a student's mark in `topic`, not yet signed.

    at_least: the points that earn the badge. issuer: its `id`, a web address or a DID, and its
    `name`. email: the student's; by default the one in the gradebook. now: the time from which it
    holds.
    Raises BadgeError if there is no such mark, it is below `at_least`, or a person has still to
    mark an answer; and where an address is none.
    """
    scheme = urlsplit(issuer["id"]).scheme
    if scheme not in ("https", "did"):
        raise BadgeError(f"the issuer {issuer['id']!r} is no https:// address and no DID")
    marks = read_marks(course, topic)
    if not 0 < at_least <= marks.out_of:
        raise BadgeError(f"{at_least:g} points cannot be asked for: {topic} has {marks.out_of:g}")
    mark = marks.by_student.get(student)
    if mark is None:
        raise BadgeError(f"the gradebook has no mark of {student!r} in {topic}")
    if mark.waiting:
        raise BadgeError(f"a person has still to mark an answer of {student!r} in {topic}")
    if mark.total < at_least:
        raise BadgeError(
            f"{student!r} has {mark.total:g} of {marks.out_of:g} points in {topic}, "
            f"and the badge asks for {at_least:g}"
        )
    email = email or _email(course, student)
    if not _ADDRESS.fullmatch(email):
        raise BadgeError(f"{email!r} is no e-mail address")
    scale = _name_of(issuer, topic, "points")
    since = (now or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
    earned = f"{mark.total:g} of {marks.out_of:g} points"
    return {
        "@context": CONTEXT,
        "id": f"urn:uuid:{uuid.uuid4()}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": _title(course, topic),
        "issuer": {"id": issuer["id"], "type": ["Profile"], "name": issuer["name"]},
        "validFrom": since.isoformat().replace("+00:00", "Z"),
        "credentialSubject": {
            "id": f"mailto:{email}",
            "type": ["AchievementSubject"],
            "achievement": _achievement(course, topic, at_least, marks.out_of, issuer, scale),
            "result": [
                {"type": ["Result"], "resultDescription": scale, "value": f"{mark.total:g}"}
            ],
        },
        "evidence": [
            {
                "type": ["Evidence"],
                "name": "Mark in the gradebook",
                "narrative": f"{earned}, of which a person gave {mark.by_hand:g}.",
            }
        ],
    }


def _achievement(course, topic, at_least, out_of, issuer, scale):
    parts = ", ".join(item.name for item in course.exercise(topic).graded)
    return {
        "id": _name_of(issuer, topic, "exercise"),
        "type": ["Achievement"],
        "name": _title(course, topic),
        "description": f"An exercise of the course Unrolled. Its parts: {parts}.",
        "criteria": {"narrative": f"At least {at_least:g} of {out_of:g} points in the exercise."},
        "resultDescription": [
            {
                "id": scale,
                "type": ["ResultDescription"],
                "name": "Points",
                "resultType": "RawScore",
                "valueMin": "0",
                "valueMax": f"{out_of:g}",
                "requiredValue": f"{at_least:g}",
            }
        ],
    }


def _name_of(issuer, topic, thing):
    """Return a name (URN) that is the same each time for the same issuer, topic and thing."""
    words = f"{issuer['id']} {topic} {thing}"
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, words)}"


def _title(course, topic):
    """Return what the exercise calls itself."""
    found = re.search(r"^# (.+)$", course.exercise(topic).notebook_cells[0].source, re.M)
    return found[1] if found else topic


def _email(course, student):
    with course.gradebook() as gradebook:
        email = gradebook.find_student(student).email
    if not email:
        raise BadgeError(f"the gradebook has no e-mail address of {student!r}: say it with --email")
    return email


def sign(made: dict, path: Path) -> str:
    """Return a credential as a signed token (compact JWS), with the key at `path`.

    Raises BadgeError if there is no such key.
    """
    from joserfc import jws
    from joserfc.errors import JoseError
    from joserfc.jwk import RSAKey

    try:
        key = RSAKey.import_key(path.read_bytes())
        if not key.is_private:
            raise ValueError
    except FileNotFoundError:
        raise BadgeError(f"there is no key at {path}: make one with `unrolled badge key`") from None
    except OSError as error:
        raise BadgeError(f"{path} cannot be read: {error.strerror}") from None
    except (JoseError, ValueError, TypeError):
        raise BadgeError(f"{path} is no private RSA key in PEM form") from None
    claims = {
        "iss": made["issuer"]["id"],
        "jti": made["id"],
        "nbf": int(datetime.fromisoformat(made["validFrom"]).timestamp()),
        "sub": made["credentialSubject"]["id"],
    }
    public = {name: key.as_dict(private=False)[name] for name in ("kty", "n", "e")}
    header = {"alg": "RS256", "typ": "JWT", "jwk": public}
    payload = json.dumps(made | claims, ensure_ascii=False)
    return jws.serialize_compact(header, payload.encode(), key)


def sign_and_print(course, topic, student, at_least, issuer, email, key, output) -> int:
    """Sign a badge for the command line; `output` is a file, or `-` for the terminal."""
    token = sign(credential(course, topic, student, at_least, issuer, email), key)
    if output == "-":
        print(token)
        return 0
    try:
        Path(output).write_text(token + "\n", encoding="ascii")
    except OSError as error:
        raise CourseError(f"{output} cannot be written: {error.strerror}") from None
    print(f"{output}: a badge for {student}", file=sys.stderr)
    return 0

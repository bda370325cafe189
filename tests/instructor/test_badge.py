"""A badge says what the gradebook says, another implementation verifies it, and nothing else is signed."""

import base64
import json
import shutil
import stat
import warnings

import pytest
from nbgrader.api import Gradebook
from sqlalchemy.exc import SAWarning

from unrolled import cli
from unrolled.badge import key_path, make_key
from unrolled.grading.course import Course

TOPIC = "lstm_gates"
ISSUER = ["--issuer", "https://school.example", "--issuer-name", "A school"]


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """Make a key, once: the path of its private half and that of its public half."""
    path = tmp_path_factory.mktemp("key") / "badge_key.pem"
    return path, make_key(path)


@pytest.fixture(scope="module")
def course(released_course, tmp_path_factory):
    """One course for all badges: to sign changes nothing in it."""
    root = tmp_path_factory.mktemp("badges") / "course"
    shutil.copytree(released_course.root, root)
    course = Course(root, root / "build")
    _enter_marks(course)
    return course


@pytest.fixture
def sign(course, keys, monkeypatch, capsys):
    """Return a function that runs the command and returns its exit status and what it said."""
    key_path(course).write_bytes(keys[0].read_bytes())
    monkeypatch.chdir(course.root)

    def run(*arguments, at_least=6, issuer=ISSUER):
        capsys.readouterr()
        words = ["badge", "sign", TOPIC, *arguments, "--at-least", str(at_least), *issuer]
        words += ["--folder", "build"]  # the settings would look at the sources of every topic
        status = cli.main(words)
        said = capsys.readouterr()
        return status, said.out.strip() if status == 0 else said.err

    return run


def _enter_marks(course):
    """Enter marks: ada has 8.5 points, all marked; cyd has no address; bob waits for a person."""
    with Gradebook(course.db_url) as gradebook, warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # nbgrader adds rows in an odd order
        gradebook.update_or_create_student("ada", email="ada@school.example")
        for student in ("bob", "cyd"):
            gradebook.update_or_create_student(student, email="")
        for student in ("ada", "bob", "cyd"):
            submission = gradebook.update_or_create_submission(TOPIC, student)
            for grade in submission.notebooks[0].grades:
                if grade.name.startswith("check-"):
                    grade.auto_score = 6.0 if grade.name == "check-lstm_step" else 0.0
                elif student != "bob":
                    grade.manual_score = 2.5
        gradebook.db.commit()


def _payload(token):
    text = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def test_another_implementation_verifies_the_badge_and_reads_the_mark(sign, keys):
    from openbadgeslib.ob3 import OB3Verifier

    status, token = sign("ada")
    assert status == 0
    read = OB3Verifier(keys[1].read_bytes()).verify(token, "ada@school.example")
    assert read.issuer.name == "A school"
    assert read.achievement.name == "Exercise: the gates of an LSTM"
    assert "At least 6 of 30 points" in read.achievement.criteria_narrative
    made = _payload(token)
    assert made["evidence"][0]["narrative"] == "8.5 of 30 points, of which a person gave 2.5."
    [result], [scale] = (
        made["credentialSubject"]["result"],
        made["credentialSubject"]["achievement"]["resultDescription"],
    )
    assert (result["value"], result["resultDescription"]) == ("8.5", scale["id"])
    assert (scale["requiredValue"], scale["valueMax"]) == ("6", "30")


def test_a_badge_that_was_changed_or_signed_by_another_is_found_out(sign, keys, tmp_path):
    from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier

    _, token = sign("ada")
    head, _, signature = token.split(".")
    better = json.dumps(_payload(token)).replace("8.5 of 30", "30 of 30")
    better = base64.urlsafe_b64encode(better.encode()).decode().rstrip("=")
    verifier = OB3Verifier(keys[1].read_bytes())
    for forged in (f"{head}.{better}.{signature}", f"{head}.{better}."):
        with pytest.raises(OB3VerificationError):
            verifier.verify(forged)
    with pytest.raises(OB3VerificationError):
        verifier.verify(token, "bob@school.example")
    make_key(tmp_path / "other.pem")
    _, other = sign("ada", "--key", str(tmp_path / "other.pem"))
    with pytest.raises(OB3VerificationError):
        verifier.verify(other)


def test_each_badge_has_an_id_of_its_own_and_one_achievement(sign):
    one, two = (_payload(sign("ada")[1]) for _ in range(2))
    assert one["id"] != two["id"]
    subject = "credentialSubject"
    assert one[subject]["achievement"]["id"] == two[subject]["achievement"]["id"]


@pytest.mark.parametrize(
    ("arguments", "more", "told"),
    [
        (["eve"], {}, "the gradebook has no mark of 'eve' in lstm_gates"),
        (
            ["ada"],
            {"at_least": 9},
            "'ada' has 8.5 of 30 points in lstm_gates, and the badge asks for 9",
        ),
        (["ada"], {"at_least": 31}, "31 points cannot be asked for: lstm_gates has 30"),
        (["bob"], {}, "a person has still to mark an answer of 'bob'"),
        (["ada", "--email", "ada"], {}, "'ada' is no e-mail address"),
        (
            ["ada", "--key", "none.pem"],
            {},
            "no key at none.pem: make one with `unrolled badge key`",
        ),
        (["ada", "--key", "nbgrader_config.py"], {}, "is no private RSA key"),
        (["ada"], {"issuer": ["--issuer", "school", "--issuer-name", "x"]}, "no https:// address"),
    ],
)
def test_what_cannot_be_signed_is_told_in_one_line(sign, arguments, more, told):
    status, said = sign(*arguments, **more)
    assert status == 1
    assert told in said
    assert said.count("\n") == 1


def test_a_public_key_cannot_sign(sign, keys):
    assert "is no private RSA key" in sign("ada", "--key", str(keys[1]))[1]


def test_a_student_without_an_address_needs_one_said(sign):
    assert "no e-mail address of 'cyd': say it with --email" in sign("cyd")[1]
    assert sign("cyd", "--email", "c@d.example")[0] == 0


def test_a_key_is_private_and_never_replaced(keys, tmp_path, capsys):
    assert stat.S_IMODE(keys[0].stat().st_mode) == 0o600
    assert b"PRIVATE" not in keys[1].read_bytes()
    before = keys[0].read_bytes()
    assert cli.main(["badge", "key", "--key", str(keys[0])]) == 1
    assert "is there already" in capsys.readouterr().err
    assert keys[0].read_bytes() == before
    assert cli.main(["badge", "key", "--key", str(tmp_path / "new.pem")]) == 0
    assert "new.pub.pem: for all who verify; publish it" in capsys.readouterr().out


def test_a_badge_goes_into_a_file(sign, tmp_path):
    assert sign("ada", "-o", str(tmp_path / "ada.jwt"))[0] == 0
    assert (tmp_path / "ada.jwt").read_text().count(".") == 2
    assert "cannot be written" in sign("ada", "-o", str(tmp_path / "no" / "ada.jwt"))[1]

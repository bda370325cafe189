"""`unrolled import`: every notebook with its student, whatever else the archive holds."""

import stat
import zipfile

import pytest

from unrolled import cli
from unrolled.grading import collect
from unrolled.grading.collect import default_id, good_id, import_archive, read_name
from unrolled.grading.course import CourseError

TOPIC = "lstm_gates"
NOTEBOOK = '{"cells": [], "nbformat": 4}'


@pytest.fixture
def bundle(tmp_path):
    """Make an archive from names, or pairs of a name or ZipInfo and what is in the file."""

    def make(*entries):
        path = tmp_path / "submissions.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for entry in entries:
                name, content = (entry, NOTEBOOK) if isinstance(entry, str) else entry
                archive.writestr(name, content)
        return path

    return make


@pytest.fixture
def handed_in(course):
    """Return what lies in the submitted folder: the text of each student's notebook."""

    def read():
        return {
            path.parts[-3]: path.read_text()
            for path in (course.folder / "submitted").rglob("*")
            if path.is_file()
        }

    return read


def told(lines):
    return {line.who: f"{line.state}: {line.told}" for line in lines}


@pytest.mark.parametrize(
    ("name", "student", "file", "late"),
    [
        ("lovelaceada_101_9001_lstm_gates.ipynb", "lovelaceada-101", "lstm_gates.ipynb", False),
        ("lovelaceada_LATE_101_9001_x.ipynb", "lovelaceada-101", "x.ipynb", True),
        ("de_la_cruzeva_7_8_a_1_2_b.ipynb", "de-la-cruzeva-7", "a_1_2_b.ipynb", False),
        ("züñigaana_7_8_x.ipynb", "züñigaana-7", "x.ipynb", False),
        ("99_101_9001_x.ipynb", "99-101", "x.ipynb", False),
        ("_101_9001_x.ipynb", "student-101", "x.ipynb", False),
        ("anon_aB3x9_9001_x.ipynb", "student-anon_aB3x9", "x.ipynb", False),
        ("LATE_anon_aB3x9_9001_x.ipynb", "student-anon_aB3x9", "x.ipynb", True),
        ("lovelaceada_101_text.html", "lovelaceada-101", "lovelaceada_101_text.html", False),
        ("Ada Lovelace_5_assignsubmission_file/a.ipynb", "ada-lovelace-5", "a.ipynb", False),
        ("Ada Lovelace_5_assignsubmission_file_/s/a.ipynb", "ada-lovelace-5", "a.ipynb", False),
        ("all/Ada Lovelace_5_assignsubmission_file/a.ipynb", "ada-lovelace-5", "a.ipynb", False),
        ("Ada Lovelace_5_assignsubmission_file_a_b.ipynb", "ada-lovelace-5", "a_b.ipynb", False),
        ("Participant_5_assignsubmission_onlinetext/o.html", "participant-5", "o.html", False),
    ],
)
def test_the_names_of_both_platforms_are_read(name, student, file, late):
    upload = read_name(zipfile.ZipInfo(name))
    assert (default_id(upload), upload.file, upload.late) == (student, file, late)
    assert good_id(default_id(upload))


@pytest.mark.parametrize(
    "name",
    ["lstm_gates.ipynb", "ada/lstm_gates.ipynb", "Default group_assignsubmission_file/a.ipynb"],
)
def test_a_name_that_tells_no_student_is_nobodys(name):
    assert read_name(zipfile.ZipInfo(name)) is None


def test_a_class_from_canvas_lies_where_grading_looks(course, bundle, handed_in):
    archive = bundle(
        "lovelaceada_101_9001_lstm_gates.ipynb",
        "hoppergrace_LATE_103_9002_lstm_gates-1.ipynb",
        "turingalan_104_9003_my homework.ipynb",
        ("noetheremmy_105_9004_proof.pdf", b"%PDF"),
        "__MACOSX/._lovelaceada_101_9001_lstm_gates.ipynb",
    )
    lines = told(import_archive(course, TOPIC, archive))
    assert set(handed_in()) == {"lovelaceada-101", "hoppergrace-103", "turingalan-104"}
    assert course.submissions(TOPIC).keys() == handed_in().keys()
    assert lines["lovelaceada-101"] == "imported: "
    assert "late, says Canvas" in lines["hoppergrace-103"]
    assert "was called my homework.ipynb" in lines["turingalan-104"]
    assert lines["noetheremmy-105"] == "not imported: no notebook, only proof.pdf"
    assert len(lines) == 4


def test_the_newest_of_several_is_kept_whatever_the_order(course, bundle, handed_in):
    def dated(name, year):
        return zipfile.ZipInfo(name, (year, 1, 1, 0, 0, 0))

    folder = "Ada Lovelace_5_assignsubmission_file/"
    archive = bundle(
        ("hopper_103_9010_lstm_gates-2.ipynb", "new"),
        ("hopper_103_9009_lstm_gates.ipynb", "old"),
        ("hopper_103_9011_notes.ipynb", "other"),
        (dated(folder + "lstm_gates.ipynb", 2026), "new"),
        (dated(folder + "old/lstm_gates.ipynb", 2025), "old"),
        ("turing_104_1_lstm_gates.ipynb", "one"),
        ("turing_104_1_lstm_gates-10.ipynb", "new"),
        ("turing_104_1_lstm_gates-9.ipynb", "nine"),
    )
    lines = told(import_archive(course, TOPIC, archive))
    assert set(handed_in().values()) == {"new"}
    assert "took lstm_gates-2.ipynb, the newest, and left" in lines["hopper-103"]
    assert len(lines) == 3


def test_several_notebooks_of_which_none_has_the_name_are_left_to_a_person(
    course, bundle, handed_in
):
    archive = bundle("hopper_103_1_a.ipynb", "hopper_103_2_b.ipynb", "ada_1_3_lstm_gates.ipynb")
    lines = told(import_archive(course, TOPIC, archive))
    assert lines["hopper-103"] == (
        "not imported: 2 notebooks, and none is called lstm_gates.ipynb: a.ipynb, b.ipynb"
    )
    assert set(handed_in()) == {"ada-1"}


def test_what_was_handed_in_before_stays_unless_forced(course, bundle, hand_in, handed_in):
    archive = bundle(("ada_1_3_lstm_gates.ipynb", "new"))
    hand_in("ada-1", "old", stamp="2026-01-30 15:00:00 UTC")
    lines = told(import_archive(course, TOPIC, archive))
    assert "--force replaces it" in lines["ada-1"]
    path = course.folder / "submitted" / "ada-1" / TOPIC / f"{TOPIC}.ipynb"
    assert path.read_text() == "old"
    lines = told(import_archive(course, TOPIC, archive, force=True))
    assert "timestamp.txt is still there" in lines["ada-1"]
    assert path.read_text() == "new"
    assert told(import_archive(course, TOPIC, archive)) == {"ada-1": "unchanged: "}


def test_links_in_the_submitted_folder_are_not_followed(course, bundle, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("mine")
    submitted = course.folder / "submitted"
    (submitted / "bob-2" / TOPIC).mkdir(parents=True)
    (submitted / "ada-1").symlink_to(outside)
    for name in (f"{TOPIC}.ipynb", f".{TOPIC}.ipynb.part"):
        (submitted / "bob-2" / TOPIC / name).symlink_to(outside / "file")
    archive = bundle("ada_1_3_lstm_gates.ipynb", "bob_2_4_lstm_gates.ipynb")
    lines = told(import_archive(course, TOPIC, archive, force=True))
    assert "is a link" in lines["ada-1"]
    assert lines["bob-2"] == "imported: replaced an earlier one"
    assert [path.name for path in outside.iterdir()] == ["file"]
    assert (outside / "file").read_text() == "mine"
    assert not (submitted / "bob-2" / TOPIC / f"{TOPIC}.ipynb").is_symlink()


def test_paths_that_lead_elsewhere_and_links_are_left_out(course, bundle, tmp_path, handed_in):
    link = zipfile.ZipInfo("eve_1_1_lstm_gates.ipynb")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    bad = {
        "/etc/eve_2_2_lstm_gates.ipynb": "an absolute path",
        "C:/eve_3_3_lstm_gates.ipynb": "an absolute path",
        "../../eve_4_4_lstm_gates.ipynb": "leads out of the archive",
        "a/../eve_5_5_lstm_gates.ipynb": "leads out of the archive",
        "eve_6_6_..\\lstm_gates.ipynb": "characters that no platform gives",
        "eve_7_7_\x1b[2J.ipynb": "characters that no platform gives",
        "eve_8_8_" + "x" * 2000 + ".ipynb": "characters that no platform gives",
        "stray.ipynb": "its name tells no student",
    }
    before = {path for path in tmp_path.rglob("*") if "submitted" not in path.parts}
    lines = told(
        import_archive(course, TOPIC, bundle((link, "/etc/passwd"), *bad, "ada_1_9_x.ipynb"))
    )
    assert set(handed_in()) == {"ada-1"}
    assert "a link or device" in lines["eve_1_1_lstm_gates.ipynb"]
    for name, why in bad.items():
        assert why in lines[name]
    after = {path for path in tmp_path.rglob("*") if "submitted" not in path.parts}
    assert after - before == {tmp_path / "submissions.zip"}


def test_bombs_damage_and_odd_compression_cost_nobody_else(course, bundle, monkeypatch, handed_in):
    monkeypatch.setattr(collect, "MAX_NOTEBOOK_BYTES", 100_000)
    odd = zipfile.ZipInfo("odd_3_3_lstm_gates.ipynb")
    odd.compress_type = zipfile.ZIP_BZIP2
    archive = bundle(
        ("bomb_1_1_lstm_gates.ipynb", b"0" * 10_000_000),
        ("bad_2_2_lstm_gates.ipynb", "DAMAGE ME " * 3),
        (odd, NOTEBOOK),
        ("locked_4_4_lstm_gates.ipynb", NOTEBOOK),
        "ada_5_5_lstm_gates.ipynb",
    )
    data = bytearray(archive.read_bytes())
    with zipfile.ZipFile(archive) as opened:
        offsets = {i.filename.partition("_")[0]: i.header_offset for i in opened.infolist()}
    data[offsets["bad"] + 30 + len("bad_2_2_lstm_gates.ipynb") + 3] ^= 0xFF
    data[offsets["locked"] + 6] |= 1  # the flag of an encrypted file, here and in the directory
    data[data.rindex(b"locked_4_4") - 46 + 8] |= 1
    archive.write_bytes(data)
    lines = told(import_archive(course, TOPIC, archive))
    assert "larger than" in lines["bomb-1"]
    assert "damaged" in lines["bad-2"]
    assert "compressed in a way" in lines["odd-3"]
    assert "encrypted" in lines["locked-4"]
    assert set(handed_in()) == {"ada-5"}


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip at all" * 9])
def test_what_is_no_archive_is_refused_in_words(course, tmp_path, content):
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(CourseError, match="is not a zip file"):
        import_archive(course, TOPIC, tmp_path / "x.zip")
    with pytest.raises(CourseError, match="No such file"):
        import_archive(course, TOPIC, tmp_path / "none.zip")


def test_an_archive_of_countless_files_is_refused(course, bundle, monkeypatch):
    monkeypatch.setattr(collect, "MAX_ENTRIES", 2)
    with pytest.raises(CourseError, match="more than 2 files"):
        import_archive(course, TOPIC, bundle("a_1_1_x.ipynb", "b_2_2_x.ipynb", "c_3_3_x.ipynb"))


@pytest.mark.parametrize(
    ("text", "students"),
    [
        (
            "student_id,number,name\nada,101,\nalan,,Alan Turing\n",
            {"ada", "alan", "hoppergrace-103"},
        ),
        (
            "Student,ID,SIS Login ID,Section\n    Points Possible,,,\n"
            '"Lovelace, Ada",101,al,A\n"Turing, Alan",104,at,A\n',
            {"al", "at", "hoppergrace-103"},
        ),
        (
            "Identifier,Full name,Email address\nParticipant 101,Ada,a@x.org\n"
            "Participant 104,Alan,\nParticipant 103,Grace,g@x.org\n",
            {"a@x.org", "turingalan-104", "g@x.org"},
        ),
    ],
)
def test_a_roster_gives_students_their_ids(course, bundle, tmp_path, handed_in, text, students):
    (tmp_path / "roster.csv").write_text(text)
    archive = bundle(
        "lovelaceada_101_1_lstm_gates.ipynb",
        "turingalan_104_2_lstm_gates.ipynb",
        "hoppergrace_103_3_lstm_gates.ipynb",
    )
    if (
        "Alan Turing" in text
    ):  # a name is known in either order of its parts only as the roster has it
        archive = bundle(
            "lovelaceada_101_1_lstm_gates.ipynb",
            "Alan Turing_7_assignsubmission_file/lstm_gates.ipynb",
            "hoppergrace_103_3_lstm_gates.ipynb",
        )
    import_archive(course, TOPIC, archive, tmp_path / "roster.csv")
    assert set(handed_in()) == students


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("name,number\nada,1\n", "has no column student_id"),
        ("student_id,number\n../../x,1\n", "row 2: '../../x' cannot name a folder"),
        ("student_id,number\n.hidden,1\n", "cannot name a folder"),
        ("Username,Full name\nada,Ada\n", "no column ID"),
    ],
)
def test_a_roster_that_does_not_serve_is_refused_in_words(course, bundle, tmp_path, text, why):
    (tmp_path / "roster.csv").write_text(text)
    with pytest.raises(CourseError) as caught:
        import_archive(course, TOPIC, bundle("a_1_1_x.ipynb"), tmp_path / "roster.csv")
    assert why in str(caught.value)


def test_a_name_that_two_share_is_left_to_a_person(course, bundle, tmp_path, handed_in):
    (tmp_path / "roster.csv").write_text("student_id,name\nada1,Ada Byron\nada2,Ada Byron\n")
    archive = bundle("Ada Byron_9_assignsubmission_file/lstm_gates.ipynb")
    lines = told(import_archive(course, TOPIC, archive, tmp_path / "roster.csv"))
    assert lines == {"ada-byron-9": "not imported: the roster has several ids: ada1, ada2"}
    assert handed_in() == {}


def test_the_command_says_what_it_did(course, bundle, monkeypatch, capsys):
    monkeypatch.chdir(course.root)
    archive = bundle("ada_1_1_lstm_gates.ipynb", "stray.ipynb")
    assert cli.main(["import", str(archive), TOPIC]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "stray.ipynb: not imported: its name tells no student",
        "1 imported, 1 not imported",
    ]
    assert cli.main(["import", str(bundle("stray.ipynb")), TOPIC]) == 1

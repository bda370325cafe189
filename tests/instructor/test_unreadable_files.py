"""Whatever is handed in as a notebook, reading it ends well and says what is wrong."""

import json
import os

import nbformat
import pytest

from unrolled.grading.files import MAX_NOTEBOOK_BYTES
from unrolled.grading.submission import MAX_CELLS, MAX_SOURCE, read_submission

NAME = "lstm_gates.ipynb"


def cells(*found):
    return json.dumps({"cells": list(found), "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


UNREADABLE = {
    "not JSON": (b"dear teacher", "not valid JSON"),
    "an empty file": (b"", "it is empty"),
    "cut off": (b'{"cells": [{"source": "de', "not valid JSON"),
    "UTF-16": ("{}".encode("utf-16"), "not UTF-8"),
    "a zip file": (b"PK\x03\x04\xff\xfe\x00", "not UTF-8"),
    "nested without end": (b'{"cells": ' + b"[" * 200_000, "not valid JSON"),
    "closed and nested": (b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "not valid JSON"),
    "a huge number": (b"9" * 10_000, "not valid JSON"),
    "a list": (b"[]", "not a notebook"),
    "a string": (b'"cells"', "not a notebook"),
    "null": (b"null", "not a notebook"),
    "not a number": (b"NaN", "not a notebook"),
    "no cells": (b"{}", "no list of cells"),
    "cells that are no list": (b'{"cells": {"0": {}}}', "no list of cells"),
    "notebook format 3": (b'{"nbformat": 3, "worksheets": [{"cells": []}]}', "older notebook"),
    "a cell that is none": (cells(5).encode(), "not a cell"),
    "a source that is none": (cells({"source": 5}).encode(), "not text"),
    "a source of numbers": (cells({"source": [1, 2]}).encode(), "not text"),
    "sources without end": (
        cells(*[{"source": "x" * 150_000}] * 27).encode(),
        "more than 4,000,000 characters",
    ),
    "lists without end": (b"[" + b",".join([b"[]"] * 1_000_001) + b"]", "1,000,000 lists"),
    "a source without end": (cells({"source": "x" * (MAX_SOURCE + 1)}).encode(), "normal size"),
    "cells without end": (cells(*[{}] * (MAX_CELLS + 1)).encode(), "more than"),
}


@pytest.mark.parametrize(("data", "words"), UNREADABLE.values(), ids=UNREADABLE)
def test_an_unreadable_file_earns_nothing_and_is_told_in_one_sentence(
    data, words, release, tmp_path
):
    path = tmp_path / NAME
    path.write_bytes(data)
    submission = read_submission(path, release)
    assert not submission.readable
    assert [cell.source for cell in submission.notebook.cells] == [c.source for c in release.cells]
    (problem,) = submission.problems
    assert words in problem
    assert "\n" not in problem


def test_a_file_of_200_megabytes_is_not_even_read(release, tmp_path):
    path = tmp_path / NAME
    with path.open("wb") as file:
        file.truncate(10 * MAX_NOTEBOOK_BYTES)
    submission = read_submission(path, release)
    assert not submission.readable
    assert "larger than 20 MB" in submission.problems[0]


def test_nothing_but_a_plain_file_is_opened(release, tmp_path):
    secret = tmp_path / "secret.ipynb"
    secret.write_text(nbformat.writes(release))
    places = {name: tmp_path / name for name in ("link", "folder", "pipe", "nothing", "linked")}
    for name in ("link", "folder", "pipe", "nothing"):
        places[name].mkdir()
    (places["link"] / NAME).symlink_to(secret)
    (places["folder"] / NAME).mkdir()
    os.mkfifo(places["pipe"] / NAME)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / NAME).write_text(nbformat.writes(release))
    places["linked"].symlink_to(tmp_path / "elsewhere")
    told = {name: read_submission(place / NAME, release) for name, place in places.items()}
    assert not any(submission.readable for submission in told.values())
    words = {name: submission.problems[0] for name, submission in told.items()}
    assert "is a link" in words["link"]
    assert "is a link" in words["linked"]
    assert "not a plain file" in words["folder"]
    assert "not a plain file" in words["pipe"]
    assert "there is no lstm_gates.ipynb, nor any other notebook" in words["nothing"]


def test_a_notebook_under_another_name_is_named(release, tmp_path):
    (tmp_path / "my solution (1).ipynb").write_text(nbformat.writes(release))
    submission = read_submission(tmp_path / NAME, release)
    assert not submission.readable
    assert "the folder holds my solution (1).ipynb" in submission.problems[0]


def test_notebooks_beside_the_right_one_are_named_and_left_alone(release, notebook, tmp_path):
    (tmp_path / NAME).write_text(notebook())
    for k in range(5):
        (tmp_path / f"try-{k}.ipynb").write_text("x")
    submission = read_submission(tmp_path / NAME, release)
    assert submission.readable
    assert submission.problems == [
        "Notebooks beside lstm_gates.ipynb were not graded: "
        "try-0.ipynb, try-1.ipynb, try-2.ipynb and 2 more."
    ]


def test_a_byte_order_mark_and_another_kernel_change_nothing(release, notebook, tmp_path):
    plain, marked = tmp_path / "plain" / NAME, tmp_path / "marked" / NAME
    data = json.loads(notebook())
    plain.parent.mkdir()
    marked.parent.mkdir()
    plain.write_text(json.dumps(data))
    data["metadata"] = {"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}}
    marked.write_bytes(b"\xef\xbb\xbf" + json.dumps(data).encode())
    first, second = read_submission(plain, release), read_submission(marked, release)
    assert first.problems == second.problems == []
    assert first.work.digest == second.work.digest
    assert second.notebook.metadata == release.metadata


def test_sources_may_be_lists_of_lines_and_hold_any_character(release, notebook, tmp_path):
    data = json.loads(notebook())
    data["cells"][1]["metadata"] = "none of your business"
    data["cells"].append(
        {"cell_type": "code", "source": ["a = '\ud800'\n", "b = '\u0000'"], "id": 7}
    )
    (tmp_path / NAME).write_text(json.dumps(data))
    submission = read_submission(tmp_path / NAME, release)
    assert submission.readable
    nbformat.writes(submission.notebook).encode("utf-8")
    nbformat.validate(submission.notebook)
    assert submission.notebook.cells[-1].source == "a = '?'\nb = '\0'"

"""Each chapter offers its exercise, whole and ready to work on, and Colab where the course has an address."""

import io
import os
import re
import subprocess
import sys
import zipfile

import pytest
from sphinx.errors import ConfigError

from tests.book.page import ROOT, TOPICS
from unrolled.book.downloads import bundle, repository_name

ALONE = """
import json, sys
import unrolled
cells = json.load(open("lstm_gates.ipynb"))["cells"]
code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
exec(code[0])
print(check("lstm_step"))
import unrolled.data, unrolled.plots
files = {m.__file__ for n, m in sys.modules.items() if n.partition(".")[0] == "unrolled"}
print(sorted(files)[0].rpartition("unrolled")[0] == sys.path[0] + "/", len(files))
"""


def _names(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.namelist()


def test_a_download_is_enough_to_check_an_answer_with(tmp_path):
    content = bundle("lstm_gates", ROOT / "exercises", "numpy")
    assert content == bundle("lstm_gates", ROOT / "exercises", "numpy")
    zipfile.ZipFile(io.BytesIO(content)).extractall(tmp_path)
    folder = tmp_path / "lstm_gates"
    command = [sys.executable, "-c", f"import sys; sys.path[0] = {str(folder)!r}\n{ALONE}"]
    environment = {name: x for name, x in os.environ.items() if name != "PYTHONPATH"}
    run = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stderr
    assert "lstm_step: not yet" in run.stdout
    assert re.search(r"^True \d\d$", run.stdout, re.M), run.stdout[-200:]


def test_a_download_holds_no_answer():
    names = {name.partition("/")[2] for name in _names(bundle("bptt", ROOT / "exercises", "numpy"))}
    assert {"bptt.ipynb", "bptt.json", "test_bptt.py", "README.txt", "LICENSE"} <= names
    package = {name for name in names if name.startswith("unrolled/")}
    assert not [name for name in package if re.search("release|mistakes|grading|cli", name)]
    assert len(names - package) == 6


@pytest.mark.parametrize(
    ("topic", "needs"), [("bptt", "numpy"), ("pytorch_practice", "numpy torch")]
)
def test_a_download_says_what_to_install(topic, needs):
    with zipfile.ZipFile(io.BytesIO(bundle(topic, ROOT / "exercises", "numpy"))) as archive:
        assert f"pip install {needs} jupyterlab\n" in archive.read(f"{topic}/README.txt").decode()


@pytest.mark.slow
def test_every_chapter_leads_to_its_exercise_and_to_no_address_that_is_not_set(book):
    for topic in TOPICS:
        text = (book / "chapters" / f"{topic}.html").read_text(encoding="utf-8")
        href, size = re.search(
            r'<a href="([^"]*)" download>Download the exercise \(zip, (\d+) kB\)', text
        ).groups()
        file = book / "chapters" / href
        assert abs(file.stat().st_size / 1000 - int(size)) < 1
        assert f"{topic}/{topic}.ipynb" in _names(file.read_bytes())
        assert "colab" not in text


@pytest.mark.slow
def test_with_the_repository_set_colab_opens_the_notebook_and_is_told_what_to_run(tmp_path):
    (tmp_path / "exercises").symlink_to(ROOT / "exercises")
    (tmp_path / "conf.py").write_text(
        'extensions = ["myst_parser", "unrolled.book.downloads"]\nexclude_patterns = ["exercises"]\n'
        'unrolled_repository = "https://github.com/school/course.git"\n'
    )
    (tmp_path / "index.md").write_text("# Start\n\n```{toctree}\nchapters/bptt\n```\n")
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters" / "bptt.md").write_text("# Page\n\n**Exercise.** Work.\n\nOn.\n")
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-q",
        "-W",
        "-b",
        "html",
        tmp_path,
        tmp_path / "html",
    ]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    text = (tmp_path / "html" / "chapters" / "bptt.html").read_text(encoding="utf-8")
    link = (
        "https://colab.research.google.com/github/school/course/blob/main/exercises/bptt/bptt.ipynb"
    )
    assert text.index("Work.") < text.index(f'href="{link}"') < text.index("On.")
    words = re.sub("<[^>]+>", "", text)
    assert "!git clone -q --depth 1 https://github.com/school/course " in words
    assert "%cd course/exercises/bptt" in words


def test_a_repository_is_named_in_either_form_and_nothing_else_passes():
    for setting in ("school/my.course", "https://github.com/school/my.course/"):
        assert repository_name(setting) == "school/my.course"
    assert repository_name("") == ""
    for setting in ("course", "https://example.org/school/course", "a/b/c"):
        with pytest.raises(ConfigError, match="owner/name"):
            repository_name(setting)

"""Chapters are read aloud: formulas and signs in words, and a player where there is a recording."""

import json
import re
import shutil
import subprocess
import sys
from types import SimpleNamespace

import nbformat
import pytest
from bs4 import BeautifulSoup

from unrolled.book import listening, narration, offline
from unrolled.book.narration_script import Passage
from unrolled.book.spoken_mathematics import spoken_formula
from unrolled.book.spoken_text import spoken_code, spoken_words
from unrolled.book.typesetter import Typesetter

FORMULAS = {
    r"h_t": "h t",
    r"a": "eigh",
    r"(T, B, D)": "big T, big B, big D",
    r"h_t = \tanh(x_t W_{xh} + h_{t-1} W_{hh} + b_h)": "h t equals tan h of open bracket x t, W x h, "
    "plus h sub t minus 1, W h h, plus b h close bracket",
    r"c_t = f_t \odot c_{t-1} + i_t \odot g_t": "c t equals f t circle dot c sub t minus 1, "
    "plus i t circle dot g t",
    r"\frac{\partial h_t}{\partial h_{t-1}}": "the derivative of h t with respect to h sub t minus 1",
    r"\partial L / \partial W_{hh}": "the derivative of L with respect to W h h",
    r"f_t = \sigma(a_t^f)": "f t equals sigma of eigh t f",  # the block of a gate, no power
    r"h_t^2": "h t squared",
    r"W^\top x": "W transposed x",
    r"10^{-7}": "10 to the minus 7",
    r"\sum_{t=1}^{T} L_t": "the sum over t from 1 to big T, of L t",
    r"\prod_t f_t": "the product over t, of f t",
    r"[W_{hh}]_{jk}": "the entry j k of W h h",
    r"|h| < 1": "the absolute value of h is less than 1",
    r"\lVert W \rVert^n \le 6^n": "the norm of W to the n is at most 6 to the n",
    r"p(x_2 \mid x_1)": "p of x 2 given x 1",
    r"p\,(1 - p)": "p open bracket 1 minus p close bracket",
    r"F(q) = 3\,(q)": "big F of q, equals 3 open bracket q close bracket",
    r"\hat x_{N+k}": "x hat sub big N plus k",
    r"\tfrac12 \ln 2 \approx 0.35": "one half log 2 is about 0.35",
    r"\frac{x_t - \mu}{\sigma}": "the fraction x t minus mu, over sigma, end of fraction",
    r"u\,|L|": "u times the absolute value of L",
    r"\lim_{n \to \infty} \rho^n": "the limit as n to infinity, of rho to the n",
    r"\begin{pmatrix} 3 & -3 \\ 0 & 1 \end{pmatrix}": "the matrix with the rows 3, minus 3; 0, 1",
    r"\sqrt[3]{3u} \pm 1": "the cube root of 3 u, plus or minus 1",
    r"s = 0, \qquad\text{or}\qquad t = 1 .": "s equals 0; or; t equals 1.",
    r"\mathrm{PP} = 4": "P P equals 4",
    r"L'' \leftarrow \bar y": "L double prime becomes y bar",
}


@pytest.fixture(scope="module")
def typesetter():
    typesetter = Typesetter()
    yield typesetter
    typesetter.close()


@pytest.mark.parametrize("tex", FORMULAS)
def test_a_formula_is_read_as_one_would(typesetter, tex):
    assert spoken_formula(typesetter.html(tex, display=True)) == FORMULAS[tex]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("3.1\u00a0×\u00a010⁻⁷", "3.1 times 10 to the minus 7"),
        ("−0.8 and 5²", " minus 0.8 and 5 squared"),
        ("pages 3–4", "pages 3 to 4"),
        ("from T → E", "from T to E"),
        ("σ(1) = 0.7311", " sigma (1) equals 0.7311"),
        ("Greff et al., e.g. Fig. 3", "Greff and others, for example figure 3"),
        ("a half-life, 10,000 steps", "a half-life, 10,000 steps"),
        ("its tanh, 1/2 of it", "its tan h, 1 over 2 of it"),
        ("2e-05", "2 times 10 to the minus 5"),
    ],
)
def test_signs_in_text_are_read_in_words(text, words):
    assert spoken_words(text) == words


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("W_xh", "W x h"),
        ("torch.nn.LSTMCell", "torch dot n n dot LSTM Cell"),
        ("h.detach()", "h dot detach"),
        ("x @ W_hh", "x at W h h"),
        ("xs[t - 1]", "x s, t minus 1"),
        ("exercises/bptt/bptt.ipynb", "b p t t notebook"),
        ("lr=0.01", "l r equals 0.01"),
        ("a", "eigh"),
        (
            "loss = ((model(x)[:, 0] - y) ** 2).mean() + penalty(weights)",
            "what is shown here",
        ),
    ],
)
def test_code_in_a_sentence_is_read_in_words(code, words):
    assert spoken_code(code) == words


TABLE = "| f | steps |\n|---|---|\n| 0.5 | 1 |\n| 0.9 | 7 |"
PAGE = r"""
(sec-page)=
# How *long*?

```{outcomes}
- id: page.step
  section: sec-page
  text: do one step
```

It goes to {eq}`eq-step` with `W_xh`, says {cite:t}`ada1843` {cite:p}`ada1843`, and

```{math}
:label: eq-step
c_t = f_t
```

## Then

{table}

```{figure} dot.png
:alt: A dot.
A dot is $1$ pixel.
```
""".replace("{table}", TABLE)
END = "## Quiz\n\n```{quiz} page\n```\n\n## Sources\n\n```{bibliography}\n```"
SPOKEN = """\
How long?

After this chapter you can:

do one step.

It goes to equation 1 with W x h, says Lovelace, and:

Equation 1: c t equals f t.

Section: Then.

A table. Its columns are f, steps.

0.5; 1.

0.9; 7.

Figure: A dot is 1 pixel.

2 lines of code.

Section: Quiz.

The questions are on the page.

Section: Sources.
"""
QUIZ = """\
- {id: which, outcome: page.step, difficulty: easy, kind: one, stem: "Which?", options: [
  {text: this, right: true, says: Yes.}, {text: that, says: No.}, {text: other, says: No.}]}
"""
SOURCES = "@book{ada1843, author = {Ada Lovelace}, title = {Notes}, year = {1843}, publisher = {P}}"
CONF = """\
extensions = ["myst_nb", "sphinxcontrib.bibtex"]
extensions += [f"unrolled.book.{name}" for name in
    "outcomes reading_time mathematics quiz narration listening".split()]
bibtex_bibfiles, bibtex_reference_style = ["sources.bib"], "author_year"
html_math_renderer, nb_execution_mode = "katex", "off"
myst_enable_extensions = ["dollarmath"]
suppress_warnings = ["myst.header"]
exclude_patterns = ["jupyter_execute", "with"]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A book of one chapter."""
    from unrolled.book.installable import png

    folder = tmp_path_factory.mktemp("book")
    cells = [
        nbformat.v4.new_markdown_cell(PAGE),
        nbformat.v4.new_code_cell(
            "x = 1\nx", outputs=[nbformat.v4.new_output("stream", text="1\n")], execution_count=1
        ),
        nbformat.v4.new_markdown_cell(END),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(
        nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}),
        folder / "page.ipynb",
    )
    (folder / "chapters" / "quizzes").mkdir(parents=True)
    (folder / "chapters" / "quizzes" / "page.yml").write_text(QUIZ)
    (folder / "conf.py").write_text(CONF)
    (folder / "index.md").write_text("# A book\n\n```{toctree}\n:numbered:\n\npage\n```\n")
    (folder / "sources.bib").write_text(SOURCES)
    (folder / "dot.png").write_bytes(png(1))
    return folder


# One process, because what it imports takes longer than a build.
STEPS = """
import shutil, sys
from sphinx.cmd.build import build_main
for n, builder in enumerate(["audio", "audio", "html", "html"]):
    if n == 1:
        with open("page.ipynb", "a") as page:
            page.write("\\n")  # another text, of the same words
    if n == 3:
        shutil.copytree("html", "with")
        shutil.copy("audio/page.txt", "spoken.txt")
        shutil.rmtree("audio")
    if build_main(["-q", "-W", "-b", builder, "-d", "trees", ".", builder]):
        sys.exit(1)
"""


@pytest.fixture
def engine():
    if shutil.which("espeak-ng") is None:
        pytest.skip("espeak-ng is not installed")
    return pytest.importorskip("soundfile", reason="soundfile is not installed")


@pytest.mark.slow
def test_a_chapter_is_recorded_once_and_its_page_offers_it_as_long_as_it_is_there(folder, engine):
    command = [sys.executable, "-c", STEPS]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    first, done, again = run.stdout.splitlines()
    assert (first, again) == ("Chapters: 1, to read aloud: 1.", "Chapters: 1, to read aloud: 0.")
    length, size = re.fullmatch(r"\[1/1\] page: (0\.\d) min, (0\.\d) MB", done).groups()

    assert (folder / "spoken.txt").read_text() == SPOKEN
    book = folder / "with"
    page = BeautifulSoup((book / "page.html").read_text(), "html.parser")
    sound = page.find("audio")
    assert sound.attrs.keys() == {"controls", "preload", "src", "aria-labelledby"}
    assert sound["preload"] == "none"
    label = page.find(id=sound["aria-labelledby"]).get_text()
    assert label == f"Listen to this chapter: 1 minute, {size} MB, read by a machine."
    before = [one.name for one in page.select_one(".listen").find_previous_siblings()]
    assert before[:2] == ["p", "h1"]  # after the title and the time to read
    played = engine.info(book / sound["src"])
    assert abs(played.duration / 60 - float(length)) < 0.1
    assert not [name for name in offline.files(book) if name.endswith(".mp3")]

    text = (folder / "html" / "page.html").read_text()
    assert "<audio" not in text
    assert "Listen" not in text
    assert not (folder / "html" / "audio").exists()


def test_two_sentences_become_a_file_that_plays(engine, tmp_path):
    said = [Passage("A gate is a number between 0 and 1.", 1.5), Passage("At 1 & < it is open.")]
    seconds = narration.record(said, tmp_path / "said.mp3")
    sound, rate = engine.read(tmp_path / "said.mp3")
    assert sound.ndim == 1
    assert abs(len(sound) / rate - seconds) < 0.2
    assert 4.5 < seconds < 9
    assert (tmp_path / "said.mp3").stat().st_size < 5000 * seconds
    silence = abs(sound) < 0.01
    longest = max(map(len, "".join("s" if one else " " for one in silence).split()))
    assert 1.4 < longest / rate < 2.2


def test_without_the_engine_one_is_told_what_to_install(monkeypatch, tmp_path):
    pytest.importorskip("soundfile", reason="soundfile is not installed")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(narration.ExtensionError, match="apt install espeak-ng"):
        narration.record([Passage("Nothing.")], tmp_path / "said.mp3")


def test_other_words_or_another_voice_are_recorded_anew(monkeypatch):
    said = [Passage("One.")]
    known = narration.digest(said)
    assert known == narration.digest([Passage("One.")])
    assert known != narration.digest([Passage("Two.")])
    assert known != narration.digest([Passage("One.", 2)])
    monkeypatch.setattr(narration, "_VOICE", ["-v", "en-us"])
    assert known != narration.digest(said)


def test_a_recording_without_its_length_is_not_offered(tmp_path):
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters" / "page.mp3").write_bytes(b"sound")
    assert listening.recordings(tmp_path) == {}
    data = {"digest": "1", "seconds": 90}
    (tmp_path / "chapters" / "page.json").write_text(json.dumps(data))
    assert listening.recordings(tmp_path) == {"chapters/page": {**data, "size": 5}}


def test_a_recording_of_another_text_is_taken_off_the_site_and_its_page_written_again(tmp_path):
    built, page = tmp_path / "_build", tmp_path / "page.md"
    page.write_text("# A page")
    (built / "audio").mkdir(parents=True)
    (built / "audio" / "page.mp3").write_bytes(b"sound")
    data = {"digest": "1", "seconds": 90, "source": listening.source_digest(page)}
    (built / "audio" / "page.json").write_text(json.dumps(data))
    env = SimpleNamespace(found_docs={"page"}, doc2path=lambda name: tmp_path / f"{name}.md")
    app = SimpleNamespace(env=env, builder=SimpleNamespace(name="html"), outdir=built / "html")

    def build():
        again = listening._write_again(app, env)
        listening._copy(app, None)
        return again, (built / "html" / "audio" / "page.mp3").exists()

    assert build() == (["page"], True)
    assert build() == ([], True)
    page.write_text("# Another page")
    assert build() == (["page"], False)
    assert build() == ([], False)

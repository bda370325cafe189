"""`make audio`: one sound file for each chapter, read by the speech engine espeak-ng.

The Sphinx builder `audio` writes `_build/audio/<chapter>.mp3`, beside it the words as they are spoken
(`.txt`), and how long it takes and of which text it is (`.json`). A chapter whose words are the same keeps
its file. MP3 is what every browser plays, and `unrolled.book.listening` offers on the page what is there.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor, as_completed
from html import escape
from pathlib import Path

from sphinx.builders import Builder
from sphinx.errors import ExtensionError
from sphinx.util import logging

from unrolled.book.chapter import is_chapter
from unrolled.book.listening import source_digest
from unrolled.book.mathematics import aligned, unnumbered
from unrolled.book.narration_script import Script
from unrolled.book.spoken_mathematics import spoken_formula
from unrolled.book.typesetter import TexError, Typesetter

_LOG = logging.getLogger(__name__)
_VOICE = ["-v", "en-gb", "-s", "170"]  # words a minute
# Mono at the engine's 22,050 Hz, about 22 kbit a second: clear for speech, and 0.2 MB a minute.
_MP3 = {"format": "MP3", "bitrate_mode": "AVERAGE", "compression_level": 0.93}


def ssml(passages):
    """Return passages (list of `Passage`) as the engine reads them: SSML with their silences."""
    parts = []
    for one in passages:
        words = escape(one.words, quote=False)
        words = f'<prosody rate="90%">{words}</prosody>' if one.is_title else words
        parts.append(f'{words}<break time="{one.silence * 1000:.0f}ms"/>')
    return f"<speak>{' '.join(parts)}</speak>"


def transcript(passages):
    """Return the words of passages (list of `Passage`) as plain text, a blank line between two."""
    return "\n\n".join(one.words for one in passages) + "\n"


def record(passages, path):
    """Speak passages into an MP3 file.

    Arguments:
        passages: a list of `Passage`.
        path: the file (Path) to write.

    Returns:
        Its length in seconds (float).

    Raises:
        ExtensionError: if there is no espeak-ng, or it fails.
    """
    import soundfile

    if shutil.which("espeak-ng") is None:
        raise ExtensionError(
            "make audio needs the program espeak-ng (Debian: apt install espeak-ng)"
        )
    with tempfile.TemporaryDirectory() as folder:
        wave = Path(folder, "spoken.wav")
        command = ["espeak-ng", *_VOICE, "-m", "--stdin", "-w", wave]
        run = subprocess.run(command, input=ssml(passages).encode(), capture_output=True)
        if run.returncode or not wave.is_file():
            raise ExtensionError(f"espeak-ng: {run.stderr.decode(errors='replace').strip()}")
        sound, rate = soundfile.read(wave, dtype="int16")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    soundfile.write(part, sound, rate, **_MP3)
    part.replace(path)
    return len(sound) / rate


class AudioBuilder(Builder):
    """Collects what is read of each chapter, then records those that changed, one on each core."""

    name = format = "audio"
    epilog = "The recordings are in %(outdir)s; `make book` puts them on the pages."

    def init(self):
        """Begin without a script."""
        self._scripts, self._typesetter = {}, Typesetter()

    def get_outdated_docs(self):
        """Return all chapters: whether their words changed is known when they are written."""
        return [page for page in self.env.found_docs if is_chapter(self.env, page)]

    def get_target_uri(self, docname, typ=None):
        """Return no address: in speech a link leads nowhere."""
        return ""

    def prepare_writing(self, docnames):
        """Nothing has to be prepared."""

    def write_doc(self, docname, doctree):
        """Keep what is read of a chapter."""
        if is_chapter(self.env, docname):
            script = Script(self._formula, lambda node: self._number(docname, node))
            self._scripts[docname] = script.passages(doctree)

    def finish(self):
        """Record what has changed and say how far it is."""
        self._typesetter.close()
        tasks = {page: said for page, said in self._scripts.items() if self._is_stale(page, said)}
        print(f"Chapters: {len(self._scripts)}, to read aloud: {len(tasks)}.", flush=True)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            running = {pool.submit(self._record, *task): task[0] for task in tasks.items()}
            for n, done in enumerate(as_completed(running), start=1):
                print(f"[{n}/{len(tasks)}] {running[done]}: {done.result()}", flush=True)
        for page in self._scripts:
            self._say_of_what(page)

    def _path(self, page, suffix):
        return Path(self.outdir, f"{page}{suffix}")

    def _is_stale(self, page, passages):
        try:
            known = json.loads(self._path(page, ".json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return True
        return known["digest"] != digest(passages) or not self._path(page, ".mp3").is_file()

    def _record(self, page, passages):
        path = self._path(page, ".mp3")
        seconds = record(passages, path)
        self._path(page, ".txt").write_text(transcript(passages), encoding="utf-8")
        data = {"digest": digest(passages), "seconds": round(seconds)}
        self._path(page, ".json").write_text(json.dumps(data), encoding="utf-8")
        return f"{seconds / 60:.1f} min, {path.stat().st_size / 1e6:.1f} MB"

    def _say_of_what(self, page):
        """Note of which text the recording is: its words may be the same when the text is another."""
        path = self._path(page, ".json")
        known = json.loads(path.read_text(encoding="utf-8"))
        data = {**known, "source": source_digest(self.env.doc2path(page))}
        path.write_text(json.dumps(data), encoding="utf-8")

    def _formula(self, node):
        display = node.tagname == "math_block"
        tex = node.astext()
        if display:
            tex = unnumbered(tex if node.get("nowrap") else aligned(tex))
        try:
            return spoken_formula(self._typesetter.html(tex, display))
        except TexError as error:
            _LOG.warning("%s", error, location=node)
            return "a formula"

    def _number(self, page, node):
        kind = "displaymath" if node.tagname == "math_block" else node.tagname
        numbers = self.env.toc_fignumbers.get(page, {}).get(kind, {})
        known = [numbers[name] for name in node["ids"] if name in numbers]
        return ".".join(map(str, known[0])) if known else str(node.get("number") or "")


def digest(passages):
    """Return what changes (str) when the sound of passages would."""
    settings = json.dumps([_VOICE, _MP3])
    return hashlib.sha256((settings + ssml(passages)).encode()).hexdigest()[:16]


def setup(app):
    """Register the builder with Sphinx."""
    app.add_builder(AudioBuilder)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

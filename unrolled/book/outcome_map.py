"""The `{outcome-map}` directive: where each outcome of the course is taught, and what tests it.

Nothing is written down twice: outcomes come from the chapters, questions from the quiz files and
graded parts from the exercises, each read where its author wrote it.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from docutils import nodes
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

from unrolled.book.outcomes import read_outcomes
from unrolled.book.quiz import question_id
from unrolled.exercise import ExerciseError, read
from unrolled.quiz.fields import FieldError
from unrolled.quiz.items import quiz_path, read_items

_HEADS = "You can", "Taught in", "Quiz", "Exercise"


class OutcomeMapDirective(SphinxDirective):
    """A section with a table for each chapter that declares outcomes, in reading order."""

    def run(self):
        """Return a sentence with the numbers, and the sections."""
        counts, sections = [0, 0, 0, 0], []
        for page in _reading_order(self.env):
            path = Path(self.env.doc2path(page))
            self.env.note_dependency(str(path))
            try:
                outcomes = read_outcomes(path)
                questions, parts = self._tests(path.stem) if outcomes else ([], [])
                rows = [self._row(path, outcome, questions, parts) for outcome in outcomes]
            except (FieldError, ExerciseError, OSError) as error:
                raise self.error(str(error)) from error
            if outcomes:
                sections.append(_section(page, path, rows))
                found = 1, len(outcomes), len(questions), len(parts)
                counts = [a + b for a, b in zip(counts, found, strict=True)]
        words = (
            "{} chapters teach {} outcomes; {} quiz questions and {} parts of exercises test them."
        )
        return [nodes.paragraph("", words.format(*counts)), *sections]

    def _tests(self, topic):
        """Return `(outcome, link)` for each question, and `(outcome, name)` for each graded part."""
        bank = quiz_path(topic, self.env.srcdir)
        source = Path(self.env.srcdir) / "solutions" / f"{topic}.py"
        for path in (bank, source):
            self.env.note_dependency(str(path))
        questions = [
            (item.outcome, _link(self.env, question_id(topic, item), str(n)))
            for n, item in enumerate(read_items(bank), start=1)
        ]
        exercise = read(source)
        parts = [(item.outcome, nodes.literal("", item.name)) for item in exercise.items]
        parts += [(cell.outcome, nodes.Text("in your own words")) for cell in exercise.written]
        return questions, parts

    def _row(self, path, outcome, questions, parts):
        """Return the four cells of an outcome, each a list of nodes; fail if nothing tests it."""
        asked = [link for tested, link in questions if tested == outcome.id]
        graded = [name for tested, name in parts if tested == outcome.id]
        if not asked + graded:
            where = f"{path}:{outcome.line}"
            raise self.error(f"{where}: no quiz question and no graded part tests {outcome.id}")
        holder = nodes.Element()
        self.state.nested_parse([outcome.text], self.lineno, holder)
        taught = nodes.paragraph("", "", _link(self.env, outcome.section))
        return holder.children, [taught], _listed(asked), _listed(graded)


def _reading_order(env):
    """Return the names of the book's pages as they stand in `_toc.yml`, or else in the alphabet."""
    pages = getattr(env.config, "external_site_map", None) or sorted(env.found_docs)
    return [str(PurePosixPath(page)) for page in pages]


def _link(env, label, number=None):
    """Return a link to a label: the number of a question, or the title that stands there."""
    words = [nodes.Text(label)]
    if number is not None:  # a bare number says little to who hears the links of a page
        words = [nodes.inline("", "question ", classes=["visually-hidden"]), nodes.Text(number)]
    return _reference("ref", label.lower(), words, number is not None, refdoc=env.docname)


def _reference(kind, target, words, explicit, **more):
    """Return a link that Sphinx resolves; a target that does not exist fails the build."""
    inside = nodes.inline("", "", *words, classes=["std", f"std-{kind}"])
    options = {"refdomain": "std", "reftype": kind, "reftarget": target, "refwarn": True}
    return addnodes.pending_xref("", inside, refexplicit=explicit, **options, **more)


def _listed(found):
    """Return a paragraph with commas between what was found."""
    paragraph = nodes.paragraph()
    for n, node in enumerate(found):
        paragraph += [nodes.Text(", "), node] if n else [node]
    return [paragraph]


def _section(page, path, rows):
    """Return the section of a chapter: its title, which leads there, and its table."""
    words = re.search(r"^# (.+)$", path.read_text(encoding="utf-8"), re.M)[1]
    title = _reference("doc", f"/{page}", [nodes.Text(words)], explicit=True)
    section = nodes.section("", nodes.title("", "", title), ids=[f"outcomes-of-{path.stem}"])
    group = nodes.tgroup(cols=len(_HEADS))
    for width in (40, 25, 10, 25):
        group += nodes.colspec(colwidth=width)
    heads = [[nodes.paragraph("", head)] for head in _HEADS]
    group += nodes.thead("", _table_row(heads))
    group += nodes.tbody("", *(_table_row(row) for row in rows))
    section += nodes.table("", group, classes=["outcome-map"])
    return section


def _table_row(cells):
    return nodes.row("", *(nodes.entry("", *cell) for cell in cells))


def setup(app):
    """Register the directive with Sphinx."""
    app.add_directive("outcome-map", OutcomeMapDirective)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

"""The `{quiz}` directive: the questions of a topic, from `chapters/quizzes/<topic>.yml`.

A question is a fieldset with native inputs. Without a script it reads as a printed quiz does:
questions first, a folded key at the end. `static/quiz.js` adds the Check button's work: it copies the
reasons for what was chosen from the key into a live region. The right answer is no secret here.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from unrolled.book.element import element
from unrolled.book.quiz_key import LETTERS, key_of
from unrolled.book.quiz_score import clear_button, course_score, score_notes, score_of, way_on
from unrolled.quiz.fields import FieldError
from unrolled.quiz.items import quiz_path, read_items, shuffled_order

#: What a reader is told about the kind of a question.
HINTS = {
    "several": "More than one answer may be right.",
    "order": "Put the steps in the right order.",
}


def question_id(topic, item):
    """Return the HTML id of a question; in lower case it is also a label."""
    return f"quiz-{topic}-{item.id}"


class Markdown:
    """Turns the Markdown of quiz items into nodes, where a directive stands."""

    def __init__(self, directive, path):
        """Parse as `directive` would; complaints name the quiz file `path`."""
        self._directive, self._path = directive, path

    def blocks(self, text):
        """Return the nodes of a piece of Markdown."""
        holder = nodes.Element()
        self._directive.state.nested_parse(text.splitlines(), 0, holder)
        for formula in holder.findall(
            lambda node: isinstance(node, (nodes.math, nodes.math_block))
        ):
            formula.source, formula.line = str(self._path), 1  # a fault is in the quiz's own file
        return holder.children

    def phrases(self, block, item):
        """Return what is inside a paragraph; anything else cannot stand in a legend or a label."""
        if not isinstance(block, nodes.paragraph):
            where = f"{self._path}:{item.line}: {item.id}"
            raise self._directive.error(f"{where}: a question or an option begins with a paragraph")
        return block.children

    def line(self, text, item):
        """Return the nodes of a piece of Markdown that is one paragraph, without the paragraph."""
        return self.phrases(self.blocks(text)[0], item)


class QuizDirective(SphinxDirective):
    """Show all questions of a topic: `{quiz} lstm_gates`."""

    required_arguments = 1

    def run(self):
        """Read the questions, and return what shows them."""
        topic = self.arguments[0]
        path = quiz_path(topic, self.env.srcdir)
        self.env.note_dependency(str(path))
        try:
            items = read_items(path)
        except (FieldError, OSError) as error:
            raise self.error(str(error)) from error
        self.env.metadata[self.env.docname].setdefault("quizzes", {})[topic] = [
            f"{topic}/{item.id}" for item in items
        ]
        markdown = Markdown(self, path)
        names = [question_id(topic, item) for item in items]
        for name in names:  # so that other pages can refer to a question
            self.env.get_domain("std").note_hyperlink_target(name.lower(), self.env.docname, name)
        return self.show(topic, markdown, names, items)

    def show(self, topic, markdown, names, items):
        """Return the nodes of the questions, of the way on and of the key.

        Arguments:
            topic: the name of the quiz.
            markdown: the `Markdown` that turns text into nodes.
            names: the HTML ids of the questions.
            items: their `Item`s.
        """
        quiz = element("div", {"class": "quiz"}, [_bar(topic, items)])
        for n, (name, item) in enumerate(zip(names, items, strict=True), start=1):
            quiz += _question(markdown, name, item, topic, f"Question {n} of {len(items)}")
        quiz += [way_on(), key_of(markdown, names, items)]
        return [quiz]


def _bar(topic, items):
    """Return the score, the switch for shuffling and the button that clears: all need the script."""
    ids = " ".join(f"{topic}/{item.id}" for item in items)
    box = {"type": "checkbox", "class": "quiz-shuffle", "id": f"quiz-{topic}-shuffle"}
    label = element("label", {"for": box["id"]}, [nodes.Text("Shuffle the options")])
    scores = [
        element("p", {}, [nodes.Text("This quiz: "), score_of(ids)]),
        element("p", {}, [nodes.Text("The course: "), course_score()]),
    ]
    row = element("div", {"class": "quiz-tools"})
    row += element("span", {"class": "quiz-switch"}, [element("input", box), label])
    row += clear_button(ids, "Clear these answers")
    return element("div", {"class": "quiz-bar", "hidden": True}, [*scores, row, *score_notes()])


def _question(markdown, name, item, topic, count):
    first, *rest = markdown.blocks(item.stem)
    head = element("span", {"class": "quiz-count"})
    head += [nodes.Text(f"{count}, {item.difficulty}"), element("span", {"class": "quiz-done"})]
    # A legend holds phrases only: the first paragraph of the stem, without its <p>.
    stem = element("span", {"class": "quiz-stem"}, markdown.phrases(first, item))
    attributes = {"class": "quiz-question", "id": name, "tabindex": "-1"}
    attributes |= {"data-kind": item.kind, "data-item": f"{topic}/{item.id}"}
    fieldset = element("fieldset", attributes)
    fieldset += element("legend", {}, [head, nodes.Text(" "), stem])
    described = []
    if rest:
        described.append(f"{name}-more")
        fieldset += element("div", {"id": described[-1]}, rest)
    if item.code:
        fieldset += nodes.literal_block(item.code, item.code, language="python")
    if item.kind in HINTS:
        described.append(f"{name}-hint")
        hint = {"class": "quiz-hint", "id": described[-1]}
        fieldset += element("p", hint, [nodes.Text(HINTS[item.kind])])
    if described:
        attributes["aria-describedby"] = " ".join(described)
    fieldset += _ANSWERS[item.kind](markdown, name, item)
    button = {"type": "button", "class": "quiz-check", "hidden": True}
    fieldset += element("button", button, [nodes.Text("Check")])
    fieldset += element("div", {"class": "quiz-status", "role": "status"})
    return fieldset


def _options(markdown, name, item):
    for k, option in enumerate(item.options):
        box = {
            "type": "checkbox" if item.kind == "several" else "radio",
            "name": name,
            "id": f"{name}-{k}",
            "data-says": f"{name}-{k}-says",
        }
        if option.right:
            box["data-right"] = True
        if item.kind == "reading":  # what a program prints is shown as it is
            text = element("code", {"class": "quiz-print"}, [nodes.Text(option.text)])
        else:
            text = element("span", {}, markdown.line(option.text, item))
        label = element("label", {"for": box["id"]}, [_letter(box["id"], LETTERS[k]), text])
        yield element("div", {"class": "quiz-option"}, [element("input", box), label])


def _letter(owner, letter):
    """Return the letter of an option or a step; the script renames it wherever it stands."""
    attributes = {"class": "quiz-letter", "data-letter": owner}
    return element("span", {}, [element("span", attributes, [nodes.Text(letter)]), nodes.Text(".")])


def _field(markdown, name, item):
    """Return a field for a number, with its unit."""
    numbers = [item.answer.interval, *(wrong.interval for wrong in item.wrong)]
    box = {"type": "text", "id": f"{name}-0", "class": "quiz-number", "autocomplete": "off"}
    # The keypad for decimals has no minus sign on some phones.
    if min(interval.low for interval in numbers) >= 0:
        box["inputmode"] = "decimal"
    label = element("label", {"for": box["id"]}, [nodes.Text("Your answer")])
    row = element("div", {"class": "quiz-field"}, [label, element("input", box)])
    if item.answer.unit:
        box["aria-describedby"] = f"{name}-unit"
        row += element("span", {"id": f"{name}-unit"}, markdown.line(item.answer.unit, item))
    return [row]


def _steps(markdown, name, item):
    """Return the shuffled steps; the script shows two buttons on each that move it."""
    steps = element("ol", {"class": "quiz-steps"})
    for letter, place in zip(LETTERS, shuffled_order(item), strict=False):
        text = element("span", {}, markdown.line(item.steps[place].text, item))
        attributes = {"data-place": place, "data-letter": letter}
        attributes["data-says"] = f"{name}-{place}-says"
        step = element("li", attributes, [_letter(f"{name}-{place}", letter), text])
        for move, sign in (("up", "↑"), ("down", "↓")):
            button = {"type": "button", "class": "quiz-move", "data-move": move, "hidden": True}
            button["aria-label"] = f"Move {letter} {move}"
            step += element("button", button, [nodes.Text(sign)])
        steps += step
    return [steps]


_ANSWERS = {
    "one": _options,
    "several": _options,
    "reading": _options,
    "number": _field,
    "order": _steps,
}


def _add_script(app, pagename, templatename, context, doctree):
    """Load the script on pages that have a quiz or show a score, and on no other."""
    data = app.env.metadata.get(pagename, {})
    if data.get("quizzes") or data.get("quiz_score"):
        app.add_js_file("quiz.js", defer="defer")
        app.add_css_file("quiz.css")


def setup(app):
    """Register the directive and its script with Sphinx."""
    app.setup_extension("unrolled.book.element")
    app.setup_extension("unrolled.book.look")
    app.setup_extension("unrolled.book.quiz_score")
    app.add_directive("quiz", QuizDirective)
    app.connect("html-page-context", _add_script)
    return {"version": "2", "parallel_read_safe": True, "parallel_write_safe": True}

"""The `{quiz}` directive: the questions of a topic, from `chapters/quizzes/<topic>.yml`.

A question is a fieldset with native radio inputs. Without a script it reads as a printed quiz does:
questions first, a folded key at the end. `static/quiz.js` adds the Check button's work: it copies the
explanation of the chosen option from the key into a live region. The right answer is no secret here.
"""

from __future__ import annotations

from string import ascii_uppercase

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from unrolled.book.element import element
from unrolled.quiz.fields import FieldError
from unrolled.quiz.items import quiz_path, read_items


class QuizDirective(SphinxDirective):
    """Show all questions of a topic: `{quiz} lstm_gates`."""

    required_arguments = 1

    def run(self):
        """Return the questions and the key."""
        topic = self.arguments[0]
        path = quiz_path(topic, self.env.srcdir)
        self.env.note_dependency(str(path))
        try:
            items = read_items(path)
        except (FieldError, OSError) as error:
            raise self.error(str(error)) from error
        self.env.metadata[self.env.docname]["has_quiz"] = True
        prefix = f"quiz-{topic}"
        questions = [self._question(prefix, n, items) for n in range(len(items))]
        return [element("div", {"class": "quiz"}, [*questions, self._key(prefix, items)])]

    def _question(self, prefix, n, items):
        item = items[n]
        name = f"{prefix}-{item.id}"
        first, *rest = self._blocks(item.stem)
        count = element("span", {"class": "quiz-count"})
        count += nodes.Text(f"Question {n + 1} of {len(items)}")
        # A legend holds phrases only: the first paragraph of the stem, without its <p>.
        stem = element("span", {"class": "quiz-stem"}, self._phrases(first, item))
        fieldset = element("fieldset", {"class": "quiz-question", "id": name})
        fieldset += element("legend", {}, [count, nodes.Text(" "), stem])
        if rest:
            fieldset["attributes"]["aria-describedby"] = f"{name}-more"
            fieldset += element("div", {"id": f"{name}-more"}, rest)
        for k, option in enumerate(item.options):
            fieldset += self._option(name, k, option, item)
        button = {"type": "button", "class": "quiz-check", "hidden": True}
        fieldset += element("button", button, [nodes.Text("Check")])
        fieldset += element("div", {"class": "quiz-status", "role": "status"})
        return fieldset

    def _option(self, name, k, option, item):
        radio = {
            "type": "radio",
            "name": name,
            "id": f"{name}-{k}",
            "data-says": f"{name}-{k}-says",
        }
        if option.right:
            radio["data-right"] = True
        letter = element("span", {"class": "quiz-letter"}, [nodes.Text(f"{ascii_uppercase[k]}. ")])
        text = self._phrases(self._blocks(option.text)[0], item)
        label = element("label", {"for": radio["id"]}, [letter, element("span", {}, text)])
        return element("div", {"class": "quiz-option"}, [element("input", radio), label])

    def _key(self, prefix, items):
        """Return the folded key: for each question the right letter, then every explanation."""
        key = element("details", {"class": "quiz-key"})
        key += element("summary", {}, [nodes.Text("Answers, with a reason for each option")])
        for n, item in enumerate(items, start=1):
            head = nodes.paragraph("", "", nodes.strong("", f"Question {n}: "))
            head += nodes.Text(f"{ascii_uppercase[item.right]} is right.")
            reasons = element("ul", {})
            for k, option in enumerate(item.options):
                says = {"id": f"{prefix}-{item.id}-{k}-says"}
                mark = nodes.strong(
                    "", f"{ascii_uppercase[k]}, {'right' if option.right else 'wrong'}. "
                )
                words = element("div", says, self._blocks(option.says))
                reasons += element("li", {}, [element("div", {}, [mark]), words])
            key += [head, reasons]
        return key

    def _blocks(self, markdown):
        """Return the nodes of a piece of Markdown."""
        holder = nodes.Element()
        self.state.nested_parse(markdown.splitlines(), 0, holder)
        return holder.children

    def _phrases(self, block, item):
        """Return what is inside a paragraph; anything else cannot stand in a legend or a label."""
        if not isinstance(block, nodes.paragraph):
            raise self.error(f"{item.id}: a question or an option begins with a paragraph")
        return block.children


def _add_script(app, pagename, templatename, context, doctree):
    """Load the script on pages that have a quiz, and on no other."""
    if app.env.metadata.get(pagename, {}).get("has_quiz"):
        app.add_js_file("quiz.js", defer="defer")


def setup(app):
    """Register the directive and its script with Sphinx."""
    app.setup_extension("unrolled.book.element")
    app.setup_extension("unrolled.book.look")
    app.add_directive("quiz", QuizDirective)
    app.connect("html-page-context", _add_script)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

"""The score of a quiz and of the course, and the way on from a quiz to the next page.

What they show depends on the other pages of the book, so placeholders stand in a page until all
have been read. The script fills the scores in; they are kept in the reader's browser alone.
"""

from __future__ import annotations

from copy import deepcopy

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from unrolled.book.element import element


def score_of(ids):
    """Return the place where the script writes how many of the items `ids` are answered right."""
    return element("span", {"class": "quiz-score-of", "data-ids": ids})


def course_score():
    """Return the place for the score of all quizzes of the book."""
    return element("span", {"class": "quiz-score-of", "data-ids": "*"})


def clear_button(ids, words):
    """Return the button that forgets the answers to the items `ids`; `*` stands for all."""
    attributes = {"type": "button", "class": "quiz-clear", "data-ids": ids}
    return element("button", attributes, [nodes.Text(words)])


def score_notes():
    """Return where the script says what became of the score."""
    words = "This browser keeps no data here: the score ends when you leave the page."
    refused = element("p", {"class": "quiz-refused", "hidden": True}, [nodes.Text(words)])
    return [element("p", {"class": "quiz-note", "role": "status"}), refused]


def way_on():
    """Return the place for the link to the next page."""
    return element("p", {"class": "quiz-next"})


class QuizScoreDirective(SphinxDirective):
    """Show the score of every chapter and of the course, and a button that clears them."""

    def run(self):
        """Return the block, which is hidden until the script shows it."""
        self.env.metadata[self.env.docname]["quiz_score"] = True
        block = element("div", {"class": "quiz-total quiz-bar", "hidden": True})
        lead = element("p", {}, [nodes.strong("", "Your quiz answers: ")])
        lead += course_score()
        words = "Your score is kept in this browser on this device alone."
        block += [
            lead,
            element("ul", {"class": "quiz-chapters"}),
            element("p", {}, [nodes.Text(words)]),
            clear_button("*", "Clear all answers"),
            *score_notes(),
        ]
        return [block]


def reading_order(env):
    """Return the names of all pages in the order in which the book is read."""
    found, waiting = [], [env.config.root_doc]
    while waiting:
        page = waiting.pop()
        if page not in found:
            found.append(page)
            waiting += reversed(env.toctree_includes.get(page, []))
    return found


def _quizzes(env):
    """Return what quizzes there are: `(page, ids)` for each page that has one, in reading order."""
    found = []
    for page in reading_order(env):
        quizzes = env.metadata.get(page, {}).get("quizzes", {})
        if quizzes:
            found.append((page, [name for ids in quizzes.values() for name in ids]))
    return found


def _fill(app, doctree, page):
    """Put what the other pages decide into the placeholders of a page."""
    everything = _quizzes(app.env)
    ids = " ".join(name for _, names in everything for name in names)
    for node in list(doctree.findall(element)):
        attributes = node["attributes"]
        if attributes.get("data-ids") == "*":
            attributes["data-ids"] = ids
        elif attributes.get("class") == "quiz-chapters":
            for other, names in everything:
                entry = [_link(app, page, other), nodes.Text(": "), score_of(" ".join(names))]
                node += element("li", {}, entry)
        elif attributes.get("class") == "quiz-next":
            pages = reading_order(app.env)
            position = pages.index(page) + 1 if page in pages else len(pages)
            last = position == len(pages)
            node += nodes.Text("Back to the start: " if last else "Next page: ")
            node += _link(app, page, pages[0] if last else pages[position])


def _link(app, page, other):
    uri = app.builder.get_relative_uri(page, other)
    title = deepcopy(app.env.titles[other].children)
    link = nodes.reference("", "", *title, refuri=uri, internal=True)
    return nodes.inline("", "", link)  # Sphinx wants a link to stand in text


def _write_again(app, env):
    """Name the pages to be written anew because a quiz elsewhere, or the order of pages, changed."""
    titles = [(page, env.titles[page].astext()) for page in reading_order(env)]
    known = (titles, _quizzes(env))
    if getattr(env, "unrolled_quizzes", None) == known:
        return []
    env.unrolled_quizzes = known
    return [p for p, data in env.metadata.items() if data.get("quizzes") or data.get("quiz_score")]


def setup(app):
    """Register the directive and what fills the placeholders with Sphinx."""
    app.setup_extension("unrolled.book.element")
    app.add_directive("quiz-score", QuizScoreDirective)
    app.connect("doctree-resolved", _fill)
    app.connect("env-updated", _write_again)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

"""The `{outcomes}` directive: what a reader can do after the chapter, with links."""

from __future__ import annotations

from docutils import nodes
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

from unrolled.book.outcomes import parse_outcomes
from unrolled.quiz.fields import FieldError


class OutcomesDirective(SphinxDirective):
    """A list of outcomes; a section label that does not exist is a warning, so the build fails."""

    has_content = True

    def run(self):
        """Return the list, under a line that introduces it."""
        source = self.env.doc2path(self.env.docname)
        offset = self.lineno + self.content_offset  # MyST counts the body from the fence
        try:
            outcomes = parse_outcomes("\n".join(self.content), source, offset)
        except FieldError as error:
            raise self.error(str(error)) from error
        box = nodes.container(classes=["outcomes"])
        lead = nodes.paragraph("", "After this chapter you can", classes=["outcomes-lead"])
        box += [lead, nodes.bullet_list()]
        for outcome in outcomes:
            box[-1] += self._item(outcome)
        return [box]

    def _item(self, outcome):
        item = nodes.list_item(ids=[outcome.id])
        self.state.document.note_explicit_target(item)
        # Markdown of the text, then the title of the section as a link.
        self.state.nested_parse([outcome.text], outcome.line - self.lineno, item)
        link = addnodes.pending_xref(
            "",
            nodes.inline("", outcome.section, classes=["std", "std-ref"]),
            refdoc=self.env.docname,
            refdomain="std",
            reftype="ref",
            reftarget=outcome.section,
            refexplicit=False,
            refwarn=True,
        )
        self.set_source_info(link)
        link.line = outcome.line
        # The arrow is drawn by the style sheet: a screen reader hears the section's title alone.
        item[-1] += [nodes.Text(" "), nodes.inline("", "", link, classes=["outcomes-section"])]
        return item

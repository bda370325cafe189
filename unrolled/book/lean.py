"""What the theme and Jupyter Book load on every page, left out where a page has no use for it.

Scripts that stay are run when the page has been read, so that text is shown before them. Words of a
program that have no colour of their own stand in it without an element.
"""

from __future__ import annotations

import re

_HIGHLIGHT = re.compile(r'class="highlight')
_TOGGLE = re.compile(r'class="(?:[^"]* )?(?:toggle|dropdown)[ "]')
_NOTHING = re.compile(r"(?!)")
# A file, or the start of a script in the page, and what a page that needs it has in its text.
_NEEDED_FOR = {
    "DOCUMENTATION_OPTIONS.pagename": _NOTHING,  # for a list of the book's versions
    "clipboard.min.js": _HIGHLIGHT,
    "copybutton.css": _HIGHLIGHT,
    "copybutton.js": _HIGHLIGHT,
    "design-tabs.js": re.compile("sd-tab-set"),
    "sphinx-book-theme.js": _NOTHING,  # `static/page.js` does what is left of it
    "sphinx-design.min.css": re.compile(r'class="(?:[^"]* )?sd-'),
    "togglebutton.css": _TOGGLE,
    "togglebutton.js": _TOGGLE,
    "let toggle": _TOGGLE,
    "var togglebutton": _TOGGLE,
}
# Scripts that nothing on a page calls before it has been read: they must not hold up what is shown.
_CAN_WAIT = {
    "clipboard.min.js",
    "copybutton.js",
    "design-tabs.js",
    "doctools.js",
    "documentation_options.js",
    "sphinx_highlight.js",
    "togglebutton.js",
}

# Names, brackets and spaces of a program, which have the colour of the program around them.
_COLOURLESS = re.compile(r'<span class="[npw]">([^<]*)</span>')


def without_colourless(body):
    """Take the marks off those words of programs that look the same without: half of all words.

    Arguments:
        body: the HTML of a page's body.
    """
    return _COLOURLESS.sub(r"\1", body)


def is_needed(name, body):
    """Say whether a page has a use for a file.

    Arguments:
        name: the name of a style sheet or a script, or the text of a script.
        body: the HTML of the page's body.
    """
    return all(mark.search(body) for start, mark in _NEEDED_FOR.items() if name.startswith(start))


def _name(file):
    path = str(getattr(file, "filename", file) or "")
    return path.split("/")[-1] or file.attributes.get("body") or ""


def _choose_files(app, pagename, templatename, context, doctree):
    body = context["body"] = without_colourless(context.get("body", ""))
    for kind in ("css_files", "script_files"):
        context[kind] = [file for file in context[kind] if is_needed(_name(file), body)]
    if pagename != "search":  # where the theme's own scripts call them at once
        context["script_files"] = [_waiting(file) for file in context["script_files"]]


def _waiting(file):
    """Return a script that is run when the page has been read, where that serves."""
    if _name(file) not in _CAN_WAIT:
        return file
    attributes = file.attributes | {"defer": "defer"}
    return type(file)(file.filename, priority=file.priority, **attributes)


def _without_thebe(app, config):
    """Leave out Thebe, which runs code on another host; Jupyter Book has no setting for it."""
    for name, listeners in app.events.listeners.items():
        app.events.listeners[name] = [x for x in listeners if "thebe" not in x.handler.__module__]
    app.registry.css_files = [x for x in app.registry.css_files if "thebe" not in x[0]]


def setup(app):
    """Register the choice with Sphinx, after all others have added their files."""
    app.connect("config-inited", _without_thebe)
    app.connect("html-page-context", _choose_files, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

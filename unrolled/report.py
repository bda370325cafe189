"""What a learner is told after a check: one report, as plain text and as HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from unrolled.answer import Call, LearnerError
from unrolled.diagnose import Suspect, calls_of, explain_absence, name_mistake
from unrolled.exercise import Item
from unrolled.expect import Mismatch
from unrolled.runner import Outcome

MAX_FACT = 2_000

# Styles stand on the elements: a notebook that is not trusted, and nbgrader's feedback page, drop a
# style sheet. Colours are the theme's own but for one stripe, so that dark themes stay legible.
_STYLES = {
    "right": "border-left:4px solid #1b9e5a;padding:2px 14px;margin:4px 0",
    "wrong": "border-left:4px solid #d0612b;padding:2px 14px;margin:4px 0",
    "ul": "list-style:none;margin:4px 0;padding:0",
    "li": "list-style:none;margin:2px 0;padding:0",
    "table": "border-collapse:collapse;margin:4px 0 4px 20px",
    "tr": "background:none",
    "th": "border:none;padding:1px 16px 1px 0;text-align:left;vertical-align:top;font-weight:normal",
    "td": "border:none;padding:1px 0;text-align:left;vertical-align:top;font-family:monospace;"
    "white-space:pre-wrap;overflow-wrap:anywhere",
    "mistake": "margin:6px 0 8px 20px;font-weight:bold",
    "note": "margin:4px 0",
}


@dataclass(frozen=True)
class Report:
    """The finding on one item. It shows itself in a notebook and reads well as plain text."""

    item: Item
    passed: tuple[str, ...]
    failed: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()
    mistake: str = ""
    notes: tuple[str, ...] = ()
    trouble: str = ""  # why there is no result to compare: not written, raised or stopped

    @property
    def right(self) -> bool:
        """Whether every check of the item passed."""
        return bool(self.passed) and not self.failed

    @property
    def points(self) -> float:
        """The points the item earns: all of them or none."""
        return self.item.points if self.right else 0.0

    @property
    def state(self) -> str:
        """How the item stands in one word or two: right, not written, raised, stopped or wrong."""
        return "right" if self.right else self.trouble or "wrong"

    @property
    def headline(self) -> str:
        """One line: the item, how it stands, and what it is worth."""
        worth = f"{self.item.points:g} point{'s' if self.item.points != 1 else ''}"
        if self.right:
            return f"{self.item.name}: right ({worth})"
        total = len(self.passed) + len(self.failed)
        return f"{self.item.name}: not yet, {len(self.passed)} of {total} checks pass ({worth})"

    @property
    def reason(self) -> str:
        """Why the item is not right, in one sentence; empty if it is."""
        told = dict(self.facts)
        return self.mistake or told.get("raised") or told.get("found") or "".join(self.failed[:1])

    def text(self) -> str:
        """Return the report as plain text."""
        lines = [self.headline]
        lines += [f"  ✓ {sentence}" for sentence in self.passed]
        if self.failed:
            lines.append(f"  ✗ {self.failed[0]}")
            lines += [_indent(f"{name + ':':<10} ", fact) for name, fact in self.facts]
            if self.mistake:
                lines.append(_indent("→ ", self.mistake))
            lines += [f"  ✗ {sentence}" for sentence in self.failed[1:]]
        lines += [f"  · {note}" for note in self.notes]
        if self.failed and self.item.hint:
            lines += ["", f"  Hint: {self.item.hint}"]
        return "\n".join(lines)

    __repr__ = __str__ = text

    def _repr_html_(self) -> str:
        """Return the report as HTML; everything that came from the learner is escaped."""
        rows = "".join(
            _tag("tr", _tag("th", html.escape(name), scope="row") + _tag("td", html.escape(fact)))
            for name, fact in self.facts
        )
        lines = [_tag("li", f"✓ {_rich(sentence)}") for sentence in self.passed]
        for k, sentence in enumerate(self.failed):
            detail = ""
            if k == 0:
                detail = _tag("table", rows) if rows else ""
                detail += self.mistake and _tag("div", f"→ {_rich(self.mistake)}", "mistake")
            lines.append(_tag("li", f"✗ {_rich(sentence)}{detail}"))
        parts = [f"<strong>{_rich(self.headline)}</strong>", _tag("ul", "".join(lines))]
        parts += [_tag("div", f"· {_rich(note)}", "note") for note in self.notes]
        if self.failed and self.item.hint:
            parts.append(f"<details><summary>Hint</summary>{_rich(self.item.hint)}</details>")
        return _tag("div", "".join(parts), "right" if self.right else "wrong")


def make_report(item: Item, outcomes: list[Outcome], suspects: Iterable[Suspect]) -> Report:
    """Say what the checks of `item` found; `suspects` are the known mistakes of any item."""
    failures = [outcome for outcome in outcomes if not outcome.passed]
    # Where a part fails, what a check that passed had to add ("this earns its points") is not true.
    telling = failures or outcomes
    notes = list(dict.fromkeys(note for outcome in telling for note in outcome.notes))
    if any(
        call.wrote_into_arguments
        for o in outcomes
        for call in o.calls
        if call.function == item.name
    ):
        notes.append(
            f"{item.name} writes into the arrays it is given. That costs no points, but the caller "
            "sees its own data change."
        )
    mistake, facts = "", ()
    if failures:
        mistake = explain_absence(failures[0].failure, item.name)
        if not mistake:
            facts = [(name, _cut(fact)) for name, fact in _facts(item, failures[0])]
            found = name_mistake(
                item.name, outcomes, [s for s in suspects if s.exercise == item.name]
            )
            mistake = found.says if found else ""
    return Report(
        item=item,
        passed=tuple(outcome.behaviour for outcome in outcomes if outcome.passed),
        failed=tuple(outcome.behaviour for outcome in failures),
        facts=tuple(facts),
        mistake=mistake,
        notes=tuple(notes),
        trouble=_trouble(failures[0].failure, item) if failures else "",
    )


def _trouble(failure, item):
    if explain_absence(failure, item.name):
        return "not written"
    if not isinstance(failure, LearnerError) or failure.type_name == "Unusable result":
        return ""
    return "stopped" if failure.type_name == "Stopped" else "raised"


def _facts(item, outcome):
    failure = outcome.failure
    calls = calls_of(outcome, item.name) or outcome.calls
    if calls:
        yield "called", describe(calls[-1], item)
    if isinstance(failure, Mismatch):
        yield "found", failure.words
        if failure.where:
            yield "first at", failure.where
        if failure.got:
            yield "got", failure.got
            yield "expected", failure.expected
    elif isinstance(failure, LearnerError):
        yield "raised", str(failure)
        if failure.line:
            yield f"line {failure.line_number}", failure.line.strip()
    elif failure is not None:
        yield "found", str(failure) or type(failure).__name__


def _cut(text):
    """Return text of bounded length: it may quote what a learner's code returned, without end."""
    return text if len(text) <= MAX_FACT else f"{text[:MAX_FACT]} …"


def describe(call: Call, item: Item) -> str:
    """Return a call in one line, arrays told by their shapes."""
    names = item.arguments if call.function == item.name else ()
    told = []
    for k, arg in enumerate(call.args):
        value = _brief(arg)
        if k >= len(names):
            told.append(value)
        else:
            told.append(
                f"{names[k]} {value}"
                if isinstance(arg, np.ndarray | dict)
                else f"{names[k]}={value}"
            )
    return f"{call.function}({', '.join(told)})"


def _brief(value):
    if isinstance(value, np.ndarray):
        return str(value.shape)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} {_brief(x)}" for key, x in value.items()) + "}"
    holding = np.ndarray | dict | list | tuple
    if isinstance(value, list | tuple) and any(isinstance(item, holding) for item in value):
        inner = ", ".join(map(_brief, value))
        return f"[{inner}]" if isinstance(value, list) else f"({inner})"
    return f"{value:.6g}" if isinstance(value, float) else repr(value)


def _tag(tag, content, kind="", scope=""):
    """Return an element in the style of its kind, by default that of its tag."""
    kinds = {"right": "unrolled-report right", "wrong": "unrolled-report wrong"}
    classes = f' class="{kinds.get(kind, kind)}"' if kind else ""
    scope = f' scope="{scope}"' if scope else ""
    return f'<{tag}{classes}{scope} style="{_STYLES[kind or tag]}">{content}</{tag}>'


def _rich(text):
    """Escape `text`, then show its `code` and *emphasis* as such."""
    pieces = html.escape(text).split("`")
    if len(pieces) % 2 == 0:  # a backtick without its partner is a character like any other
        return "`".join(pieces)
    for k in range(0, len(pieces), 2):
        pieces[k] = re.sub(r"(?<!\w)\*(\w[^*]*)\*(?!\w)", r"<em>\1</em>", pieces[k])
    return "".join(f"<code>{piece}</code>" if k % 2 else piece for k, piece in enumerate(pieces))


def _indent(label, text):
    first, *rest = text.splitlines() or [""]
    return "\n".join([f"      {label}{first}", *(" " * (6 + len(label)) + line for line in rest)])

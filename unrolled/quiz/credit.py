"""What each option of an item is worth, the same in notebooks and on every platform."""

from __future__ import annotations

from unrolled.quiz.items import Item


def shares(item: Item) -> list[float]:
    """Return, for each option, the share of the points that choosing it adds.

    One right option is worth all. Where several are right they share the points equally, and the
    wrong ones together take all of them away: ticking everything earns nothing, as ticking nothing
    does. A sum below 0 counts as 0.
    """
    right = len(item.rights)
    wrong = len(item.options) - right
    if item.kind != "several":
        return [float(option.right) for option in item.options]
    return [1 / right if option.right else -1 / wrong for option in item.options]

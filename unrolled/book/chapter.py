"""What a chapter is: a page with a number. It tells its reading time, can be heard and marked as finished."""

from __future__ import annotations


def is_chapter(env, page):
    """Say whether the page (str) of this name is a chapter; known when all pages have been read."""
    return bool(env.toc_secnumbers.get(page))

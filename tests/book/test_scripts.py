"""Text is shown before scripts are run: none in a page's head holds it up."""

import re

import pytest

from tests.book.page import PAGES

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", [name for name in PAGES if name != "search"])
def test_scripts_wait_until_the_page_has_been_read(book, name):
    head = (book / f"{name}.html").read_text(encoding="utf-8").partition("</head>")[0]
    tags = re.findall(r"<script [^>]*src=[^>]*>", head)
    assert len(tags) >= 4
    assert not [tag for tag in tags if "defer" not in tag]
    assert head.count('rel="stylesheet"') == 1

"""The book stays readable when its server is gone, takes over a new build, and can be installed."""

import functools
import json
import os
import re
import time
from io import BytesIO

import pytest
from PIL import Image

from tests.book.conftest import ALL_IMAGES
from tests.book.page import PAGES
from tests.browser import driver
from unrolled.book import installable, offline

STATIC = offline.Path(offline.__file__).parent / "static"
READY = "navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller)"
STYLED = "[...document.styleSheets].every((sheet) => sheet.cssRules.length > 0)"
# Fetches a page and all that it is made of, and returns how many files these are.
LOADED = """
    async (address) => {
      const text = await (await fetch(address)).text();
      const page = new DOMParser().parseFromString(text, "text/html");
      const parts = [...page.querySelectorAll("img, script[src], link[rel=stylesheet], link[rel=icon]")]
        .map((part) => new URL(part.getAttribute("src") || part.getAttribute("href"), address));
      const found = await Promise.all(parts.map((part) => fetch(part)));
      const whole = await Promise.all(found.map((file) => file.blob()));
      return found.every((file) => file.ok) && whole.length;
    }
"""
PARTS = re.compile(
    r'<img |<script [^>]*src=|<link (?=[^>]*href=)(?=[^>]*rel="(?:stylesheet|icon)")'
)
KEPT = """
    caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name))))
      .then((all) => Promise.all(all.map((one) => one.keys())))
      .then((all) => all.flat().map((request) => new URL(request.url).pathname))
"""


def _until(page, promise, seconds=20):
    """Wait until what a promise comes to is true; Playwright takes the promise itself for true."""
    end = time.monotonic() + seconds
    while not page.evaluate(f"() => {promise.strip()}.then(Boolean)"):
        assert time.monotonic() < end, promise
        page.wait_for_timeout(50)


@pytest.mark.slow
def test_every_page_opens_with_figures_styles_and_search_after_the_server_stopped(
    book, chromium, tmp_path
):
    (tmp_path / "unrolled").symlink_to(book)  # a site below a path, as a repository's pages are
    with driver.memory_of(chromium, workers=True) as context:
        page, faults = context.new_page(), []
        with driver.served(tmp_path) as address:
            page.goto(f"{address}/unrolled/")
            _until(page, READY)
        page.on("requestfailed", lambda request: faults.append(f"no {request.url}"))
        page.on("pageerror", lambda error: faults.append(f"error {error}"))
        page.on("console", lambda said: said.type == "error" and faults.append(said.text))
        for name in ("", "chapters/lstm_backward.html"):
            page.goto(f"{address}/unrolled/{name}")
            page.evaluate(ALL_IMAGES)
            assert page.evaluate(STYLED), name
        for name in PAGES:  # to show each would take a second and more
            parts = len(PARTS.findall((book / f"{name}.html").read_text(encoding="utf-8")))
            assert parts > 7
            assert page.evaluate(LOADED, f"{address}/unrolled/{name}.html") == parts, name
        page.goto(f"{address}/unrolled/search.html?q=gradient")
        page.locator("#search-results li a").first.wait_for()
        assert not faults


def _site(folder, text, picture):
    """Write a site of one page, as a build leaves it."""
    (folder / "_images").mkdir(exist_ok=True)
    for old in (folder / "_images").iterdir():
        old.unlink()
    (folder / "_images" / picture).write_bytes(installable.png(8))
    head = '<html lang="en" data-content_root="./"><title>A page</title><script defer src="offline.js">'
    (folder / "index.html").write_text(f'{head}</script><img src="_images/{picture}"><p>{text}')
    (folder / "offline.js").write_bytes((STATIC / "offline.js").read_bytes())
    (folder / "manifest.webmanifest").write_text("{}")
    offline.write_worker(folder)


def test_a_new_build_takes_the_place_of_the_old(chromium, tmp_path):
    _site(tmp_path, "old words", "old.png")
    with driver.memory_of(chromium, workers=True) as context, driver.served(tmp_path) as address:
        page = context.new_page()
        page.goto(address)
        _until(page, READY)
        page.evaluate("caches.open('of another site').then(() => true)")
        assert "/_images/old.png" in page.evaluate(KEPT)

        _site(tmp_path, "new words", "new.png")
        os.utime(tmp_path / offline.NAME, (time.time() + 60,) * 2)  # servers count in seconds
        page.reload()  # shows what is kept, and fetches what is new meanwhile
        _until(page, f"{KEPT}.then((kept) => !kept.includes('/_images/old.png'))")
        page.reload()
        assert page.locator("p").inner_text() == "new words"
        kept = page.evaluate(KEPT)
        wanted = ["index.html", "offline.js", "manifest.webmanifest", "_images/new.png"]
        assert sorted(kept) == sorted(f"/{name}" for name in wanted)
        assert "of another site" in page.evaluate("caches.keys()")


@pytest.mark.slow
@pytest.mark.parametrize("how", ["a file", "no scripts", "saving data"])
def test_nothing_is_kept_for_who_has_no_use_for_it(book, site, chromium, how):
    with driver.memory_of(chromium, workers=True, scripts=how != "no scripts") as context:
        if how == "saving data":
            context.add_init_script(
                "Object.defineProperty(navigator, 'connection', {value: {saveData: true}})"
            )
        page, faults = context.new_page(), []
        page.on("console", lambda said: said.type == "error" and faults.append(said.text))
        page.goto((book / "index.html").as_uri() if how == "a file" else f"{site}/index.html")
        assert page.locator("link[rel=manifest]").count() == (how == "saving data")
        assert not context.service_workers
        assert not faults
        if how == "saving data":
            assert not page.evaluate("navigator.serviceWorker.getRegistrations()")


def test_the_list_holds_what_a_reader_needs_and_its_version_follows_the_content(tmp_path):
    names = ["index.html", "chapters/a.html", "_static/a.css", "searchindex.js", "_images/ä b.png"]
    others = ["_static/a.css.map", "_static/layout.html", "audio/a.mp3", "_static/locales/x.js"]
    others += ["forms/unrolled.epub", "forms/unrolled.pdf"]  # fetched by who asks for them
    others += ["_static/b.css"]  # in no page
    for name in names + others:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (tmp_path / "chapters/a.html").write_text('<link href="../_static/a.css?v=1" rel="stylesheet">')
    worker = tmp_path / offline.NAME
    texts = []
    for content in ("one", "one", "two"):
        (tmp_path / "index.html").write_text(content)
        offline.write_worker(tmp_path)
        texts.append(worker.read_text(encoding="utf-8"))
    listed = json.loads(re.search(r"entries\((\{.*?\})\)", texts[0], re.S)[1])
    assert set(listed) == set(names)
    assert texts[0] == texts[1] != texts[2]
    versions = [re.search(r'VERSION = "(\w{12})"', text)[1] for text in texts]
    assert versions[0] == versions[1] != versions[2]


@pytest.mark.slow
def test_the_browser_agrees_that_the_book_can_be_installed(book, chromium, site):
    with driver.memory_of(chromium, workers=True) as context:
        page = context.new_page()
        page.goto(f"{site}/chapters/notation.html")
        session = context.new_cdp_session(page)
        found = session.send("Page.getAppManifest")
        assert found["url"] == f"{site}/manifest.webmanifest"
        assert not found["errors"]
        faults = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
        assert {fault["errorId"] for fault in faults} <= {"in-incognito"}
    stated = json.loads(found["data"])
    assert stated["name"] == "Unrolled"
    for icon in stated["icons"][1:]:
        with Image.open(book / icon["src"]) as image:
            assert icon["sizes"] == "{}x{}".format(*image.size)


def test_icons_are_small_and_the_same_each_time():
    assert installable.png(192) == installable.png(192)
    assert len(installable.png(512)) < 5000
    with Image.open(BytesIO(installable.png(64))) as image:
        pixel = functools.partial(image.convert("RGB").getpixel)
        assert pixel((46, 32)) == (242, 166, 90)  # the last step, as in the SVG
        assert pixel((1, 1)) == (20, 48, 79)
    assert '<circle cx="46" cy="32" r="5" fill="#f2a65a"/>' in installable.svg()

"""A headless Chromium of the system, driven by Playwright, and axe-core to judge what it shows."""

import functools
import http.server
import json
import shutil
import threading
from contextlib import contextmanager
from importlib.resources import files

import pytest

SIZES = {"desktop": (1280, 900), "phone": (390, 844)}


@contextmanager
def chromium():
    """Start the system's Chromium and yield it; skip the test where there is none."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("chromium is not installed")
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        yield browser
        browser.close()


@contextmanager
def served(folder):
    """Serve a folder and yield its address."""
    handler = functools.partial(_Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@contextmanager
def memory_of(browser, size="desktop", theme="light", scripts=True, workers=False):
    """Yield what Playwright calls a context: a browser without history, which reaches this machine alone.

    Without `workers` the book's service worker does not fetch the whole site beside every page.
    """
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=theme,
        java_script_enabled=scripts,
        reduced_motion="reduce",
        has_touch=size == "phone",
        service_workers="allow" if workers else "block",
    )
    context.set_default_timeout(20_000)
    context.route("https://**", lambda route: route.abort())
    try:
        yield context
    finally:
        context.close()


@contextmanager
def page_in(context):
    """Yield a page; a fault in one of the course's own scripts fails the test."""
    page = context.new_page()
    faults = []
    page.on("pageerror", lambda fault: faults.append(fault.stack or fault.message))
    try:
        yield page
        # The theme's scripts do not survive a browser that keeps no data; ours have to.
        assert not [fault for fault in faults if "quiz.js" in fault], faults
    finally:
        page.close()


def violations(page, region="html", without=(), only=None):
    """Return what axe-core finds in a region of a page: one line for each rule and element.

    `without` names rules to leave out, and `only` the rules to apply.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    # The rules of WCAG 2.2 and experiments are off by default, one by one.
    wanted = ("target-size", "label-content-name-mismatch", "td-has-header")
    rules = {name: {"enabled": True} for name in wanted}
    rules |= {name: {"enabled": False} for name in without}
    options = {"runOnly": {"type": "rule", "values": only}} if only else {"rules": rules}
    # No rule that is on needs the text of style sheets, which axe would load again.
    options |= {"resultTypes": ["violations"], "preload": False}
    found = page.evaluate(f"axe.run({json.dumps(region)}, {json.dumps(options)})")["violations"]
    return [
        f"{rule['id']}: {node['html'][:160]} ({node.get('failureSummary', '')[:200]})"
        for rule in found
        for node in rule["nodes"]
    ]

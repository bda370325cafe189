"""The built book, once for all tests, and a browser to read it with."""

import base64
import functools
import http.server
import json
import os
import shutil
import subprocess
import threading
import time
from pathlib import Path

import pytest

from tests.book import kept
from tests.browser import driver
from tests.browser.weight import Scales

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def book(root):
    """Build the book as the README says, and return the folder of its HTML.

    What chapters printed is kept between runs; the pages are made anew.
    """
    html = root / "_build" / "html"
    shutil.rmtree(html, ignore_errors=True)
    shutil.rmtree(root / "_build" / ".doctrees", ignore_errors=True)
    environment = {name: x for name, x in os.environ.items() if not name.startswith("MAKE")}
    environment |= kept.settings(root / "_build") | {"PYTHONPATH": str(root)}
    command = ["make", "book"]
    run = subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, timeout=900
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-6000:]
    assert f"Open {html / 'index.html'}" in run.stdout
    return html


@pytest.fixture(scope="session")
def site(book):
    """Serve the book and return its address."""
    handler = functools.partial(_Quiet, directory=book)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """Start Chromium and return a `Browser` that shows one page."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("chromium is not installed")
    websocket = pytest.importorskip("websocket", reason="websocket-client is not installed")
    profile = tmp_path_factory.mktemp("chromium")
    flags = "--headless --no-sandbox --disable-gpu --disable-background-networking --no-first-run"
    flags += " --hide-scrollbars --remote-debugging-port=0"
    process = subprocess.Popen(
        [program, *flags.split(), f"--user-data-dir={profile}", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        port = _wait_for(lambda: (profile / "DevToolsActivePort").read_text().split()[0])
        page = _wait_for(lambda: Browser.find_page(port))
        connection = websocket.create_connection(page, timeout=30, suppress_origin=True)
        yield Browser(connection)
        connection.close()
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(get, seconds=30):
    """Return `get()` as soon as it neither fails nor returns nothing."""
    end = time.monotonic() + seconds
    while True:
        try:
            if value := get():
                return value
        except (OSError, IndexError):
            pass
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds} s")
        time.sleep(0.05)


class Browser:
    """One page of Chromium, driven through its DevTools protocol."""

    def __init__(self, connection):
        self._connection, self._number = connection, 0

    @staticmethod
    def find_page(port):
        import urllib.request

        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=5) as reply:
            pages = [page for page in json.load(reply) if page["type"] == "page"]
        return pages[0]["webSocketDebuggerUrl"]

    def send(self, method, **params):
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        self._connection.send(json.dumps(message))
        while True:
            reply = json.loads(self._connection.recv())
            if reply.get("id") == self._number:
                assert "error" not in reply, reply
                return reply["result"]

    def run(self, script):
        """Return what a JavaScript expression comes to."""
        reply = self.send("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in reply, reply
        return reply["result"].get("value")

    def open(self, address, scripts=True, width=1280, height=900):
        self.send("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        # Only the book itself is tested: a page must not wait for a host out of reach.
        self.send("Network.enable")
        self.send("Network.setBlockedURLs", urls=["https://*"])
        self.send("Page.navigate", url=address)
        ready = f"document.readyState === 'complete' && location.href === {json.dumps(address)}"
        _wait_for(lambda: self.run(ready))

    def press(self, key, text=""):
        code = {"Enter": 13, " ": 32, "Tab": 9, "ArrowDown": 40}[key]
        event = {"key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": code}
        self.send("Input.dispatchKeyEvent", type="keyDown", text=text, **event)
        self.send("Input.dispatchKeyEvent", type="keyUp", **event)

    def until(self, script):
        """Wait until an expression is true."""
        return _wait_for(lambda: self.run(script), seconds=10)

    def screenshot(self, path):
        reply = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        Path(path).write_bytes(base64.b64decode(reply["data"]))


# Also those that wait until a reader comes near; one that is broken is a fault.
ALL_IMAGES = """
    Promise.all([...document.images].map((one) => { one.loading = "eager"; return one.decode(); }))
"""


@pytest.fixture(scope="module")
def chromium():
    """Start Chromium for Playwright, which sees requests and faults."""
    with driver.chromium() as browser:
        yield browser


@pytest.fixture
def visit(chromium, site):
    """Return a function that opens a page, loads all of it and returns it with its faults.

    `page.scales` has weighed what was loaded.
    """
    contexts = []

    def open_page(name, **look):
        contexts.append(driver.memory_of(chromium, **look))
        context = contexts[-1].__enter__()
        page, faults = context.new_page(), []
        page.scales = Scales(page)
        context.route(lambda url: not url.startswith((site, "data:")), lambda way: way.abort())
        page.on("requestfailed", lambda request: faults.append(f"no {request.url}"))
        page.on("pageerror", lambda error: faults.append(f"error {error}"))
        page.on("console", lambda said: said.type == "error" and faults.append(said.text))
        page.on("response", lambda got: got.status >= 400 and faults.append(f"missing {got.url}"))
        page.goto(f"{site}/{name}")
        page.evaluate(ALL_IMAGES)
        page.evaluate("document.fonts.ready.then(() => true)")
        return page, faults

    yield open_page
    for context in contexts:
        context.__exit__(None, None, None)

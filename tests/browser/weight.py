"""What a reader's browser loads for a page, in bytes as a server sends them compressed."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from urllib.parse import urlsplit

#: Bytes, gzipped, that a page of the book may weigh before its figures.
LIMIT = 200_000

KINDS = {
    "document": "html",
    "stylesheet": "css",
    "script": "js",
    "font": "fonts",
    "image": "figures",
}
# Already compressed: a server sends them as they are.
_PACKED = (".woff2", ".png", ".jpg", ".webp")


@dataclass
class Weight:
    """Bytes by kind, the number of requests, and the other hosts that were asked."""

    bytes: dict = field(default_factory=lambda: dict.fromkeys([*KINDS.values(), "other"], 0))
    requests: int = 0
    hosts: set = field(default_factory=set)

    @property
    def before_figures(self):
        """All bytes but those of the figures."""
        return sum(self.bytes.values()) - self.bytes["figures"]


class Scales:
    """What a page loads from now on: attach them to a page of Playwright before it goes anywhere."""

    def __init__(self, page):
        self._requests, self._responses = [], []
        page.on("request", lambda request: self._requests.append(request))
        page.on("response", lambda response: self._responses.append(response))

    def read(self, address):
        """Return the `Weight` of what was loaded for the page at `address`.

        What other hosts would have sent is not in its bytes.
        """
        weight, own = Weight(), urlsplit(address).netloc
        hosts = [host for request in self._requests if (host := urlsplit(request.url).netloc)]
        weight.requests, weight.hosts = len(hosts), set(hosts) - {own}
        for response in self._responses:
            url = urlsplit(response.url)
            if url.netloc == own and response.ok:
                kind = KINDS.get(response.request.resource_type, "other")
                body = response.body()
                packed = url.path.endswith(_PACKED)
                weight.bytes[kind] += len(body if packed else gzip.compress(body, 9, mtime=0))
        return weight


def weigh(context, address):
    """Load a page in a browser that has kept nothing, and return its `Weight`.

    Arguments:
        context: a context of Playwright, in which other hosts may be out of reach.
        address: the address of the page.
    """
    page = context.new_page()
    scales = Scales(page)
    page.goto(address)
    page.evaluate("""
        for (const image of document.images) image.loading = "eager";
        Promise.all([document.fonts.ready, ...[...document.images].map((image) => image.decode())])
          .then(() => true, () => false)
    """)
    weight = scales.read(address)
    page.close()
    return weight

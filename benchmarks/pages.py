"""Weigh pages of the book beside the same pages as Jupyter Book builds them by default.

    make book && .venv/bin/python -m benchmarks.pages
    .venv/bin/python -m benchmarks.pages chapters/remedies

The default build has the same sources and theme, and of our extensions those alone without which the
sources cannot be read. Kilobytes are what a server sends, gzipped; other hosts are not reached, so what
they would send is missing from the default page's weight, and that page is heavier than it looks here.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from tests.browser import driver
from tests.browser.weight import weigh

ROOT = Path(__file__).parents[1]
OURS = {
    f"unrolled.book.{name}"
    for name in ("accessible", "icons", "images", "lean", "mathematics", "sheet")
}
KINDS = ("html", "css", "js", "fonts", "figures")


def build_default(folder):
    """Build the book without what makes it light, and return the folder of its HTML.

    Arguments:
        folder: where to build; what was there is lost.
    """
    shutil.rmtree(folder, ignore_errors=True)
    kept = ROOT / "_build" / ".jupyter_cache"
    if kept.exists():  # chapters that have not changed need not run again
        shutil.copytree(kept, folder / "_build" / ".jupyter_cache")
    folder.mkdir(parents=True, exist_ok=True)
    settings = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    sphinx = settings["sphinx"]
    sphinx["extra_extensions"] = [x for x in sphinx["extra_extensions"] if x not in OURS]
    for name in ("html_context", "html_math_renderer", "nb_ipywidgets_js"):
        sphinx["config"].pop(name, None)
    (folder / "_config.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    command = [Path(sys.executable).with_name("jupyter-book"), "build", "-q", ROOT]
    command += ["--config", folder / "_config.yml", "--path-output", folder]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return folder / "_build" / "html"


def main():
    """Print a table: a line for each page and build, and the ratio of the two."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("pages", nargs="*", default=["index", "chapters/vanishing_exploding"])
    pages = parser.parse_args().pages
    builds = {
        "default": build_default(ROOT / "build" / "pages"),
        "ours": ROOT / "_build" / "html",
    }
    heads = (*KINDS, "before figures", "requests", "other hosts")
    print(f"{'kilobytes, gzipped':30} {'':8}" + "".join(f"{head:>15}" for head in heads))
    with driver.chromium() as browser:
        for name in pages:
            found = {}
            for build, html in builds.items():
                with driver.served(html) as site, driver.memory_of(browser) as context:
                    found[build] = weight = weigh(context, f"{site}/{name}.html")
                row = [*(weight.bytes[kind] / 1000 for kind in KINDS), weight.before_figures / 1000]
                row = [f"{value:.1f}" for value in row] + [weight.requests, len(weight.hosts)]
                print(f"{name:30} {build:8}" + "".join(f"{value:>15}" for value in row))
            ratio = found["default"].before_figures / found["ours"].before_figures
            hosts = ", ".join(sorted(found["default"].hosts))
            print(f"{'':30} {ratio:.1f} times lighter; the default page also asks {hosts}")


if __name__ == "__main__":
    main()

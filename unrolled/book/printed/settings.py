"""Settings of the book on paper and in e-book readers: those of `_config.yml`, and what differs.

Left out is what only a web page needs: scripts, the theme, marks of progress, downloads, and the page
with the certificate. Extensions are named here one by one, so that nothing made for the web comes along.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import yaml
from jupyter_book.config import get_final_config

from unrolled.book.printed.cover import PDF, PNG

_HERE = Path(__file__).parent
_PROJECT = Path(__file__).parents[3] / "pyproject.toml"

#: Pages that do nothing without a browser.
WEB_PAGES = {"certificate"}
#: The book's own extensions that the printed book shares with the site.
SHARED = ("unrolled.book.execution", "unrolled.book.outcome_map", "unrolled.book.outcomes")

_LIBRARIES = "myst_nb jupyter_book sphinx_external_toc sphinx_design sphinxcontrib.bibtex".split()
_KEPT = "author copyright bibtex_ exclude_ external_ myst_ nb_ suppress_".split()


def settings(root):
    """Return Sphinx's settings (dict).

    Arguments:
        root: the folder (Path) with `_config.yml` and `_toc.yml`.
    """
    web, _ = get_final_config(
        user_yaml=root / "_config.yml", cli_config={"latex_individualpages": False}
    )
    package = tomllib.loads(_PROJECT.read_text(encoding="utf-8"))["project"]
    common = {name: x for name, x in web.items() if name.startswith(tuple(_KEPT))}
    common |= {
        "project": web["html_title"],
        "version": package["version"],
        "release": "",  # the running head needs none
        "language": "en",
        "extensions": [*_LIBRARIES, *SHARED, "unrolled.book.printed"],
        "external_toc_path": _printed_toc(root),
        "bibtex_bibfiles": [str(root / name) for name in web.get("bibtex_bibfiles", [])],
        "numfig": True,
        "pygments_style": "sphinx",
    }
    return common | _epub(web) | _latex(web)


def _printed_toc(root):
    """Write the table of contents without what is no page of a book, and return its path."""
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    for part in toc["parts"]:
        part["chapters"] = [one for one in part["chapters"] if one["file"] not in WEB_PAGES]
    path = root / "_build" / "printed_toc.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(toc, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return str(path)


def _epub(web):
    unused = "basic.css epub.css file.png minus.png plus.png sphinx-design.min.css"
    return {
        "html_math_renderer": "mathml",
        "html_static_path": [str(_HERE / "static")],
        "html_copy_source": False,
        "html_use_index": False,
        "epub_basename": "unrolled",
        "epub_contributor": web["author"],
        "epub_copyright": "Text under CC BY 4.0, code under the BSD 3-Clause License",
        "epub_cover": (f"_static/{PNG}", "epub-cover.html"),
        "epub_css_files": ["book.css"],
        "epub_description": web.get("unrolled_description", web["html_title"]),
        "epub_exclude_files": [f"_static/{name}" for name in unused.split()],
        # Sphinx writes the one where the other belongs; an id may hold no colon.
        "epub_identifier": "unrolled-recurrent-networks-and-lstms",
        "epub_uid": "unrolled-recurrent-networks-and-lstms",
        "epub_show_urls": "no",
        "epub_theme_options": {"relbar1": False, "footer": False},
        "epub_tocdepth": 2,
        "epub_tocdup": False,
        "epub_tocscope": "includehidden",
    }


def _latex(web):
    layout = "hmargin=2.7cm, vmargin=2.6cm, verbatimwithframe=false, TitleColor=black"
    links = "InnerLinkColor={RGB}{0,70,120}, OuterLinkColor={RGB}{0,70,120}"
    contents = r"\renewcommand{\contentsname}{Contents}\sphinxtableofcontents"
    return {
        "latex_engine": "xelatex",
        "latex_documents": [
            ("index", "unrolled.tex", web["html_title"], web["author"], "manual"),
        ],
        "latex_elements": {
            "papersize": "a4paper",
            "pointsize": "11pt",
            "extraclassoptions": "openany,oneside",
            "fncychap": "",
            "fontpkg": r"\setmonofont[Scale=0.8,HyphenChar=None]{DejaVu Sans Mono}",
            "sphinxsetup": f"{layout}, {links}",
            "preamble": (_HERE / "preamble.tex").read_text(encoding="utf-8"),
            "maketitle": rf"\coverpage{{{PDF}}}\sphinxmaketitle",
            "tableofcontents": contents,
            "makeindex": "",
            "printindex": "",
        },
        "latex_use_xindy": False,
    }

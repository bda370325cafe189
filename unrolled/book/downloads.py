"""The exercise of a chapter as one file to download, and a link that opens it in Colab.

The zip file holds the folder `exercises/<topic>/` and the part of the package that checks answers, so that
a reader needs no more than Python and the libraries that its README names. It is made while the book is
built. The link to Colab is there once `unrolled_repository` says where the course is on GitHub.
"""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import Path

from docutils import nodes
from sphinx.errors import ConfigError
from sphinx.util.osutil import relative_uri

from unrolled.book.element import element

_ROOT = Path(__file__).parents[2]
# The earliest date that a zip file can hold: the same bytes each time.
_NEVER = (1980, 1, 1, 0, 0, 0)

#: The modules of the package that a learner's `check` needs; a test runs one with these alone.
MODULES = (
    "__init__ answer carrying check data diagnose exercise expect plots question recording report "
    "runner sealed standin"
).split()

_README = """\
The exercise on {topic}, of the course Unrolled.

You need Python 3.11 or later. In this folder:

    pip install {needs} jupyterlab
    jupyter lab {topic}.ipynb

Keep these files together: the checks look for each other here.
"""


def bundle(topic, exercises, needs):
    """Return a zip file (bytes) with all that a learner needs to work on an exercise.

    Arguments:
        topic: the name of the exercise.
        exercises: the folder (Path) of what learners open.
        needs: the libraries that every exercise needs, as pip is told them; PyTorch is added where
            the notebook imports it.
    """
    package = _ROOT / "unrolled"
    modules = [*(package / f"{name}.py" for name in MODULES), *package.glob("*.csv")]
    content = {path.name: path for path in (exercises / topic).iterdir() if path.is_file()}
    content |= {f"unrolled/{path.name}": path for path in modules}
    content = {name: path.read_bytes() for name, path in content.items()}
    if b"import torch" in content[f"{topic}.ipynb"]:
        needs += " torch"
    content["README.txt"] = _README.format(topic=topic, needs=needs).encode()
    for licence in _ROOT.glob("LICENSE*"):
        content[licence.name] = licence.read_bytes()
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name, data in sorted(content.items()):
            entry = zipfile.ZipInfo(f"{topic}/{name}", _NEVER)
            entry.external_attr = 0o644 << 16
            made.writestr(entry, data, zipfile.ZIP_DEFLATED, 9)
    return file.getvalue()


def repository_name(setting):
    """Return `owner/name` of the course on GitHub.

    Arguments:
        setting: `owner/name`, the repository's address, or "" where there is none.

    Raises:
        ConfigError: if it is neither.
    """
    found = re.fullmatch(r"(?:https://github\.com/)?([\w.-]+/[\w.-]+?)(?:\.git|/)?", setting)
    if setting and not found:
        raise ConfigError(f"unrolled_repository: {setting!r} is not `owner/name` on GitHub")
    return found[1] if setting else ""


def links(topic, address, size, repository=""):
    """Return what a chapter says of its exercise: where to get it, and how to open it in Colab.

    Arguments:
        topic: the name of the exercise.
        address: where the zip file is, as seen from the chapter.
        size: its length in bytes.
        repository: `owner/name` on GitHub, or "" where there is none.
    """
    words = f"Download the exercise (zip, {size / 1000:.0f} kB)"
    download = element("a", {"href": address, "download": True}, [nodes.Text(words)])
    line = element("p", {"class": "exercise-links"}, [download])
    if not repository:
        return [line]
    name = repository.partition("/")[2]
    notebook = f"exercises/{topic}/{topic}.ipynb"
    colab = f"https://colab.research.google.com/github/{repository}/blob/main/{notebook}"
    line += [
        nodes.Text(" or "),
        element("a", {"href": colab}, [nodes.Text("open it in Colab")]),
        nodes.Text(", where this has to be run first, in a cell of its own:"),
    ]
    code = f"!git clone -q --depth 1 https://github.com/{repository} && pip install -q ./{name}\n"
    code += f"%cd {name}/exercises/{topic}"
    return [line, nodes.literal_block(code, code, language="text")]


def _needs():
    """Return the libraries of the package's base install, as pip is told them."""
    import tomllib

    project = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return " ".join(f'"{line}"' for line in project["dependencies"])


def _write(app):
    repository_name(app.config.unrolled_repository)
    if app.builder.format != "html":
        return
    exercises = Path(app.srcdir, "exercises")
    for notebook in sorted(exercises.glob("*/*.ipynb")):
        topic = notebook.parent.name
        path = Path(app.outdir, "exercises", f"{topic}.zip")
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(bundle(topic, exercises, _needs()))


def _show(app, doctree, page):
    topic = page.rpartition("/")[2]
    path = Path(app.outdir, "exercises", f"{topic}.zip")
    if app.builder.format != "html" or not path.is_file():
        return
    place = next(filter(_is_exercise, doctree.findall(nodes.paragraph)), None)
    if place is not None:
        address = relative_uri(app.builder.get_target_uri(page), f"exercises/{topic}.zip")
        repository = repository_name(app.config.unrolled_repository)
        shown = links(topic, address, path.stat().st_size, repository)
        at = place.parent.index(place) + 1
        place.parent[at:at] = shown


def _is_exercise(paragraph):
    """Say whether this is where a chapter names its exercise."""
    first = next((child for child in paragraph.children if child.astext()), None)
    return isinstance(first, nodes.strong) and first.astext() == "Exercise."


def setup(app):
    """Register the setting, the files and the links with Sphinx."""
    app.setup_extension("unrolled.book.element")
    app.add_config_value("unrolled_repository", "", "env", str)
    app.connect("builder-inited", _write)
    app.connect("doctree-resolved", _show)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

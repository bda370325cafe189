"""Every topic, read once, and answers made by hand."""

import importlib.util
import os
from functools import cache
from pathlib import Path

import nbformat

from unrolled import recording
from unrolled.answer import Answer, Reference
from unrolled.check import local
from unrolled.exercise import read_topic
from unrolled.mistakes import read_mistakes
from unrolled.report import make_report
from unrolled.runner import PUBLIC_SEED, CheckFile, Context
from unrolled.standin import with_stand_ins

ROOT = Path(__file__).parents[2]
# The seeds on which the suite judges every mistake, variant and mutant. That all of them were judged
# on 200 is noted in judged/, for the code as it is.
HOW_MANY = int(os.environ.get("UNROLLED_SEEDS", "20"))


class Topic:
    """One topic as the tests need it: its source, its checks, its mistakes, its recording."""

    def __init__(self, name):
        self.name = name
        self.path = ROOT / "solutions" / f"{name}.py"
        self.folder = ROOT / "exercises" / name
        self.exercise = read_topic(name, ROOT)
        self.items = {item.name: item for item in self.exercise.items}
        self.check_path = ROOT / "tests" / "checks" / f"test_{name}.py"
        self.check_file = CheckFile(self.check_path, self.items)
        self.reference = Reference(self.exercise)
        self.mistakes = read_mistakes(self.exercise)
        self.recording = recording.read(self.folder / f"{name}.json")
        self.notebook = nbformat.read(self.folder / f"{name}.ipynb", as_version=4)
        self.stubs = {
            cell.id.removeprefix("exercise-"): cell.source
            for cell in self.notebook.cells
            if cell.id.startswith("exercise-")
        }

    def answer(self, **cells):
        """Return an answer with these cells and the reference's for the rest."""
        namespace = self.exercise.load(**cells)

        def look(name):
            return local(namespace[name], namespace)

        return Answer(look, with_stand_ins=lambda name, t: with_stand_ins(look(name), namespace, t))

    def run(self, item, answer, seed=None):
        """Run the checks of `item`: live with `seed`, as in a notebook without."""
        if seed is None:
            return self.check_file.run(item, Context(answer, self.recording.reference, PUBLIC_SEED))
        return self.check_file.run(item, Context(answer, lambda test: self.reference, seed))

    def report(self, item, answer, seed=None):
        """Return the report on `item`."""
        suspects = self.recording.mistakes if seed is None else self.mistakes
        return make_report(self.items[item], self.run(item, answer, seed), suspects)


the_topic = cache(Topic)


@cache
def read_variants(name):
    """Return the variants of a topic, {} where it has none yet."""
    path = ROOT / "tests" / "variants" / f"{name}.py"
    if not path.is_file():
        return {}
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.VARIANTS

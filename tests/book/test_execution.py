"""What chapters printed is kept only as long as their code and the modules they use stay the same."""

import re
import shutil
from pathlib import Path

import pytest

from unrolled.book.execution import MODULES, modules_digest

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "chapters").glob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_chapters_import_only_modules_whose_change_runs_them_again(page):
    text = page.read_text()
    names = re.findall(r"^\s*(?:from|import) unrolled\.(\w+)", text, re.M)
    for group in re.findall(r"^\s*from unrolled import ([\w, ]+)", text, re.M):
        names += [name.strip() for name in group.split(",")]
    assert set(names) <= set(MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_a_change_to_a_module_changes_the_digest(tmp_path, name):
    for module in MODULES:
        shutil.copy(ROOT / "unrolled" / f"{module}.py", tmp_path)
    before = modules_digest(tmp_path)
    with (tmp_path / f"{name}.py").open("a") as file:
        file.write("# changed\n")
    assert modules_digest(tmp_path) != before


def test_a_change_to_the_data_changes_the_digest(tmp_path):
    for module in MODULES:
        shutil.copy(ROOT / "unrolled" / f"{module}.py", tmp_path)
    before = modules_digest(tmp_path)
    (tmp_path / "months.csv").write_text("2026-01,1.0\n")
    assert modules_digest(tmp_path) != before

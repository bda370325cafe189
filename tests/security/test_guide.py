"""The instructor's guide lists every attack, says what keeps it, and names no other."""

import ast
import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
GUIDE = (HERE.parents[1] / "GRADING.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(\w+)` \| (.+?) \| ([^|]+) \|$", re.M)
GROUPS = sorted({path.parent.name for path in HERE.glob("*/test_*.py")} - {"layers"})


def listed(group):
    """Return the rows of a group's table: name, what is tried, what keeps it."""
    (section,) = re.findall(rf"^### {group}\n(.*?)(?=^###? |\Z)", GUIDE, re.M | re.S)
    return ROW.findall(section)


def attacks(group):
    """Return the files of a group: name, and the first sentence of the docstring."""
    found = {}
    for path in (HERE / group).glob("test_*.py"):
        module = ast.parse(path.read_text(encoding="utf-8"))
        first = " ".join(ast.get_docstring(module).split("\n\n")[0].split())
        found[path.stem.removeprefix("test_")] = first.partition(": ")[2]
    return found


def test_there_are_sixty_attacks_and_more():
    assert sum(len(attacks(group)) for group in GROUPS) >= 60


def test_every_group_has_its_section_and_no_other_has_one():
    assert sorted(re.findall(r"^### (\w+)$", GUIDE, re.M)) == GROUPS


@pytest.mark.parametrize("group", GROUPS)
def test_every_attack_is_listed_in_its_own_words(group):
    assert {name: what for name, what, _ in listed(group)} == attacks(group)
    assert len(listed(group)) == len(attacks(group))


def test_whatever_keeps_an_attack_is_explained_above():
    layers = set(re.findall(r"^\| ([^|`]+) \| [^|]+ \| `", GUIDE, re.M))
    others = {
        "shell", "a new worker", "killed, not asked to end", "empty environment",
        "closed descriptors", "bounded report", "shapes held", "**not defended**",
    }  # fmt: skip
    named = set()
    for group in GROUPS:
        for _, _, kept_by in listed(group):
            rest = kept_by
            for name in sorted(layers | others, key=len, reverse=True):
                if re.search(rf"(^|, ){re.escape(name)}($|, )", rest):
                    named.add(name)
                    rest = rest.replace(name, "")
            assert not rest.strip(", "), kept_by
    assert len(layers) > 15
    assert layers <= named, layers - named


@pytest.mark.parametrize("group", GROUPS)
def test_every_attack_asks_for_its_mark_and_for_what_was_touched(group):
    for path in (HERE / group).glob("test_*.py"):
        source = path.read_text(encoding="utf-8")
        assert re.search(r"^LOSES = ", source, re.M), path
        assert "graded.check()" in source, path


def test_what_a_refusal_looks_like_is_what_is_said():
    from unrolled.grading.sandbox import LAYER_OF, ConfinementError, Host

    with pytest.raises(ConfinementError) as refused:
        Host(missing={"user namespace": "[Errno 1] unshare: Operation not permitted"}).require()
    assert f"{refused.value}; …" in GUIDE
    for name in (
        LAYER_OF["user"],
        LAYER_OF["mnt"],
        "read-only root",
        "landlock",
        "system call filter",
    ):
        assert f"`{name}`" in GUIDE

"""What is put off is there as if nothing had been, the moment somebody needs it."""

import importlib
import subprocess
import sys

import pytest

from unrolled.grading.later import Later


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package whose `main` imports `slow`, which notes that it ran; returns its name."""
    folder = tmp_path / "putoff"
    folder.mkdir()
    (folder / "__init__.py").write_text("ran = []\nfrom putoff import slow\n")
    (folder / "slow.py").write_text(
        "import putoff\nputoff.ran.append(__name__)\nfrom putoff import part\nvalue = part.three\n"
    )
    (folder / "part.py").write_text("three = 3\n")
    (folder / "other.py").write_text("import putoff\nbefore = list(putoff.ran)\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    yield "putoff"
    for name in [name for name in sys.modules if name.partition(".")[0] == "putoff"]:
        del sys.modules[name]


@pytest.fixture
def later(package):
    with Later(f"{package}.slow") as later:
        importlib.import_module(package)
    return later


def test_a_module_that_is_put_off_has_not_run(later):
    package = sys.modules["putoff"]
    assert package.ran == []
    assert package.slow is sys.modules["putoff.slow"]
    assert not hasattr(package.slow, "__path__")  # as `import` asks of every module
    assert package.ran == []


def test_it_runs_once_when_it_is_asked_for_something(later):
    package = sys.modules["putoff"]
    assert package.slow.value == 3
    assert package.slow.value == 3
    assert package.ran == ["putoff.slow"]
    with pytest.raises(AttributeError):
        package.slow.nothing  # noqa: B018
    assert type(package.slow.__spec__.loader).__name__ == "SourceFileLoader"


def test_a_star_import_gets_its_names(later):
    names = {}
    exec("from putoff.slow import *", names)
    assert names["value"] == 3


def test_it_runs_before_more_of_the_package_is_imported(later):
    other = importlib.import_module("putoff.other")
    assert other.before == ["putoff.slow"]


def test_a_module_that_it_imports_itself_is_not_made_twice(later):
    part = importlib.import_module("putoff.part")  # which fills `slow`, which imports `part`
    assert sys.modules["putoff.part"] is part is sys.modules["putoff.slow"].part
    assert part.__spec__.origin.endswith("part.py")


def test_other_imports_leave_it_alone(later):
    importlib.reload(sys.modules["json"])
    assert sys.modules["putoff"].ran == []


def test_what_was_imported_already_stays(package):
    importlib.import_module(package)
    with Later(f"{package}.slow"):
        importlib.import_module(package)
    assert sys.modules[package].ran == ["putoff.slow"]


@pytest.mark.slow
def test_torch_has_all_its_decompositions_when_somebody_asks():
    program = (
        "import sys\n"
        "from unrolled.grading.later import Later\n"
        "with Later(*sys.argv[1:]):\n"
        "    import torch\n"
        "print('torch._decomp' in sys.modules)\n"
        "import torch._decomp\n"
        "print(len(torch._decomp.decomposition_table))\n"
        "print(torch.func.jacrev(torch.tanh)(torch.zeros(2)).diag().tolist())\n"
    )
    seen = [
        subprocess.run(
            [sys.executable, "-c", program, *put_off],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()
        for put_off in (["torch._meta_registrations"], [])
    ]
    assert [lines[0] for lines in seen] == ["False", "True"]
    assert seen[0][1:] == seen[1][1:]
    assert seen[0][2] == "[1.0, 1.0]"

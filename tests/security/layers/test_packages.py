"""Attack: leave code where the next submission, or the grader, would run it."""

import site
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.usefixtures("the_next_is_untouched")
PACKAGES = Path(site.getsitepackages()[0])


@pytest.mark.parametrize(
    "place",
    [
        PACKAGES / "evil.pth",
        PACKAGES / "sitecustomize.py",
        PACKAGES / "numpy" / "__init__.py",
        Path(sys.base_prefix) / "lib" / "evil",
        Path("/usr/lib/evil"),
        Path("/evil"),
        Path("/dev/shm/evil"),
        Path("/dev/evil"),
        Path("/tmp/evil"),
    ],
    ids=str,
)
def test_nothing_can_be_written_outside_the_scratch_folder(attack, place):
    before = place.read_bytes() if place.exists() else None
    worker = attack(f"open({str(place)!r}, 'a').write('print(1)')")
    assert worker.result.error.type_name in ("OSError", "PermissionError", "FileNotFoundError")
    assert (place.read_bytes() if place.exists() else None) == before


def test_a_module_changed_in_memory_is_gone_in_the_next_worker(attack):
    attack("import numpy as np\nnp.allclose = lambda *a, **k: True\nnp.sum = None")
    worker = attack("import numpy as np\nwrong = np.allclose(1, 2)")
    assert worker.lookup("wrong") is False


def test_a_startup_file_in_the_profile_is_not_run_for_the_next_worker(attack):
    source = """
import os
folder = get_ipython().profile_dir.startup_dir
try:
    os.makedirs(folder, exist_ok=True)
    open(folder + '/evil.py', 'w').write('evil = 1')
except OSError:
    pass
for name in ('.ipython/profile_default/startup', '.config', '.local/lib'):
    os.makedirs(os.path.expanduser('~/' + name))
open(os.path.expanduser('~/.ipython/profile_default/startup/evil.py'), 'w').write('evil = 1')
"""
    assert attack(source).result.error is None
    with pytest.raises(KeyError):
        attack("pass").lookup("evil")

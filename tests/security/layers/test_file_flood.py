"""Attack: fill the disk with bytes, or with names."""

import os

import pytest

pytestmark = pytest.mark.usefixtures("the_next_is_untouched")


def test_many_files_fill_the_scratch_folder_alone(attack, tmp_path):
    before = os.statvfs(tmp_path).f_bfree
    source = """
written = 0
try:
    for number in range(10 ** 6):
        with open(f'f{number}', 'wb') as file:
            written += file.write(bytes(1 << 20))
except OSError as error:
    reason = error.strerror
"""
    worker = attack(source)
    assert worker.lookup("reason") == "No space left on device"
    assert worker.lookup("written") <= 16 << 20
    assert (before - os.statvfs(tmp_path).f_bfree) * 4096 < 1 << 30


def test_one_file_has_a_greatest_size(attack):
    worker = attack("open('f', 'wb').truncate(1 << 40)")
    assert worker.result.error.type_name == "OSError"


def test_names_run_out(attack):
    source = """
import os
try:
    for number in range(10 ** 6):
        os.mkdir(str(number))
except OSError as error:
    reason = error.strerror
"""
    worker = attack(source)
    assert worker.lookup("reason") == "No space left on device"
    assert worker.run("made = number").error is None
    assert worker.lookup("made") < 2000


def test_open_files_run_out(attack):
    worker = attack("files = [open('/dev/null') for _ in range(1000)]")
    assert worker.result.error.type_name == "OSError"

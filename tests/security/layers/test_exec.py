"""Attack: become another program."""

import sys


def test_exec_is_refused(attack):
    worker = attack(f"import os\nos.execv({sys.executable!r}, ['python'])")
    assert worker.result.error.type_name in ("PermissionError", "FileNotFoundError")


def test_exec_of_a_file_that_exists_is_refused(attack):
    source = """
import os, glob
os.execv(glob.glob('/lib*/ld-linux*')[0], ['ld'])
"""
    assert attack(source).result.error.type_name == "PermissionError"


def test_exec_of_the_learners_own_file_is_refused(attack):
    source = """
import os
with open('program', 'w') as file:
    file.write('#!/bin/sh')
os.chmod('program', 0o755)
os.execv('program', ['program'])
"""
    assert attack(source).result.error.type_name == "PermissionError"

"""A learner's code is confined by every layer, or not run at all."""

import subprocess
import sys

import pytest

from unrolled.grading import sandbox
from unrolled.grading.zygote import (
    ConfinementError,
)

IN_ANOTHER_PROCESS = """
import os, sys
{before}
from unrolled.grading.zygote import ConfinementError, Zygote
try:
    with Zygote(allow_unconfined={allow}) as zygote, zygote.worker() as worker:
        print("missing", zygote.missing_layers)
        worker.run("import os\\nuser, process = os.getuid(), os.getpid()\\n")
        print("user", worker.lookup("user"), "process", worker.lookup("process"))
except ConfinementError as error:
    print("refused:", error)
"""
NO_NAMESPACES = """
import pyseccomp
rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
rules.add_rule(pyseccomp.ERRNO(1), "unshare")
rules.load()
"""
# A user who is not root, in whose eyes the files of whoever runs the tests are his own.
NOT_ROOT = """
from unrolled.grading import kernel
user, group = os.getuid(), os.getgid()
kernel.unshare(kernel.CLONE_NEWUSER)
for name, text in dict(setgroups="deny", uid_map=f"1234 {user} 1", gid_map=f"1234 {group} 1").items():
    with open(f"/proc/self/{name}", "w") as file:
        file.write(text)
kernel.drop_all_capabilities()
assert os.getuid() == 1234
"""


def elsewhere(before: str, allow: bool = False) -> str:
    source = IN_ANOTHER_PROCESS.replace("{before}", before).replace("{allow}", str(allow))
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_confinement_is_whole_for_whoever_runs_the_grader():
    said = elsewhere("")
    assert "missing []" in said
    assert "process 1" in said
    assert "user 0" not in said


def test_confinement_is_whole_for_a_grader_who_is_not_root():
    said = elsewhere(NOT_ROOT)
    assert "missing []" in said
    assert "user 1234 process 1" in said


def test_a_host_without_namespaces_is_refused_by_name():
    said = elsewhere(NO_NAMESPACES)
    assert said.startswith("refused: this host lacks what confines a learner's code: ")
    for layer in ("user", "mount", "network", "ipc", "pid"):
        assert f"{layer} namespace (" in said


def test_unconfined_grading_has_to_be_asked_for_and_still_names_what_is_missing():
    said = elsewhere(NOT_ROOT + NO_NAMESPACES, allow=True)
    assert "'network namespace'" in said
    assert "'landlock'" not in said
    assert "'system call filter'" not in said
    assert "user 1234" in said


def test_the_proof_of_every_layer_fails_where_the_layer_is_not_applied(tmp_path):
    source = """
import os
from dataclasses import asdict
from unrolled.grading import sandbox
from unrolled.grading.zygote import Limits
host = sandbox.look_around()
proofs = {name: holds for name, _, holds in sandbox._layers(host, asdict(Limits()), None)}
os.mkdir("scratch")
for name, holds in proofs.items():
    with host.layer(name):
        if holds():
            print("holds without being applied:", name)
print(len(proofs))
"""
    done = subprocess.run(
        [sys.executable, "-c", source], cwd=tmp_path, stdout=subprocess.PIPE, text=True, check=True
    )
    assert done.stdout == "13\n"


def test_a_layer_without_effect_is_refused(monkeypatch):
    host = sandbox.Host()
    layer = ("a layer", lambda: None, lambda: False)
    monkeypatch.setattr(sandbox, "_layers", lambda *_: [layer])
    with pytest.raises(ConfinementError, match=r"a layer \(applied, yet without effect\)"):
        sandbox.confine(host, {}, None, verify=True)

"""A worker runs cells as Jupyter does, answers calls by value, and says how it failed."""

import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from unrolled.grading import outputs, sandbox, wire
from unrolled.grading.zygote import (
    ConfinementError,
    LearnerError,
    Limits,
    RemoteFunction,
    RemoteObject,
    WireError,
    WorkerDied,
    WorkerTimeout,
    Zygote,
    ZygoteDied,
)


@pytest.fixture(scope="module")
def zygote():
    with Zygote() as server:
        yield server


@pytest.fixture
def worker(zygote):
    with zygote.worker() as fresh:
        yield fresh


# Cells


def test_a_cell_shows_what_it_prints_and_its_last_expression(worker):
    result = worker.run("print('one')\nprint('two')\n1 + 1")
    assert result.error is None
    assert result.outputs == [
        {"output_type": "stream", "name": "stdout", "text": "one\ntwo\n"},
        {
            "output_type": "execute_result",
            "data": {"text/plain": "2"},
            "metadata": {},
            "execution_count": None,
        },
    ]


@pytest.mark.slow
def test_outputs_are_valid_in_a_notebook(worker):
    nbformat = pytest.importorskip("nbformat")
    result = worker.run("print(1)\ndisplay(2)\nimport sys\nprint(3, file=sys.stderr)\n1 / 0")
    cell = nbformat.v4.new_code_cell("", outputs=[nbformat.from_dict(o) for o in result.outputs])
    nbformat.validate(nbformat.v4.new_notebook(cells=[cell]))
    kinds = [output["output_type"] for output in result.outputs]
    assert kinds == ["stream", "display_data", "stream", "error"]


def test_a_semicolon_hides_the_last_expression_and_names_stay(worker):
    assert worker.run("x = 41; x;").outputs == []
    assert worker.run("x + 1").outputs[0]["data"] == {"text/plain": "42"}


def test_an_error_names_the_learners_own_line(worker):
    worker.run("def f(x):\n    y = x + 1\n    return y / 0\n", cell="first")
    worker.run("pass", cell="second")
    error = worker.run("f(1)", cell="third").error
    assert isinstance(error, LearnerError)
    assert (error.type_name, error.message) == ("ZeroDivisionError", "division by zero")
    assert (error.cell, error.line_number, error.line, error.function) == (
        "first",
        3,
        "return y / 0",
        "f",
    )


def test_an_error_output_holds_no_framework_line(worker):
    (output,) = worker.run("import numpy as np\nx = 1\nnp.zeros(2) @ np.zeros(3)").outputs
    text = "\n".join(output["traceback"])
    assert text.startswith("line 3:     np.zeros(2) @ np.zeros(3)\nValueError: matmul")
    assert "site-packages" not in text


@pytest.mark.parametrize("source", ["def f(:\n", "x = 1\n  y = 2", "return 1", "x = '"])
def test_source_that_is_no_python_is_an_error_of_that_cell(worker, source):
    error = worker.run(source).error
    assert error.type_name in ("SyntaxError", "IndentationError")
    assert error.line_number in (1, 2)
    assert worker.run("1").error is None


def test_magics_work_or_fail_softly(worker):
    source = "%matplotlib inline\n%timeit -n1 -r1 1 + 1\n!ls\nfiles = !ls\n%pip install x\ny = 1"
    result = worker.run(source)
    assert result.error is None
    assert worker.lookup("y") == 1
    assert "Other programs are not run while a notebook is graded." in str(result.outputs)
    assert worker.run("%%bash\nls /").error is None
    assert worker.run("%%time\nz = 2").error is None
    assert worker.lookup("z") == 2
    assert worker.run("%nomagic").error.message == "Line magic function `%nomagic` not found."


def test_an_error_inside_a_magic_is_not_lost(worker):
    assert worker.run("%%time\n1 / 0").error.type_name == "ZeroDivisionError"
    assert worker.run("%timeit -n1 -r1 1 / 0").error.type_name == "ZeroDivisionError"


def test_a_warning_is_shown_and_is_no_error(worker):
    result = worker.run("import warnings\nwarnings.warn('careful')\nx = 1")
    assert result.error is None
    assert "careful" in result.outputs[0]["text"]


def test_input_finds_nobody_to_answer(worker):
    assert worker.run("input()").error.type_name in ("EOFError", "StdinNotImplementedError")


def test_a_progress_bar_leaves_its_last_state(worker):
    result = worker.run(
        "for n in range(3):\n    print(f'\\r{n} of 2', end='')\nprint('\\r\\ndone')"
    )
    assert result.outputs[0]["text"] == "2 of 2\ndone\n"


def test_a_notebook_may_use_its_own_folder_and_the_null_device(worker):
    source = """
import contextlib, os, pathlib, pickle, tempfile
with open(os.devnull, "w") as null, contextlib.redirect_stdout(null):
    print("not seen")
pathlib.Path("data").mkdir()
pathlib.Path("data/x.txt").write_text("1,2")
os.rename("data/x.txt", "y.txt")
with tempfile.TemporaryDirectory() as folder, open(folder + "/z", "w") as file:
    file.write("z")
class Point:
    x = 1
again = pickle.loads(pickle.dumps(Point()))
"""
    result = worker.run(source)
    assert (result.error, result.outputs) == (None, [])
    assert worker.lookup("again").x == 1


@pytest.mark.slow
def test_a_figure_is_shown_as_a_picture_after_its_cell(zygote):
    with zygote.worker(Limits(cell_seconds=60)) as worker:
        result = worker.run("import matplotlib.pyplot as plt\nplt.plot([1, 2]);")
        assert result.error is None
        picture = result.outputs[-1]["data"]["image/png"]
        assert outputs.picture(picture, 1 << 20) == picture


# Names and calls


def test_values_are_looked_up_by_name(worker):
    worker.run("a, b, c = 1, [1.5, 'x'], {'w': None}\nimport numpy as np\nd = np.eye(2)")
    assert [worker.lookup(name) for name in "abc"] == [1, [1.5, "x"], {"w": None}]
    np.testing.assert_array_equal(worker.lookup("d"), np.eye(2))
    with pytest.raises(KeyError, match="nothing"):
        worker.lookup("nothing")


def test_a_call_gets_copies_and_says_whether_they_were_written_to(worker):
    worker.run("def add(x, into):\n    into += x\n    return into\ndef read(x):\n    return x * 2")
    add, read = worker.lookup("add"), worker.lookup("read")
    assert isinstance(add, RemoteFunction)
    x, into = np.ones(3), np.zeros(3)
    np.testing.assert_array_equal(add(x, into=into), np.ones(3))
    assert add.mutated
    np.testing.assert_array_equal(into, np.zeros(3))
    np.testing.assert_array_equal(add(x, into), np.ones(3))
    read(np.array([np.nan]))
    assert not read.mutated
    worker.run("def grow(params):\n    params['new'] = print")
    grow = worker.lookup("grow")
    grow({})
    assert grow.mutated


def test_what_a_call_prints_is_kept_beside_its_value(worker):
    worker.run("def f():\n    print('here')\n    return 1")
    f = worker.lookup("f")
    assert f() == 1
    assert f.printed == "here\n"


def test_what_a_call_raises_is_the_learners_error(worker):
    worker.run("def f(x):\n    return x['missing']", cell="lstm")
    with pytest.raises(LearnerError, match="KeyError: 'missing'") as caught:
        worker.lookup("f")({})
    assert (caught.value.cell, caught.value.line) == ("lstm", "return x['missing']")
    assert worker.lookup("f")({"missing": 1}) == 1


def test_an_object_stays_inside_and_is_used_by_name(worker):
    source = """
class Model:
    size = 3
    def __init__(self, n=1): self.n = n
    def double(self, x): return x * 2 * self.n
    def __call__(self, x): return x + self.n
    def twin(self): return Model(self.n + 1), [self]
    @property
    def bad(self): raise ValueError('no')
model = Model()
def use(model, x): return model(x), model
"""
    assert worker.run(source).error is None
    model = worker.lookup("model")
    assert isinstance(model, RemoteObject)
    assert (model.type_name, model.size, model(1), model.double(2)) == ("Model", 3, 2, 4)
    twin, (same,) = model.twin()
    assert (twin.n, same.n) == (2, 1)
    value, again = worker.lookup("use")(twin, 5)
    assert value == 7
    assert again.n == 2
    assert worker.lookup("Model")(n=9).n == 9
    assert not hasattr(model, "absent")
    with pytest.raises(LearnerError, match="ValueError: no"):
        _ = model.bad
    assert repr(model) == "<RemoteObject Model>"


def test_what_cannot_be_sent_costs_one_question(worker):
    worker.run("def f(x=None):\n    return (n for n in ())")
    f = worker.lookup("f")
    with pytest.raises(WireError, match="return a list or an array"):
        f()
    with pytest.raises(WireError, match="an object of type object cannot be sent"):
        f(object())
    assert worker.run("1").error is None


@pytest.mark.slow
def test_a_network_trains_inside_and_its_weights_come_out():
    source = """
import torch
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = torch.nn.LSTM(3, 4, batch_first=True)
    def forward(self, x):
        return self.lstm(x)[0]
net = Net()
optimiser = torch.optim.Adam(net.parameters())
def step(x):
    loss = net(x).pow(2).mean()
    optimiser.zero_grad(); loss.backward(); optimiser.step()
    return loss
def kind(x): return type(x).__name__, x.requires_grad
"""
    with Zygote(warm=("numpy", "torch")) as zygote, zygote.worker() as worker:
        assert worker.run(source).error is None
        x = wire.as_tensor(np.ones((2, 5, 3), dtype=np.float32))
        first, second = worker.lookup("step")(x), worker.lookup("step")(x)
        assert type(first) is wire.Tensor
        assert second < first
        weights = worker.lookup("net").state_dict()
        assert weights["lstm.weight_hh_l0"].shape == (16, 4)
        assert worker.lookup("kind")(x) == ("Tensor", False)


# Time, death, and what comes after


def test_time_is_kept_outside_and_the_message_says_how_long(zygote):
    with zygote.worker() as worker:
        with pytest.raises(WorkerTimeout, match=r"longer than the 0\.2 seconds it was given"):
            worker.run("import time; time.sleep(60)", timeout=0.2)
        with pytest.raises(WorkerDied, match=r"0\.2 seconds"):
            worker.lookup("x")


def test_a_worker_that_dies_in_a_call_can_be_replaced(zygote):
    with zygote.worker() as worker:
        worker.run("import os\ndef f(): os._exit(7)")
        f = worker.lookup("f")
        with pytest.raises(WorkerDied, match="exited with code 7"):
            f()
    with zygote.worker() as worker:
        assert worker.run("x = 1").error is None


def test_a_closed_worker_is_gone_at_once(zygote):
    worker = zygote.worker()
    worker.run("x = 1")
    worker.close()
    worker.close()
    with pytest.raises(WorkerDied, match="was closed"):
        worker.lookup("x")


def test_a_server_that_died_is_started_anew():
    with Zygote() as zygote:
        worker = zygote.worker()
        old = zygote._process.pid
        os.kill(old, signal.SIGKILL)
        for _ in range(100):
            try:
                worker.run("1")
            except WorkerDied:  # its workers end with it
                break
            time.sleep(0.05)
        else:
            pytest.fail("a worker outlived its server")
        with zygote.worker() as fresh:
            assert fresh.run("1").error is None
        assert zygote._process.pid != old
        worker.close()
    with pytest.raises(ZygoteDied, match="was closed"):
        zygote.worker()


def test_workers_end_when_the_grader_ends():
    source = """
import sys
from unrolled.grading.zygote import Zygote
zygote = Zygote()
worker = zygote.worker()
worker.run("import threading, time\\nthreading.Thread(target=time.sleep, args=(600,)).start()")
print(zygote._process.pid, flush=True)
import os
os.kill(os.getpid(), 9)
"""
    grader = subprocess.run([sys.executable, "-c", source], stdout=subprocess.PIPE, text=True)
    server = int(grader.stdout)
    for _ in range(100):
        if not os.path.exists(f"/proc/{server}"):
            break
        time.sleep(0.05)
    assert not os.path.exists(f"/proc/{server}")


def test_several_threads_may_ask_one_server_for_workers(zygote):
    values = []

    def grade(number):
        with zygote.worker() as worker:
            worker.run(f"x = {number}")
            values.append(worker.lookup("x"))

    threads = [threading.Thread(target=grade, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(values) == list(range(8))


def test_a_module_that_cannot_be_warmed_is_named():
    with pytest.raises(ZygoteDied, match="no_such_module"):
        Zygote(warm=("no_such_module",))


# Confinement


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


def test_a_malformed_reply_is_refused_field_by_field():
    for wrong in (None, {}, [1], [{"output_type": "stream", "name": "stdout", "text": 1}]):
        with pytest.raises(WireError):
            outputs.rebuild(wrong, 100)
    for wrong in (1, {}, {"type": 1, "message": ""}):
        with pytest.raises(WireError):
            outputs.learner_error(wrong, [])
    far = {"type": "E\nE", "message": "m", "places": [[1, 99, "f"]]}
    error = outputs.learner_error(far, [("cell", "x")])
    assert (error.type_name, error.line_number) == ("E E", None)

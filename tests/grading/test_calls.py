"""A worker answers calls by value, and keeps inside what has no value."""

import numpy as np
import pytest

from unrolled.grading import outputs, wire
from unrolled.grading.zygote import (
    LearnerError,
    RemoteFunction,
    RemoteObject,
    WireError,
    Zygote,
)


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

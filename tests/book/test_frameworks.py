"""The same weights give the same outputs in every framework that is installed."""

import os
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest
import torch

from tests.book.page import Page, number

# How Keras 3.15 reads a variable of its own is deprecated by NumPy 2.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
PAGE = Page("frameworks")
#: What Keras can hand its arithmetic to; the book is built with the first.
BACKENDS = ["torch", *(name for name in ("jax", "tensorflow") if find_spec(name))]


@pytest.fixture(scope="session")
def page():
    with pytest.MonkeyPatch.context() as patch:
        # What the build has kept of the page imports Keras before any line of the page is run.
        patch.setenv("KERAS_BACKEND", "torch")
        return PAGE.run()


@pytest.mark.slow
def test_the_states_are_the_same_in_all_four(page):
    assert list(page.apart) == ["PyTorch", "Keras", "JAX"]
    for name, hs in page.states.items():
        assert hs.shape == (200, 4, 5)
        assert np.abs(hs - page.right).max() < 1e-5, name
    assert np.abs(page.right).max() > 0.9, "and they are no small numbers"
    assert number(page, "furthest") < 1e-5


@pytest.mark.slow
def test_the_numpy_code_is_an_lstm_of_pytorch_in_double_precision(page):
    layer = torch.nn.LSTM(page.D, page.H, dtype=torch.float64)
    single = page.torch_lstm.state_dict()
    layer.load_state_dict(single)
    with torch.no_grad():
        hs = layer(torch.tensor(page.xs))[0].numpy()
    rounding = np.abs(single["weight_ih_l0"].numpy().T - page.W_xh).max()
    assert np.abs(hs - page.right).max() < 100 * rounding


@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS[1:])
def test_keras_gives_the_same_on_another_backend(backend):
    code = "\n".join(code for _, code, _ in PAGE.cells)
    code = "import matplotlib\nmatplotlib.use('agg')\n" + code
    code += "\nprint(backend, apart['Keras'].max(), gru_apart)"
    found = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        check=True,
    )
    used, lstm, gru = found.stdout.split()[-3:]
    assert used == backend
    assert float(lstm) < 1e-5
    assert float(gru) < 1e-5


@pytest.mark.slow
def test_each_slip_is_as_large_as_a_state_and_one_step_hides_one(page):
    assert min(page.slips.values()) > 0.5
    blocks = np.split(page.W_hh, 4, axis=1)
    turned = (page.W_xh, np.hstack([W.T for W in blocks]), page.b_h)
    first = np.array(page.scan_lstm(turned, page.xs[:1]))
    assert np.abs(first - page.right[:1]).max() < 1e-6


@pytest.mark.slow
def test_the_first_values_are_those_that_the_text_tells(page):
    kernel, recurrent, bias = page.at_first
    limit = (6 / (page.D + 4 * page.H)) ** 0.5
    assert 0.8 * limit < np.abs(kernel).max() <= limit, "evenly, by Glorot's rule"
    np.testing.assert_allclose(recurrent @ recurrent.T, np.eye(page.H), atol=1e-5)
    assert bias.tolist() == [0.0] * 5 + [1.0] * 5 + [0.0] * 10
    assert number(page, "forget-keras") == 0.73
    assert number(page, "forget-torch") == 0.5
    assert number(page, "more") == 20


@pytest.mark.slow
def test_a_gru_moves_from_pytorch_to_keras(page):
    assert page.gru_apart < 1e-5
    assert page.keras_gru.reset_after
    assert [tuple(w.shape) for w in page.keras_gru.weights] == [(3, 15), (5, 15), (2, 15)]


@pytest.mark.slow
def test_without_its_sequences_keras_returns_the_last_state(page):
    layer = page.keras.layers.LSTM(page.H)
    layer.build((page.B, page.T, page.D))
    layer.set_weights([page.W_xh, page.W_hh, page.b_h])
    last = page.keras.ops.convert_to_numpy(layer(page.xs.transpose(1, 0, 2).astype("float32")))
    np.testing.assert_allclose(last, page.right[-1], atol=1e-5)


@pytest.mark.slow
def test_jax_rounds_double_arrays_without_a_word(page):
    assert page.xs.dtype == np.float64
    assert page.scan_lstm((page.W_xh, page.W_hh, page.b_h), page.xs[:2]).dtype == np.float32


def test_no_measured_number_is_typed_and_the_sizes_are_those_of_the_code():
    assert PAGE.typed_numbers() == set()
    assert "$T = 200$, $B = 4$, $D = 3$ and $H = 5$" in PAGE.text
    assert "T, B, D, H = 200, 4, 3, 5" in PAGE.code


@pytest.mark.slow
def test_every_number_that_the_text_shows_is_made_by_the_code(page):
    assert PAGE.glued() == set(page.shown)

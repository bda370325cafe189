"""What the chapter on the plain recurrent cell says is what its own code computes."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from tests.book.page import Page, number

slow = pytest.mark.slow
PAGE = Page("rnn_cell")


@pytest.fixture(scope="session")
def chapter():
    return PAGE.run()


# --- the page itself --------------------------------------------------------------------------


def test_no_measured_number_is_typed_into_the_text():
    assert PAGE.typed_numbers() == {"0.02"}  # the learning rate: a setting


def test_the_text_names_the_settings_that_the_code_uses():
    for said, used in {
        "Adam (rate 0.02, gradient norm clipped at 1)": "torch.optim.Adam(weights, lr=0.02)",
        "gradient norm clipped at 1": "norm.clamp(min=1)",
        "batches of 16 sequences": "SEEDS, ROWS, LONGEST, UPDATES = 8, 16, 40, 600",
        "sequences twenty-five times longer": "LONG, TESTS = 1000, 64",
        "sequences begin with 2 bits and grow": "min(LONGEST, 2 + int(",
        "with $w = 1.2$": '("linear", lambda a: a, (0.8, 1.2))',
        "and $w = 1.5$": '("tanh", np.tanh, (0.8, 1.5))',
        "For 1000 steps, unshared weights need": "np.array([1, 10, 100, 1000])",
        "With a gain of 40": "run_by_hand(40.0, test_bits)",
    }.items():
        assert said in PAGE.text, said
        assert used in PAGE.code, used


# --- equations, code and PyTorch --------------------------------------------------------------

EQUATIONS = {
    "eq-rnn-cell-step": ("h", lambda v: (v.x @ v.W_xh + v.h_old @ v.W_hh + v.b_h).tanh()),
    "eq-rnn-cell-readout": ("y", lambda v: v.h @ v.W_hy + v.b_y),
    "eq-rnn-cell-size": ("P", lambda v: torch.tensor(2 * 5 + 5 * 5 + 5 + 5 * 4 + 4)),
    "eq-rnn-cell-mask": (
        "h_masked",
        lambda v: torch.where(
            v.m.bool(), (v.x @ v.W_xh + v.h_old @ v.W_hh + v.b_h).tanh(), v.h_old
        ),
    ),
}


@slow
@pytest.mark.parametrize("label", EQUATIONS)
def test_each_equation_is_the_line_of_code_under_it(label, chapter):
    name, by_torch = EQUATIONS[label]
    values = {k: v for k, v in vars(chapter).items() if isinstance(v, (np.ndarray, int, float))}
    # Letters that later sections use again; here they are the arrays of the first.
    values |= {"np": np, "B": 3, "D": 2, "H": 5, "K": 4}
    exec(PAGE.cell_of(label, name), values)  # the cell alone, on the page's arrays
    arrays = {k: torch.tensor(v) for k, v in values.items() if isinstance(v, np.ndarray)}
    expected = by_torch(SimpleNamespace(**arrays)).numpy()
    np.testing.assert_allclose(values[name], expected, atol=1e-12)


@slow
def test_the_entries_are_those_of_the_product(chapter):
    np.testing.assert_allclose(chapter.by_entries, chapter.h, atol=1e-12)
    np.testing.assert_allclose(chapter.h_torch.numpy(), chapter.h, atol=1e-12)


@slow
def test_without_tanh_and_bias_the_sum_over_powers_is_the_loop_over_steps(chapter):
    h = torch.tensor(chapter.h_old)
    for x in torch.tensor(chapter.xs):
        h = x @ torch.tensor(chapter.W_xh) + h @ torch.tensor(chapter.W_hh)
    np.testing.assert_allclose(chapter.h_linear, h.numpy(), rtol=1e-9)


@slow
def test_the_unrolled_steps_are_those_of_the_layer_and_may_be_cut_in_two(chapter):
    for t, h in enumerate((chapter.h1, chapter.h2, chapter.h3)):
        np.testing.assert_allclose(chapter.output[t].numpy(), h, atol=1e-12)
    joined = torch.cat([chapter.first, chapter.second])
    torch.testing.assert_close(joined, chapter.output)


@slow
def test_the_worked_steps_can_be_followed_by_hand(chapter):
    h = 0.0
    for x, printed in zip((1.0, 0.0, -2.0), chapter.hand_h[1:], strict=True):
        h = round(math.tanh(x * 1.0 + h * -0.5 + 0.2), 4)
        assert abs(h - printed) <= 1.01e-4  # the hand rounds at every line
    assert number(chapter, "hand-h1") == pytest.approx(chapter.hand_h[1], abs=6e-5)
    assert number(chapter, "hand-h2") != number(chapter, "hand-h1"), "a zero input moves the state"


# --- what the sections claim ------------------------------------------------------------------


@slow
def test_step_a_linear_unit_fades_or_explodes_and_a_tanh_unit_keeps_the_sign(chapter):
    traces = chapter.traces
    for name in ("linear", "tanh"):
        assert np.abs(traces[name, 0.8][-1]).max() < 0.01
    assert number(chapter, "pulse-linear") == round(0.9 * 1.2**25)
    settled = traces["tanh", 1.5][-1]
    assert np.ptp(np.abs(settled)) < 1e-3  # the size of the input is lost
    np.testing.assert_array_equal(np.sign(settled), [-1, -1, 1, 1])
    top = number(chapter, "pulse-settled")
    assert top == pytest.approx(math.tanh(1.5 * top), abs=0.01)


@slow
def test_sharing_the_sizes_are_those_of_torch(chapter):
    arrays = chapter.W_xh, chapter.W_hh, chapter.b_h, chapter.W_hy, chapter.b_y
    assert sum(array.size for array in arrays) == chapter.P
    rnn, readout = torch.nn.RNN(1, 16), torch.nn.Linear(16, 1)
    theirs = sum(p.numel() for layer in (rnn, readout) for p in layer.parameters()) - 16
    assert number(chapter, "size-rnn") == theirs
    assert number(chapter, "size-unshared") == 1000 * theirs
    window = torch.nn.Linear(1000, 16), torch.nn.Linear(16, 1)
    assert number(chapter, "size-window") == sum(p.numel() for w in window for p in w.parameters())


@slow
def test_padding_that_is_read_wipes_out_the_difference_and_a_mask_keeps_it(chapter):
    read, masked = chapter.distance["read"], chapter.distance["masked"]
    assert read[-1].max() < 1e-3 * read[0].min()
    np.testing.assert_array_equal(masked, np.broadcast_to(masked[0], masked.shape))
    np.testing.assert_array_equal(read[0], masked[0])


@slow
def test_machine_the_matrices_are_the_two_switches_of_the_equation(chapter):
    g, rng = 7.0, np.random.default_rng(2)
    u, v, x = rng.uniform(-1, 1, size=3)
    W_xh, W_hh, b_h, W_hy, b_y = chapter.parity_net(g)
    s = x + (u - v) / 2
    new = np.tanh([[x]] @ W_xh + [[u, v]] @ W_hh + b_h)
    np.testing.assert_allclose(new, [[np.tanh(g * (s - 0.5)), np.tanh(g * (s - 1.5))]])
    np.testing.assert_allclose(new @ W_hy + b_y, [[(new[0, 0] - new[0, 1]) / 2]])


@slow
def test_machine_the_figure_shows_a_strip_and_a_bump(chapter):
    np.testing.assert_allclose(chapter.at_sums, [0, 1, 0], atol=1e-3)
    assert np.abs(chapter.at_sums - [0, 1, 0]).max() < 1.1 * 10**-4
    rng = np.random.default_rng(0)
    points, odd = np.array([(0, 0), (0, 1), (1, 0), (1, 1)]), np.array([0, 1, 1, 0], bool)
    for a, b, c in rng.normal(size=(2000, 3)):  # no line has the odd points to itself
        side = points @ [a, b] + c > 0
        assert not (side == odd).all()
    assert ((points.sum(axis=1) > 0.5) & (points.sum(axis=1) < 1.5) == odd).all()


@slow
def test_machine_the_proof_holds_and_the_network_is_right_at_least_as_soon(chapter):
    g = number(chapter, "gain-safe")
    r = max(r for r in np.linspace(0.5, 1, 2001) if np.tanh((g + 0.05) * (r - 0.5)) >= r)
    rng = np.random.default_rng(3)
    u = v = -1.0  # the induction, at its worst: errors of either sign at every step
    parity = 0
    for _ in range(2000):
        bit = rng.integers(2)
        p = parity + rng.choice([-1, 1]) * (1 - r)
        u = np.tanh((g + 0.05) * (bit + p - 0.5))
        v = np.tanh((g + 0.05) * (bit + p - 1.5))
        parity = (parity + bit) % 2
        assert min(abs(u), abs(v)) >= r - 1e-12
        assert (u > 0) != (v > 0) if parity else (u > 0) == (v > 0)
    assert 2 < number(chapter, "gain-found") <= g
    assert (chapter.worst[chapter.tried >= g] < 0.5).all()
    assert chapter.exact == 0


@slow
def test_machine_a_tanh_of_twenty_is_exactly_one_in_double_precision(chapter):
    assert np.tanh(20.0) == 1.0
    W_xh, W_hh, b_h, *_ = chapter.parity_net(40.0)
    h = np.zeros((1, 2))
    for bit in (1.0, 1.0, 0.0, 1.0):
        h = np.tanh([[bit]] @ W_xh + h @ W_hh + b_h)
        assert (np.abs(h) == 1).all()


@slow
def test_machine_a_gain_of_two_forgets_the_parity_as_the_quiz_says(chapter):
    bits = np.zeros((100, 2))
    bits[0, 0] = 1  # one row is odd, the other even; then nothing happens
    shown = chapter.run_by_hand(2.0, bits)
    assert abs(shown[0, 0] - shown[0, 1]) > 0.5
    assert abs(shown[-1, 0] - shown[-1, 1]) < 0.01
    steep = chapter.run_by_hand(40.0, bits)
    assert (steep == [1, 0]).all()


@slow
def test_length_the_networks_are_compared_on_equal_terms(chapter):
    size = chapter.net_size
    shared = size["shared weights"]
    assert shared == number(chapter, "size-rnn")
    assert size["own weights at each step"] == 40 * shared
    assert size["dense layer over a window"] > 8 * shared
    assert size["shared, long from the start"] == shared
    bits = {name: chapter.read[name] for name in chapter.nets}
    assert len(set(list(bits.values())[:3])) == 1
    assert bits["shared, long from the start"] > 2 * bits["shared weights"]
    lengths = [chapter.growing(update) for update in range(chapter.UPDATES)]
    assert lengths[0] == 2
    assert max(lengths) == 40 == lengths[-1]
    assert chapter.exam_bits.shape == (1000, 8, 64, 1)


@slow
def test_length_the_window_sees_its_last_bits_and_no_others(chapter):
    run, weights, _ = chapter.nets["dense layer over a window"]
    bits = chapter.exam_bits[:100, :, :2].clone()
    with torch.no_grad():
        before, _ = run(weights, bits)
        bits[30] = 1 - bits[30]
        after, _ = run(weights, bits)
    moved = (before != after).any(dim=2).any(dim=1)
    assert set(np.flatnonzero(moved)) == set(range(30, 70))


@slow
def test_length_only_shared_weights_and_growing_sequences_are_right_at_a_thousand(chapter):
    right, perfect = chapter.right, chapter.perfect
    assert perfect["shared weights"] >= 6
    assert right["shared weights"][900:].mean() > 0.9
    for name in ("dense layer over a window", "shared, long from the start"):
        assert perfect[name] == 0
        assert right[name][900:].mean() == pytest.approx(0.5, abs=0.02)
    unshared = right["own weights at each step"]
    assert len(unshared) == 40
    assert 0.6 < unshared[:10].mean() < 0.95
    assert unshared[20:].mean() == pytest.approx(0.5, abs=0.03)
    assert perfect["own weights at each step"] == 0
    assert (chapter.by_hand == 1).all()
    assert right["shared, long from the start"][10:].mean() < 0.55


@slow
def test_length_every_state_lies_in_the_clump_of_its_bit_and_parity(chapter):
    assert len(chapter.late) == 100 * 64
    assert chapter.own.mean() > 0.99
    assert {tuple(pair) for pair in chapter.kind} == {(0, 0), (0, 1), (1, 0), (1, 1)}

"""What the chapter on the plain recurrent cell says that needs no run of it: proofs, drawing, quiz."""

import math
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from unrolled import diagrams
from unrolled.quiz.items import read_items

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"


def test_state_an_average_does_not_see_the_order_and_parity_needs_one_bit():
    rng = np.random.default_rng(0)
    words = rng.normal(size=(3, 4))
    np.testing.assert_allclose(words.mean(axis=0), words[::-1].mean(axis=0))
    bits = rng.integers(0, 2, size=50)
    state = 0
    for bit in bits:
        state = (state + bit) % 2
        assert state in (0, 1)
    assert state == bits.sum() % 2


def test_step_a_tanh_network_is_a_sigmoid_network_with_other_weights():
    rng = np.random.default_rng(0)
    W_xh, W_hh, b_h = rng.normal(size=(2, 5)), rng.normal(size=(5, 5)), rng.normal(size=5)
    h, s = np.zeros((1, 5)), np.full((1, 5), 0.5)  # h = 2 s - 1
    for x in rng.normal(size=(6, 1, 2)):
        h = np.tanh(x @ W_xh + h @ W_hh + b_h)
        a = x @ (2 * W_xh) + s @ (4 * W_hh) + 2 * (b_h - W_hh.sum(axis=0))
        s = 1 / (1 + np.exp(-a))
        np.testing.assert_allclose(h, 2 * s - 1, atol=1e-9)


@pytest.mark.parametrize("w_h", [-2.0, -0.3, 0.0, 0.3, 2.0])
def test_machine_one_unit_is_wrong_somewhere_whatever_its_weights(w_h):
    """The proof, by example: no threshold separates the parities of all words of four bits."""
    words = (np.arange(16)[:, None] >> np.arange(4)) & 1
    odd = words.sum(axis=1) % 2 == 1
    rng = np.random.default_rng(5)
    for w_x, b in rng.normal(scale=3, size=(300, 2)):
        h = np.zeros(16)
        for bits in words.T:
            h = np.tanh(w_x * bits + w_h * h + b)
        overlap = max(h[odd].min(), h[~odd].min()) <= min(h[odd].max(), h[~odd].max())
        assert overlap, (w_x, b)


@pytest.mark.parametrize("steps", [2, 3, 4])
def test_the_drawing_has_a_box_for_each_step_and_the_same_weights_on_all(steps):
    root = ET.fromstring(diagrams.rnn_unrolled(steps).svg)
    texts = ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]
    assert texts.count("tanh") == steps + 1
    for weight in ("Wxh", "Whh", "Why"):
        assert texts.count(weight) == steps + 1, "once folded, once for each step"
    for k in range(1, steps + 1):
        assert {f"x{k}", f"h{k}", f"y{k}"} <= set(texts)
    assert "h0" in texts
    assert "the same three at every step" in diagrams.rnn_unrolled(steps).description


@pytest.mark.parametrize("steps", [1, 5])
def test_a_drawing_that_does_not_fit_is_refused(steps):
    with pytest.raises(ValueError, match="room for 2 to 4"):
        diagrams.rnn_unrolled(steps)


@pytest.mark.slow
def test_no_symbol_of_the_drawing_touches_another_or_a_box(opened, tmp_path):
    path = tmp_path / "rnn.html"
    path.write_text(f"<meta charset=utf-8>{diagrams.rnn_unrolled().svg}", encoding="utf-8")
    page = opened(path)
    touching = """(() => {
      const boxes = [...document.querySelectorAll('text.name, rect.box')]
        .map((e) => [e.textContent || e.tagName, e.getBoundingClientRect()]);
      const page = document.querySelector('svg').getBoundingClientRect();
      const found = boxes.filter(([a, p]) => p.right > page.right + 1).map(([a]) => a + ' outside');
      boxes.forEach(([a, p], k) => boxes.slice(k + 1).forEach(([b, q]) => {
        if (p.left < q.right - 1 && q.left < p.right - 1 && p.top < q.bottom && q.top < p.bottom)
          found.push(a + ' / ' + b);
      }));
      return found.join(', ');
    })()"""
    assert page.evaluate("document.querySelectorAll('text.name').length") >= 25
    assert page.evaluate(touching) == ""


def test_numbers_in_the_quiz_are_right():
    items = {item.id: item for item in read_items("rnn_cell", ROOT)}
    step = items["one_step"]
    w_x, w_h, b, h, x = (float(n) for n in re.findall(r"= (-?\d+(?:\.\d+)?)\$", step.stem))
    a = x * w_x + h * w_h + b
    assert a == pytest.approx(0.5)
    assert math.tanh(a) in step.answer.interval
    wrong = [a, math.tanh(a - b), math.tanh(x * w_x + b), math.tanh(x * w_x - h * w_h + b)]
    wrong.append(1 / (1 + math.exp(-a)))
    for value, entry in zip(wrong, step.wrong, strict=True):
        assert value in entry.interval, entry.says
        assert value not in step.answer.interval

    D, H, K, T = 3, 4, 2, 50
    cell, readout = D * H + H * H + H, H * K + K
    count = items["count"]
    assert count.answer.value == cell + readout
    listed = [T * (cell + readout), cell, cell + readout - H - K, cell + readout + H]
    assert [entry.interval.value for entry in count.wrong] == [*listed, cell + readout - H * H]

    assert "28 times" in items["padding"].options[3].text
    words, steps = re.search(r"of (\d+) words .* of (\d+) steps", items["padding"].stem).groups()
    assert int(steps) - int(words) == 28

    keep = items["what_to_keep"].options[0].says
    for before in (1, 9):
        assert f"{(4 * before + 10) / (before + 1):g}" in keep

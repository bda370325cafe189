"""The references of the exercise on sequence to sequence, held to PyTorch and to slow, obvious ways."""

import itertools
import re

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from tests.learner.topics import ROOT
from unrolled.exercise import read_topic

T, B, H, D = 6, 3, 4, 5


@pytest.fixture(scope="module")
def solution():
    return read_topic("sequence_to_sequence", ROOT).load()


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@pytest.mark.parametrize("scale", [1.0, 100.0])
def test_attention_is_that_of_pytorch(solution, rng, scale):
    query, keys = scale * rng.normal(size=(B, H)), rng.normal(size=(T, B, H))
    values, mask = rng.normal(size=(T, B, D)), np.arange(T)[:, None] < [6, 2, 4]
    context, weights = solution["attention"](query, keys, values, mask.astype(float))
    q, k, v = (torch.tensor(x) for x in (query[:, None], keys, values))
    open_to = torch.tensor(mask.T[:, None])
    expected = F.scaled_dot_product_attention(q, k.transpose(0, 1), v.transpose(0, 1), open_to)
    np.testing.assert_allclose(context, expected[:, 0], atol=1e-12)
    np.testing.assert_allclose(weights.sum(axis=0), 1)
    assert (weights[~mask] == 0).all()


@pytest.fixture
def decoder(solution, rng):
    V = 4
    sizes = {"E": (V, H), "W_hh": (H, H), "W_hy": (H, V)}
    params = {name: rng.normal(size=size) for name, size in sizes.items()}
    return params, rng.normal(size=H)


def log_p_of(solution, params, h, start, symbols):
    """Return the log-probability of an output, symbol by symbol."""
    total, before = 0.0, start
    for symbol in symbols:
        log_p, h = solution["decoder_step"](params, before, h)
        total, before = total + log_p[symbol], symbol
    return total


def every_output(V, end, longest):
    """Yield all outputs that end, and those that are cut off."""
    for n in range(1, longest + 1):
        for output in itertools.product(range(V), repeat=n):
            if end not in output[:-1] and (output[-1] == end or n == longest):
                yield list(output)


def test_decoder_step_is_a_cell_of_pytorch(solution, decoder):
    params, h = decoder
    cell = torch.nn.RNNCell(H, H, bias=False, dtype=torch.float64)
    with torch.no_grad():
        cell.weight_ih.copy_(torch.eye(H))
        cell.weight_hh.copy_(torch.tensor(params["W_hh"].T))
        after = cell(torch.tensor(params["E"][[2]]), torch.tensor(h[None]))
        scores = after @ torch.tensor(params["W_hy"])
    log_p, state = solution["decoder_step"](params, 2, h)
    np.testing.assert_allclose(state, after[0])
    np.testing.assert_allclose(log_p, torch.log_softmax(scores, dim=1)[0])


@pytest.mark.parametrize("end", [1, 3])
def test_a_wide_beam_finds_the_most_probable_of_all_outputs(solution, decoder, end):
    params, h = decoder
    totals = {tuple(o): log_p_of(solution, params, h, 0, o) for o in every_output(4, end, 4)}
    assert sum(map(np.exp, totals.values())) == pytest.approx(1)
    best = sorted(totals.values(), reverse=True)
    symbols, kept = solution["beam_search"](params, h, 0, end, 4, 4**4)
    np.testing.assert_allclose(kept, best)
    assert totals[tuple(symbols)] == pytest.approx(best[0])


@pytest.mark.parametrize("K", [1, 2, 3])
def test_what_is_found_has_the_probability_it_is_said_to_have(solution, decoder, K):
    params, h = decoder
    symbols, totals = solution["beam_search"](params, h, 0, 1, 5, K)
    assert totals[0] == pytest.approx(log_p_of(solution, params, h, 0, symbols))
    if K == 1:
        greedy, total = solution["greedy_decode"](params, h, 0, 1, 5)
        assert symbols == greedy
        assert total == pytest.approx(totals[0])


def test_greedy_decode_takes_the_likeliest_symbol_of_each_step(solution, decoder):
    params, h = decoder
    symbols, _ = solution["greedy_decode"](params, h, 0, 1, 5)
    for n, symbol in enumerate(symbols):
        beginnings = [log_p_of(solution, params, h, 0, [*symbols[:n], k]) for k in range(4)]
        assert np.argmax(beginnings) == symbol


def test_ctc_collapse_sums_to_the_loss_of_pytorch(solution, rng):
    """Paths sorted by their meaning have the probabilities that CTC gives to the labellings."""
    log_p = torch.log_softmax(torch.tensor(rng.normal(size=(5, 3))), dim=1)
    found = {}
    for path in itertools.product(range(3), repeat=5):
        meaning = tuple(solution["ctc_collapse"](np.array(path), 0).tolist())
        p = log_p[range(5), path].sum().exp().item()
        found[meaning] = found.get(meaning, 0) + p
    assert sum(found.values()) == pytest.approx(1)
    for meaning in [(1,), (2, 2), (1, 2, 1), (1, 1, 1), (2, 1, 2, 1, 2)]:
        lengths = torch.tensor([5]), torch.tensor([len(meaning)])
        loss = F.ctc_loss(log_p[:, None], torch.tensor([meaning]), *lengths, reduction="sum")
        assert found[meaning] == pytest.approx(np.exp(-loss.item()))


def test_edit_distance_is_the_shortest_way_through_single_changes(solution):
    """Breadth-first search over all sequences of up to four of two symbols."""
    nodes = [list(s) for n in range(5) for s in itertools.product([0, 1], repeat=n)]

    def neighbours(s):
        for i in range(len(s)):
            yield s[:i] + s[i + 1 :]
            yield [*s[:i], 1 - s[i], *s[i + 1 :]]
        for i in range(len(s) + 1 if len(s) < 4 else 0):
            yield from ([*s[:i], k, *s[i:]] for k in (0, 1))

    for origin in ([], [0, 1], [1, 1, 0, 1]):
        changes, waiting = {tuple(origin): 0}, [origin]
        for here in waiting:  # it grows while we go through it: the nearest come first
            for there in neighbours(here):
                if tuple(there) not in changes:
                    changes[tuple(there)] = changes[tuple(here)] + 1
                    waiting.append(there)
        for node in nodes:
            assert solution["edit_distance"](origin, node) == changes[tuple(node)]


def test_the_three_bugs_do_what_the_marking_says(solution, rng):
    """The listing is run as it stands, with a decoder that is lost after its first wrong symbol."""
    cells = read_topic("sequence_to_sequence", ROOT).cells
    (source,) = (c.source for c in cells if "Find the bugs" in c.source)
    listing = re.search(r"```python\n(.*?)```", source, re.S)[1]
    end = 0

    def encode(params, source):
        return source

    def step(params, before, h):
        """Count up from what came before; it gets the first symbol wrong and never ends."""
        log_p = np.full(20, -9.0)
        log_p[before + (2 if before == h else 1)] = 0.0
        return log_p, -1

    space = {"np": np, "encode": encode, "decoder_step": step}
    exec(listing, space)
    target = [6, 7, 8, 9, end]
    share = space["share_right"]({}, [(5, target)], 5)
    assert share == 3 / 5, "fed the truth, it is right but for the first symbol and the end"
    said, before, h = [], 5, 5
    for _ in range(8):
        log_p, h = step({}, before, h)
        before = int(log_p.argmax())
        said.append(before)
    assert not any(s == w for s, w in zip(said, target, strict=False)), "alone, nothing is right"
    assert solution["edit_distance"](said, target) == 6, "it is behind by one, and goes on"

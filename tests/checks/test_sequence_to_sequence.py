"""The checks of the exercise on sequences that become others.

`answer` holds the learner's names, `reference` the reference solution, `rng` a NumPy generator.
The sentence under each test is what the learner reads. Sizes all differ and weights are of order
one. Each function is asked for several inputs, because many wrong ones are right by chance on one.
"""

import numpy as np

from unrolled.expect import agree, have_shape

OUTPUT = ("place",)


def draw_path(rng, blank, V=6):
    """Return a path with a symbol that lasts, one that comes back after a blank, and one right after."""
    others = rng.permutation([k for k in range(V) if k != blank])
    a, b, c = others[:3]
    lasts = [int(rng.integers(2, 4)) for _ in range(3)]
    pieces = [[blank] * lasts[0], [a] * lasts[1], [blank], [a], [b] * lasts[2], [c], [b], [blank]]
    return np.concatenate(pieces).astype(int)


def check_collapse(answer, reference, path, blank):
    """Compare what a path stands for."""
    got, expected = answer.ctc_collapse(path, blank), reference.ctc_collapse(path, blank)
    agree(got, expected, "labelling", OUTPUT)


def test_ctc_collapse_merges_and_then_drops(answer, reference, rng):
    """the labelling is right for a path with repeats and blanks"""
    check_collapse(answer, reference, draw_path(rng, 0), 0)


def test_ctc_collapse_takes_any_symbol_for_the_blank(answer, reference, rng):
    """the labelling is right where the blank has the last number"""
    check_collapse(answer, reference, draw_path(rng, 5), 5)


def test_ctc_collapse_works_at_the_edges(answer, reference, rng):
    """the labelling is right for a path that begins and ends with symbols, and for one of blanks"""
    path = draw_path(rng, 2)
    check_collapse(answer, reference, path[path.argmax() : -1][::-1].copy(), 2)
    check_collapse(answer, reference, np.full(int(rng.integers(3, 6)), 4), 4)


def test_ctc_collapse_works_without_blanks(answer, reference, rng):
    """the labelling is right for a single step, and for a path in which the blank does not occur"""
    check_collapse(answer, reference, rng.integers(1, 5, size=1), 0)
    check_collapse(answer, reference, np.repeat(1 + rng.permutation(4), (2, 1, 3, 2)), 0)


def draw_attention(rng, T=5, B=4, H=3, D=2):
    """Return query, keys, values and a mask in which most rows have padding."""
    query, keys = 1.5 * rng.normal(size=(B, H)), rng.normal(size=(T, B, H))
    lengths = 2 + rng.permutation(np.arange(B) % (T - 1))
    mask = (np.arange(T)[:, None] < lengths).astype(float)
    return query, keys, rng.normal(size=(T, B, D)), mask


def check_attention(answer, reference, args):
    """Compare weights and context."""
    got, expected = answer.attention(*args), reference.attention(*args)
    agree(got, expected, "context, weights", ("place", "place", "place"))


def test_attention_returns_a_context_and_weights(answer, rng):
    """the context has shape (B, D), the weights have shape (T, B)"""
    got = answer.attention(*draw_attention(rng))
    have_shape(got, {"context": (4, 2), "weights": (5, 4)})


def test_attention_without_padding(answer, reference, rng):
    """weights and context are right where all rows are full"""
    query, keys, values, mask = draw_attention(rng)
    check_attention(answer, reference, (query, keys, values, np.ones_like(mask)))


def test_attention_never_reads_padding(answer, reference, rng):
    """weights and context are right where rows have padding: it has the weight 0"""
    check_attention(answer, reference, draw_attention(rng))


def test_attention_works_for_other_sizes(answer, reference, rng):
    """the same holds for more rows than steps, and more units than values"""
    check_attention(answer, reference, draw_attention(rng, 4, 5, 7, 6))


def test_attention_takes_large_scores(answer, reference, rng):
    """a large number added to all scores of a row changes nothing"""
    query, keys, values, mask = draw_attention(rng)
    level = rng.permutation([-1000.0, -300.0, 300.0, 1000.0])[:, None]
    keys += level * query / (query**2).sum(axis=1, keepdims=True) * np.sqrt(query.shape[1])
    check_attention(answer, reference, (query, keys, values, mask))


def test_attention_is_not_led_astray_by_padding(answer, reference, rng):
    """padding whose score is a thousand above all others gets the weight 0 too"""
    query, keys, values, mask = draw_attention(rng)
    keys += 1000.0 * query * (1 - mask)[:, :, None] / (query**2).sum(axis=1, keepdims=True)
    check_attention(answer, reference, (query, keys, values, mask))


def draw_decoder(rng, V, H):
    """Return the weights of a decoder that hesitates, a state and a first symbol."""
    params = {
        "E": 1.2 * rng.normal(size=(V, H)),
        "W_hh": 0.9 * rng.normal(size=(H, H)),
        "W_hy": 0.8 * rng.normal(size=(H, V)),
    }
    return params, rng.normal(size=H), int(rng.integers(1, V))


def draw_ending(decode, rng, V, H, longest):
    """Return arguments of greedy_decode with an end that comes after two symbols or more."""
    while True:
        params, h, start = draw_decoder(rng, V, H)
        symbols = [int(k) for k in decode(params, h, start, V, longest)[0]]
        for place in range(longest - 2, 1, -1):
            end, before = symbols[place], symbols[:place]
            if end not in (start, *before) and min(before) < end < max(before):
                return params, h, start, end, longest


def check_decoding(got, expected):
    """Compare the symbols and the logarithm of their probability."""
    agree(got, expected, "symbols, total", OUTPUT)


def check_greedy(answer, reference, args):
    """Compare a greedy output."""
    check_decoding(answer.greedy_decode(*args), reference.greedy_decode(*args))


def test_greedy_decode_returns_symbols_and_their_log_probability(answer, rng):
    """a list of `longest` symbols comes back where the end is never said, and one number"""
    params, h, start = draw_decoder(rng, 5, 3)
    have_shape(answer.greedy_decode(params, h, start, 5, 4), {"symbols": (4,), "total": ()})


def test_greedy_decode_takes_the_likeliest_symbol(answer, reference, rng):
    """symbols and total are right where the end is never said"""
    for V, H in ((5, 4), (7, 3)):
        check_greedy(answer, reference, (*draw_decoder(rng, V, H), V, 6))


def test_greedy_decode_stops_at_the_end(answer, reference, rng):
    """symbols and total are right where the end is said in time"""
    for V, H in ((5, 4), (7, 3)):
        check_greedy(answer, reference, draw_ending(reference.greedy_decode, rng, V, H, 7))


def test_greedy_decode_may_stop_at_once(answer, reference, rng):
    """an output may be the end and nothing else"""
    params, h, start = draw_decoder(rng, 6, 4)
    end = 1 + start % 5
    params["W_hy"][:, end] = 4 * np.tanh(params["E"][start] + h @ params["W_hh"])
    check_greedy(answer, reference, (params, h, start, end, 5))


def draw_search(search, rng, V, H, longest, K):
    """Return arguments of beam_search whose best hypothesis ends early, but not at once.

    For each of its symbols it is less probable than one of full length would be as the second.
    """
    while True:
        params, h, start = draw_decoder(rng, V, H)
        args = params, h, start, (start + 1) % V, longest, K
        symbols, totals = search(*args)
        n = len(symbols)
        if 1 < n < longest - 1 and totals[0] / n < totals[1] / longest - 0.01:
            return args


def check_beam(answer, reference, args):
    """Compare the best hypothesis and the logarithms of the probabilities of all."""
    got, expected = answer.beam_search(*args), reference.beam_search(*args)
    agree(got, expected, "symbols, totals", OUTPUT)


def test_beam_search_returns_symbols_and_log_probabilities(answer, rng):
    """a list of `longest` symbols comes back where the end is never said, and K numbers"""
    args = (*draw_decoder(rng, 4, 2), 4, 3, 2)
    have_shape(answer.beam_search(*args), {"symbols": (3,), "totals": (2,)})


def test_beam_search_of_one_is_greedy(answer, reference, rng):
    """with K = 1 the result is the greedy one"""
    args = draw_ending(reference.greedy_decode, rng, 4, 3, 5)
    symbols, total = reference.greedy_decode(*args)
    agree(answer.beam_search(*args, 1), (symbols, [total]), "symbols, totals", OUTPUT)


def test_beam_search_keeps_the_best_of_all_continuations(answer, reference, rng):
    """symbols and totals are right where the end is never said"""
    while True:
        args = (*draw_decoder(rng, 5, 2), 5, 3)
        (*_, last), totals = reference.beam_search(*args, 2)
        _, best = reference.beam_search(*args, 25)  # of all there are
        if last != 0 and best[1] > totals[1] + 0.01:
            break
    check_beam(answer, reference, (*args, 2))


def test_beam_search_keeps_what_has_ended(answer, reference, rng):
    """symbols and totals are right where hypotheses end in different rounds"""
    check_beam(answer, reference, draw_search(reference.beam_search, rng, 3, 4, 5, 3))
    check_beam(answer, reference, draw_search(reference.beam_search, rng, 4, 3, 5, 5))


def draw_pairs(rng):
    """Return pairs of sequences: symbols changed, lost and added, all moved, and no likeness."""
    a, b = rng.integers(4, size=(2, 5)).tolist()
    place = int(rng.integers(1, 4))
    fewer, more = a[:place] + a[place + 1 :], [*a[:place], 4, 5, *a[place:]]
    changed, moved = [*a[:place], 4, *a[place + 1 :]], [*a[1:], 4]
    unlike = [([0, 3, 0, 1, 2], [2, 2, 0, 3]), ([4, 3, 0, 3, 2, 1], [3, 0, 3, 4])]
    far = [([7, 8, 9, *a], [*a, 7]), ([*b, *a], [*fewer, *b])]
    return [(a, changed), (fewer, a), (a, more), (a, moved), *unlike, *far]


def check_distance(answer, reference, a, b):
    """Compare a distance."""
    agree(answer.edit_distance(a, b), reference.edit_distance(a, b), "distance")


def test_edit_distance_is_one_number(answer, rng):
    """one number comes back"""
    have_shape(answer.edit_distance(*draw_pairs(rng)[0]), {"distance": ()})


def test_edit_distance_counts_the_fewest_changes(answer, reference, rng):
    """the distance is right where symbols are changed, lost, added and moved"""
    for a, b in draw_pairs(rng):
        check_distance(answer, reference, a, b)


def test_edit_distance_is_the_same_from_both_sides(answer, reference, rng):
    """the distance is right with the two in each other's place"""
    for a, b in draw_pairs(rng)[2:]:
        check_distance(answer, reference, b, a)


def test_edit_distance_of_an_empty_sequence(answer, reference, rng):
    """all symbols have to be added, or deleted, where one of the two is empty"""
    a = rng.integers(5, size=int(rng.integers(3, 6))).tolist()
    for pair in ((a, []), ([], a), ([], [])):
        check_distance(answer, reference, *pair)

"""The Reber grammar: what it allows, what a stream marks, what is refused."""

import re

import numpy as np
import pytest

from unrolled import data

# The grammar as a regular expression, written from its diagram and not from the table of arcs:
# upper path T S* X, lower path P T* V, and from the upper path X leads to the lower loop.
_LOWER = "T*V(?:PXT*V)*"
_AFTER_X = f"(?:S|X{_LOWER}(?:V|PS))"
INNER = re.compile(f"B(?:TS*X{_AFTER_X}|P{_LOWER}(?:V|PS))E")


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def test_reber_strings_follow_the_grammar_written_as_a_regular_expression(rng):
    for string in data.reber_strings(500, rng):
        assert INNER.fullmatch(string), string


def test_embedded_strings_repeat_the_frame_symbol_around_a_plain_string(rng):
    for string in data.reber_strings(500, rng, embedded=True):
        assert string[0] == "B"
        assert string[-1] == "E"
        assert string[1] == string[-2]
        assert string[1] in "TP"
        assert INNER.fullmatch(string[2:-2]), string


def test_strings_choose_each_arc_about_equally_often(rng):
    strings = data.reber_strings(4000, rng, embedded=True)
    share_of_t = np.mean([string[1] == "T" for string in strings])
    assert 0.46 < share_of_t < 0.54
    # From the middle of the upper path S (loop) and X (on) are equally likely: loops are geometric.
    loops = [len(re.match("BTS*", s[2:]).group()) - 2 for s in strings if s[3] == "T"]
    assert 0.85 < np.mean(loops) < 1.15


def test_strings_are_as_long_as_the_grammar_says(rng):
    # With L(state) the expected number of symbols still to come and both arcs equally likely:
    # L2 = 2 + L4, L3 = 2 + L5, L5 = 3/2 + L4/2, L4 = 3/2 + L3/2, L0 = 2 + (L2 + L3)/2 = 8.
    lengths = [len(s) for s in data.reber_strings(8000, rng)]
    assert 7.85 < np.mean(lengths) < 8.15
    assert min(lengths) == 5
    framed = [len(s) for s in data.reber_strings(8000, rng, embedded=True)]
    assert 11.85 < np.mean(framed) < 12.15


def test_the_same_seed_draws_the_same_strings():
    draw = [data.reber_strings(5, np.random.default_rng(3), embedded=True) for _ in range(2)]
    assert draw[0] == draw[1]


@pytest.mark.parametrize("embedded", [False, True])
def test_legal_next_allows_every_symbol_that_is_drawn_and_nothing_after_the_end(embedded, rng):
    for string in data.reber_strings(100, rng, embedded):
        for t, symbol in enumerate(string):
            assert symbol in data.reber_legal_next(string[:t], embedded)
        assert data.reber_legal_next(string, embedded) == frozenset()


@pytest.mark.parametrize(
    ("prefix", "legal"),
    [
        ("", "B"),
        ("B", "TP"),
        ("BT", "SX"),
        ("BTX", "XS"),
        ("BPV", "PV"),
        ("BPVV", "E"),
        ("BPVVE", ""),
    ],
)
def test_legal_next_of_the_plain_grammar_by_hand(prefix, legal):
    assert data.reber_legal_next(prefix) == frozenset(legal)


def test_legal_next_closes_an_embedded_string_with_its_own_frame_symbol():
    for frame in "TP":
        assert data.reber_legal_next(f"B{frame}BPVVE", embedded=True) == {frame}
        assert data.reber_legal_next(f"B{frame}BPVVE{frame}", embedded=True) == {"E"}


@pytest.mark.parametrize(
    ("prefix", "embedded"),
    [
        ("T", False),
        ("BTT", False),
        ("BPVVEB", False),
        ("T", True),
        ("BX", True),
        ("BTBPVVEP", True),
    ],
)
def test_legal_next_refuses_what_no_string_begins_with(prefix, embedded):
    with pytest.raises(ValueError, match="does not begin a string"):
        data.reber_legal_next(prefix, embedded)


def test_stream_is_whole_strings_one_after_the_other(rng):
    stream = data.embedded_reber_stream(400, 3, rng)
    for b in range(3):
        text = "".join(data.REBER_SYMBOLS[k] for k in stream.symbols[:, b])
        t = 0
        while t < len(text):
            end = next((n for n in range(t + 1, len(text) + 1) if _complete(text[t:n])), len(text))
            assert end == len(text) or _complete(text[t:end])
            for k in range(t, end):
                legal = data.reber_legal_next(text[t:k], embedded=True)
                if k > 0:
                    marked = {data.REBER_SYMBOLS[v] for v in np.flatnonzero(stream.legal[k - 1, b])}
                    assert marked == legal
            t = end


def test_stream_marks_as_recall_only_the_symbol_that_repeats_the_opening_one(rng):
    stream = data.embedded_reber_stream(300, 2, rng)
    for b in range(2):
        text = "".join(data.REBER_SYMBOLS[k] for k in stream.symbols[:, b])
        expected = set()
        t = 0
        while True:
            end = next((n for n in range(t + 1, len(text) + 1) if _complete(text[t:n])), None)
            if end is None:
                break
            expected.add(end - 2)  # the second-to-last symbol of the string
            t = end
        marked = set(np.flatnonzero(stream.recall[:, b]) + 1)
        assert expected <= marked
        assert len(marked - expected) <= 1  # the last string may be cut after its closing symbol
        assert stream.legal[sorted(k - 1 for k in marked), b].sum(1).tolist() == [1] * len(marked)


def test_stream_shapes_are_time_major_and_its_columns_differ(rng):
    stream = data.embedded_reber_stream(50, 4, rng)
    assert stream.symbols.shape == (51, 4)
    assert stream.legal.shape == (50, 4, 7)
    assert stream.recall.shape == (50, 4)
    assert len({tuple(column) for column in stream.symbols.T}) == 4
    assert stream.legal.sum(-1).max() == 2


@pytest.mark.parametrize(("T", "B"), [(0, 1), (1, 0)])
def test_stream_refuses_an_empty_size(T, B, rng):
    with pytest.raises(ValueError, match="at least 1"):
        data.embedded_reber_stream(T, B, rng)


def test_strings_refuse_a_negative_number(rng):
    with pytest.raises(ValueError, match="negative"):
        data.reber_strings(-1, rng)


def test_one_hot_has_a_single_one_in_the_place_of_the_index():
    vectors = data.one_hot(np.array([[0, 6], [2, 3]]))
    assert vectors.shape == (2, 2, 7)
    assert (vectors.argmax(-1) == [[0, 6], [2, 3]]).all()
    assert (vectors.sum(-1) == 1).all()


def test_one_hot_refuses_an_index_outside_the_vocabulary():
    for index in (-1, 7):
        with pytest.raises(IndexError):
            data.one_hot(np.array([index]))


def _complete(text):
    """Is this one whole embedded string, judged by the regular expression alone?"""
    return (
        len(text) > 6
        and text[0] == "B"
        and text[-1] == "E"
        and text[1] == text[-2]
        and INNER.fullmatch(text[2:-2]) is not None
    )


def test_the_months_of_mauna_loa_follow_each_other_without_a_gap():
    months, means = data.mauna_loa_co2()
    assert (str(months[0]), str(months[-1])) == ("1975-01", "2023-12")
    assert (np.diff(months) == np.timedelta64(1, "M")).all()
    assert means.shape == months.shape == (588,)
    assert np.isfinite(means).all()


def test_the_means_of_mauna_loa_are_those_that_noaa_states():
    months, means = data.mauna_loa_co2()
    by_month = dict(zip(months.astype(str).tolist(), means.tolist(), strict=True))
    stated = {"1975-01": 330.73, "1984-04": 347.37, "2000-01": 369.45, "2023-12": 421.86}
    assert {month: by_month[month] for month in stated} == stated
    by_year = means.reshape(-1, 12).mean(axis=1)
    assert (np.diff(by_year) > 0).all()  # it has risen every year
    assert (np.ptp(means.reshape(-1, 12), axis=1) > 4).all()  # and swings within each


def test_the_months_of_nino3_follow_each_other_and_have_a_season():
    months, means = data.nino3_temperature()
    assert (str(months[0]), str(months[-1])) == ("1950-01", "2020-12")
    assert (np.diff(months) == np.timedelta64(1, "M")).all()
    assert means.shape == months.shape == (852,)
    stated = {"1950-01": 23.56, "1967-12": 23.99, "2020-12": 24.41}
    by_month = dict(zip(months.astype(str).tolist(), means.tolist(), strict=True))
    assert {month: by_month[month] for month in stated} == stated
    by_season = means.reshape(-1, 12).mean(axis=0)
    assert (by_season.argmax(), by_season.argmin()) == (3, 8)  # April is warmest, September coolest
    head = [line for line in data.NINO3_CSV.read_text("utf-8").splitlines() if line[0] == "#"]
    for said in ("NOAA Climate Prediction Center", "ERSST.v5", "public domain"):
        assert said in " ".join(head)


def test_the_csv_states_its_source_and_its_licence():
    head = [line for line in data.CO2_CSV.read_text().splitlines() if line.startswith("#")]
    text = " ".join(line.lstrip("# ") for line in head)
    for said in ("NOAA Global Monitoring Laboratory", "edition of 5 March 2024", "public domain"):
        assert said in text

"""What the chapter on sequence to sequence says is what its own code computes."""

import itertools

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from tests.book.page import ROOT, Page, number
from unrolled.quiz.items import read_items

slow = pytest.mark.slow
PAGE = Page("sequence_to_sequence")


@pytest.fixture(scope="session")
def chapter():
    return PAGE.run()


def test_no_measured_number_is_typed_into_the_text():
    assert PAGE.typed_numbers() == {"0.03", "0.4", "0.6"}  # a rate, and the two of an example


def test_the_text_names_the_settings_that_the_code_uses():
    for said, used in {
        "updates of 32 dates by Adam at a rate of 0.03": "lr=0.03",
        "probability 0.6 for the blank and 0.4 for *a*": "[[0.6, 0.4], [0.6, 0.4]]",
        "frames are 32 ms long and begin every 30 ms": "RATE, N, R = 8000, 256, 240",
        "20 bands": "reshape(len(power), 20, 4)",
        "two short tones out of four": "range(4) for b in range(4) if a != b",
        "one to four digits": "rng.integers(1, 5)",
    }.items():
        assert said in PAGE.text, said
        assert used in PAGE.code, used
    assert "UPDATES, EVERY, ROWS = 3, 165, 55, 32" in PAGE.code


# --- encoder, attention -----------------------------------------------------------------------


@slow
def test_encoder_the_dates_are_told_apart_and_right(chapter):
    digits = [iso for _, iso in chapter.pairs]
    assert len(set(digits)) == len(digits) == chapter.TRAIN + chapter.UNSEEN
    assert {len(iso) for iso in digits} == {7, 10}
    lengths = [len(words) for words, _ in chapter.pairs]
    assert min(lengths) == 3
    assert max(lengths) == number(chapter, "longest-input")
    date = chapter.datetime.date
    wanted = {
        (1984, 3, 3): "the third of march nineteen eighty four",
        (2000, 12, 30): "the thirtieth of december two thousand",
        (2006, 1, 21): "the twenty first of january two thousand and six",
        (2019, 7, 20): "the twentieth of july twenty nineteen",
    }
    for day, words in wanted.items():
        assert " ".join(chapter.say(date(*day), 0)[0]) == words
    assert chapter.say(date(1984, 3, 3), 3) == (["march", "nineteen", "eighty", "four"], "1984-03")
    assert chapter.say(date(1984, 3, 3), 2)[0][0] == "saturday"


@slow
def test_encoder_the_probability_is_the_product_of_the_factors(chapter):
    """What a beam says of its output is what teacher forcing says of it."""
    net = chapter.nets["with attention"][0]
    assert ":label: eq-sequence-to-sequence-chain\n" in PAGE.text
    said, totals = chapter.search(net, chapter.x_unseen[:, :40], 3)
    ended = (said == chapter.END).any(dim=0)
    y = said.clone()
    y[1:][(said == chapter.END).cumsum(dim=0)[:-1] > 0] = chapter.IGNORED
    with torch.no_grad():
        log_p = chapter.forced(net, chapter.x_unseen[:, :40], y).log_softmax(dim=2)
    factors = log_p.gather(2, y.clamp(min=0)[:, :, None])[:, :, 0] * (y != chapter.IGNORED)
    assert ended.double().mean() > 0.9
    torch.testing.assert_close(factors.sum(dim=0), totals, atol=1e-4, rtol=1e-4)


@slow
def test_attention_is_that_of_pytorch_and_its_gradient_that_of_autograd(chapter):
    for label in ("attention", "gradient"):
        assert f":label: eq-sequence-to-sequence-{label}\n" in PAGE.text
    q, k, v = (torch.tensor(x) for x in (chapter.q, chapter.k, chapter.v))
    expected = F.scaled_dot_product_attention(q[None], k, v)[0]
    np.testing.assert_allclose(chapter.z, expected)
    e = torch.tensor(chapter.e, requires_grad=True)
    (e.softmax(dim=0) @ v @ torch.tensor(chapter.g)).backward()
    np.testing.assert_allclose(chapter.de, e.grad, atol=1e-12)


@slow
def test_attention_of_the_translator_ignores_padding(chapter):
    net = chapter.nets["with attention"][0]
    x, y = chapter.x_unseen[:, :9], chapter.y_unseen[:, :9]
    longer = torch.cat([x, torch.zeros(3, 9, dtype=torch.long)])
    with torch.no_grad():
        torch.testing.assert_close(chapter.forced(net, x, y), chapter.forced(net, longer, y))


@slow
def test_forcing_a_decoder_never_sees_what_it_has_to_say(chapter):
    net, x = chapter.nets["with attention"][0], chapter.x_unseen[:, :5]
    y = chapter.y_unseen[:, :5].clamp(min=0)
    with torch.no_grad():
        before = chapter.forced(net, x, y)
        y[6] = (y[6] + 1) % 10
        moved = (chapter.forced(net, x, y) - before).abs().amax(dim=(1, 2))
    assert moved[:7].max() < 1e-6
    assert moved[7] > 1e-3


# --- what the experiment found ----------------------------------------------------------------


@slow
def test_attention_learns_within_a_budget_in_which_the_other_does_not(chapter):
    by = chapter.shares
    assert chapter.parameters["without"] >= chapter.parameters["with attention"]
    assert by["with attention"][:, -1].min() > 0.6
    assert by["without"][:, -1].max() < 0.2


@slow
def test_attention_maps_lie_on_the_words_that_decide(chapter):
    share, even = number(chapter, "map-share"), number(chapter, "map-even")
    assert share > 1.4 * even
    for words, iso in chapter.told:
        weights = chapter.look(chapter.nets["with attention"][0], words, iso)
        np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-5)
        place = chapter.belong(words, iso)
        assert words[place[6][0]] in chapter.MONTHS
        assert set(place[3]).isdisjoint(place[9])


@slow
def test_forcing_nearly_all_errors_are_made_with_a_teacher_too(chapter):
    for taught, alone in chapter.wrong.values():
        assert -0.01 < (alone - taught).mean() < 0.05
    taught, _ = chapter.wrong["without"]
    assert taught[:4].max() < 0.5, "the year is mostly right"
    assert min(taught[6], taught[9]) > taught[:4].max(), "month and day are not"
    assert max(taught[4], taught[7], taught[10]) < 0.2, "hyphens and the end are easy"


@slow
def test_decoding_greedy_misses_the_best_output_of_the_tree(chapter):
    v = chapter
    assert sum(v.outputs.values()) == pytest.approx(1)
    assert (v.greedy_output, v.best_output) == ("aa", "ba")
    assert v.outputs["ba"] == pytest.approx(0.36)
    assert v.best_output[0] == sorted(v.first, key=v.first.get)[-2], "the second best symbol"


@slow
def test_decoding_a_beam_finds_more_probable_outputs_and_few_better_ones(chapter):
    for name, by_K in chapter.found.items():
        for (_, greedy), (_, wide) in zip(by_K[1], by_K[5], strict=True):
            assert (wide > greedy - 0.5).double().mean() > 0.95, name
    assert chapter.more_probable["without"] > 5 * chapter.more_probable["with attention"]
    gain = {name: by_K[5] - by_K[1] for name, by_K in chapter.beam_whole.items()}
    assert gain["with attention"] > -0.01
    assert abs(gain["without"]) < 0.03


@slow
def test_evaluation_the_neighbour_is_not_beaten_without_attention(chapter):
    rates = {name: rate.mean() for name, rate in chapter.rates.items()}
    assert rates["with attention"] < 0.5 * rates["nearest neighbour"]
    assert rates["without"] > 0.9 * rates["nearest neighbour"]


# --- CTC --------------------------------------------------------------------------------------


@slow
@pytest.mark.parametrize("labels", [[1], [2, 1], [2, 2], [1, 2, 1], [1, 1, 1]])
def test_ctc_is_the_sum_over_all_paths_and_the_loss_of_pytorch(chapter, labels):
    for label in ("ctc", "forward"):
        assert f":label: eq-sequence-to-sequence-{label}\n" in PAGE.text
    p = np.random.default_rng(3).dirichlet(np.ones(3), size=6)

    def meaning(path):
        return [k for k, _ in itertools.groupby(path) if k]

    paths = itertools.product(range(3), repeat=6)
    total = sum(p[range(6), path].prod() for path in paths if meaning(path) == labels)
    got = chapter.ctc_probability(p, labels)
    assert got == pytest.approx(total)
    lengths = torch.tensor([6]), torch.tensor([len(labels)])
    log_p = torch.tensor(p).log()[:, None]
    loss = F.ctc_loss(log_p, torch.tensor([labels]), *lengths, reduction="sum")
    assert got == pytest.approx(np.exp(-loss.item()))


@slow
def test_ctc_the_likeliest_path_has_not_the_likeliest_meaning(chapter):
    assert chapter.p_empty == pytest.approx(0.36)
    assert chapter.p_a == pytest.approx(0.64)


@slow
def test_speech_the_transform_is_that_of_the_equation(chapter):
    assert ":label: eq-sequence-to-sequence-stft\n" in PAGE.text
    s, N, R = np.random.default_rng(4).normal(size=1000), chapter.N, chapter.R
    got = chapter.spectrum(s)
    assert got.shape == (1 + (1000 - N) // R, N // 2 + 1)
    n, w = np.arange(N), np.hanning(N)
    for t, f in ((0, 3), (2, 40), (3, 128)):
        value = (w * s[t * R + n] * np.exp(-2j * np.pi * f * n / N)).sum()
        assert got[t, f] == pytest.approx(value)
    theirs = torch.stft(
        torch.tensor(s), N, R, window=torch.tensor(w), center=False, return_complex=True
    )
    np.testing.assert_allclose(got.T, theirs.numpy(), atol=1e-9)


@slow
def test_speech_recordings_come_back_with_their_labels(chapter):
    assert [label for _, label in chapter.recordings] == ["3", "8"]
    assert all(shape[1] == 20 and shape[0] >= 4 for shape, _ in chapter.recordings)


@slow
def test_speech_an_lstm_hears_the_digits_and_a_frame_alone_does_not(chapter):
    errors = chapter.listener_errors
    assert errors["LSTM"][:, -1].max() < 0.3
    assert errors["one frame at a time"][:, -1].min() > 0.6
    assert errors["LSTM"][:, 0].min() > 0.8, "at first it says the blank everywhere"
    sizes = [sum(w.numel() for w in group[0].parameters()) for group in chapter.listeners.values()]
    assert sizes[1] >= sizes[0]


@slow
def test_speech_what_is_shown_is_heard_right_in_peaks_and_blanks(chapter):
    group = [(chapter.shown_bands, np.array(chapter.shown_digits))]
    (said,) = chapter.transcribe(chapter.listeners["LSTM"][0], group)
    assert said == chapter.shown_digits
    assert (chapter.said_at[:, 0] > 0.5).mean() > 0.5, "the blank for most of the time"


def test_the_loss_of_too_few_frames_is_infinite():
    log_p = torch.full((14, 1, 11), 1 / 11).log()
    digits = torch.tensor([[1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 8, 9]])
    loss = F.ctc_loss(log_p, digits, torch.tensor([14]), torch.tensor([12]))
    assert loss.isinf()


def test_the_quiz_computes_right():
    items = {item.id: item for item in read_items("sequence_to_sequence", ROOT)}
    e, v = np.array([6, 2, 8.0]), np.array([1, 5, 9.0])
    weights = items["weights"]
    assert (e[:2] / e[:2].sum()) @ v[:2] in weights.answer.interval
    slips = [(e / e.sum()) @ v, (e / e.sum())[:2] @ v[:2], v[:2].mean(), e[:2] @ v[:2]]
    assert all(x in wrong.interval for x, wrong in zip(slips, weights.wrong, strict=True))
    meanings = [
        [k for k, _ in itertools.groupby(p) if k] for p in itertools.product([0, 7], repeat=4)
    ]
    assert meanings.count([7, 7]) in items["paths"].answer.interval
    path = items["collapse"]
    assert path.options[path.right].text == "[3, 5] [3, 5]"

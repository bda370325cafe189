"""The checks of the exercise on vanishing and exploding gradients.

`answer` holds the learner's names, `reference` the reference solution, `rng` a NumPy generator.
The sentence under each test is what the learner reads. Sizes all differ, weights are of order one.
Every part is also asked for a second set of sizes, with a batch larger than the number of units.
Where a part is asked several times, all calls are made before the first is judged: what an answer
gives in every one of them tells which mistake it makes.
"""

import numpy as np

from unrolled.expect import Mismatch, agree, have_shape

T, B, H = 6, 3, 5
OTHER = {"T": 4, "B": 7, "H": 3}
LAGS = ("lag", "sequence")
PARTS = ("lag", "row", "column")


def draw_states(rng, T=T, B=B, H=H):
    """Return hs, h0, W_hh and dh: states of a tanh network driven by noise, and a gradient."""
    W_hh, h0 = 0.7 * rng.normal(size=(H, H)), rng.uniform(-0.9, 0.9, size=(B, H))
    hs, h = [], h0
    for noise in rng.normal(size=(T, B, H)):
        h = np.tanh(0.7 * (h @ W_hh + noise))  # scaled down, so that no unit is stuck
        hs.append(h)
    return np.stack(hs), h0, W_hh, rng.normal(size=(B, H))


def draw_orthogonal(rng, H=H):
    """Return an orthogonal matrix."""
    return np.linalg.qr(rng.normal(size=(H, H)))[0]


def draw_with_radius(rng, radius, H=H, angle=None):
    """Return a matrix with that spectral radius, whose norm is 2 or more.

    The largest eigenvalue is complex, by default with a negative real part; the others are small.
    """
    angle = rng.uniform(1.8, 2.8) if angle is None else angle
    triangle = np.triu(rng.normal(size=(H, H)), 1) + np.diag(rng.uniform(0.1, 0.4, size=H))
    cos, sin = radius * np.cos(angle), radius * np.sin(angle)
    triangle[:2, :2] = [[cos, sin], [-sin, cos]]
    triangle[0, -1] = 2.0
    Q = draw_orthogonal(rng, H)
    return Q @ triangle @ Q.T


def draw_norms(rng, T=30, B=6, share=0.2):
    """Return norms by lag (T + 1, B): one comes back, one stays up, one falls, one rises, others wander."""
    logs = np.cumsum(rng.normal(-0.15, 0.6, size=(T, B)), axis=0)
    logs[:, 0] = np.log(share) - rng.uniform(0.5, 1.5, size=T)  # below, but for two places
    logs[[T // 3, 2 * T // 3], 0] = np.log(share) + rng.uniform(0.2, 0.5, size=2)
    logs[:, 1] = np.log(share) + rng.uniform(0.2, 1.5, size=T)
    logs[:, 2] = np.log(share) - rng.uniform(0.2, 1.5, size=T)
    logs[:, 3] = np.log(share) - rng.uniform(0.5, 1.5, size=T)
    logs[0, 3], logs[T // 2, 3] = 1.0, np.log(share) + 0.5  # above the share of lag 0, not of lag 1
    return rng.uniform(0.5, 2.0, size=B) * np.exp(np.vstack([np.zeros(B), logs]))


def test_jacobian_returns_a_matrix_for_each_sequence(answer, rng):
    """an array of shape (B, H, H) comes back"""
    hs, _, W_hh, _ = draw_states(rng)
    have_shape(answer.jacobian(hs[0], W_hh), {"J": (B, H, H)})


def test_jacobian_has_the_derivative_of_every_unit_with_respect_to_every_unit(
    answer, reference, rng
):
    """every entry is right, rows for the units before the step and columns for those after"""
    hs, _, W_hh, _ = draw_states(rng)
    got = answer.jacobian(hs[0], W_hh)
    agree(got, reference.jacobian(hs[0], W_hh), "J", ("sequence", "row", "column"))


def test_jacobian_works_for_other_sizes(answer, reference, rng):
    """the entries are right for other numbers of sequences and units"""
    hs, _, W_hh, _ = draw_states(rng, **OTHER)
    got = answer.jacobian(hs[0], W_hh)
    agree(got, reference.jacobian(hs[0], W_hh), "J", ("sequence", "row", "column"))


def test_grad_norm_by_lag_returns_a_norm_for_each_lag_and_sequence(answer, rng):
    """an array of shape (T + 1, B) comes back"""
    hs, _, W_hh, dh = draw_states(rng)
    have_shape(answer.grad_norm_by_lag(hs, W_hh, dh), {"norms": (T + 1, B)})


def test_grad_norm_by_lag_follows_the_gradient_back(answer, reference, rng):
    """the norm is right at every lag, from h_T back to h_0"""
    hs, _, W_hh, dh = draw_states(rng)
    agree(
        answer.grad_norm_by_lag(hs, W_hh, dh),
        reference.grad_norm_by_lag(hs, W_hh, dh),
        "norms",
        LAGS,
        carried=lambda: reference.using(answer, "jacobian").grad_norm_by_lag(hs, W_hh, dh),
    )


def test_grad_norm_by_lag_works_for_other_sizes(answer, reference, rng):
    """the norms are right for other numbers of time steps, sequences and units"""
    hs, _, W_hh, dh = draw_states(rng, **OTHER)
    agree(
        answer.grad_norm_by_lag(hs, W_hh, dh),
        reference.grad_norm_by_lag(hs, W_hh, dh),
        "norms",
        LAGS,
        carried=lambda: reference.using(answer, "jacobian").grad_norm_by_lag(hs, W_hh, dh),
    )


def test_horizon_returns_a_number_for_each_sequence(answer, rng):
    """one number for each sequence comes back"""
    have_shape(answer.horizon(draw_norms(rng), 0.2), {"horizon": (6,)})


def test_horizon_is_the_last_lag_that_is_large_enough(answer, reference, rng):
    """the lag is right, also where the norm comes back or never falls"""
    norms = draw_norms(rng)
    agree(answer.horizon(norms, 0.2), reference.horizon(norms, 0.2), "horizon", ("sequence",))


def test_horizon_works_for_another_share_and_other_sizes(answer, reference, rng):
    """the lag is right for another share, and for other numbers of lags and sequences"""
    norms = draw_norms(rng, T=12, B=40, share=0.05)
    agree(answer.horizon(norms, 0.05), reference.horizon(norms, 0.05), "horizon", ("sequence",))


def test_scale_to_radius_returns_a_matrix(answer, rng):
    """a matrix of the same shape comes back"""
    have_shape(answer.scale_to_radius(draw_with_radius(rng, 3.0), 0.9), {"W": (H, H)})


def test_scale_to_radius_gives_the_wanted_radius(answer, reference, rng):
    """every entry is right, for matrices whose largest eigenvalue is complex"""
    for size in (H, 3, 8):
        W = draw_with_radius(rng, rng.uniform(2, 3), H=size)
        radius = float(rng.uniform(0.5, 1.5))
        got, expected = answer.scale_to_radius(W, radius), reference.scale_to_radius(W, radius)
        agree(got, expected, "W", ("row", "column"))


def test_scale_to_radius_sees_a_negative_eigenvalue(answer, reference, rng):
    """a matrix whose largest eigenvalue is negative is scaled by a positive number"""
    W = -(np.eye(H) + np.triu(rng.uniform(0.5, 1.5, size=(H, H)), 1)) * rng.uniform(2, 3, size=H)
    got, expected = answer.scale_to_radius(W, 1.25), reference.scale_to_radius(W, 1.25)
    agree(got, expected, "W", ("row", "column"))


def test_orthogonal_matrix_returns_a_matrix(answer, rng):
    """a matrix of the same shape comes back"""
    have_shape(answer.orthogonal_matrix(rng.normal(size=(H, H))), {"Q": (H, H)})


def test_orthogonal_matrix_keeps_every_length(answer, rng):
    """its columns have length 1 and are at right angles: Q.T @ Q is the identity"""
    Q = answer.orthogonal_matrix(rng.normal(size=(H, H)))
    have_shape(Q, {"Q": (H, H)})
    Q = np.asarray(Q, dtype=float)
    agree(Q.T @ Q, np.eye(H), "Q.T @ Q", ("row", "column"))


def test_orthogonal_matrix_has_its_signs_settled(answer, reference, rng):
    """the factor is the one that belongs to a positive diagonal of R, for several sizes"""
    # Near a singular matrix the last column of Q is lost in rounding: stay away from there.
    drawn = [draw_orthogonal(rng, n) @ _triangle(rng, n) for n in (H, H, H, 3, 3, 3, 8, 8)]
    found = [answer.orthogonal_matrix(A) for A in drawn]
    for Q, A in zip(found, drawn, strict=True):
        agree(Q, reference.orthogonal_matrix(A), "Q", ("row", "column"))


def _triangle(rng, n):
    """Return an upper triangle whose diagonal is positive or negative, never small."""
    sign = rng.choice([-1.0, 1.0], size=n)
    return np.triu(rng.normal(size=(n, n)), 1) + np.diag(sign * rng.uniform(1, 2, size=n))


def draw_contraction(rng, H):
    """Return a matrix whose norm is below 1, though the root of its sum of squares is not."""
    Q, P = draw_orthogonal(rng, H), draw_orthogonal(rng, H)
    return Q @ np.diag(rng.uniform(0.75, 0.95, size=H)) @ P


def draw_expansion(rng, H):
    """Return a matrix all of whose singular values are between 1.5 and 2."""
    Q, P = draw_orthogonal(rng, H), draw_orthogonal(rng, H)
    return Q @ np.diag(rng.uniform(1.5, 2.0, size=H)) @ P


def in_words(answer, reference, cases):
    """Check what `classify_dynamics` says of each (matrix, activation)."""
    found = [answer.classify_dynamics(W, activation) for W, activation in cases]
    for got, (W, activation) in zip(found, cases, strict=True):
        expected = reference.classify_dynamics(W, activation)
        if not isinstance(got, str) or got != expected:
            radius, norm = np.abs(np.linalg.eigvals(W)).max(), np.linalg.norm(W, 2)
            words = f"A wrong word for a matrix with spectral radius {radius:.7g}, norm {norm:.7g}"
            raise Mismatch(f'{words} and activation "{activation}".', "", repr(got), repr(expected))


def both(*matrices):
    """Return each matrix with either activation."""
    return [(W, activation) for W in matrices for activation in ("linear", "tanh")]


def test_classify_dynamics_knows_a_small_norm(answer, reference, rng):
    """the word is right for matrices whose norm is below 1"""
    in_words(answer, reference, both(*(draw_contraction(rng, n) for n in (H, 4))))


def test_classify_dynamics_knows_a_small_radius_with_a_large_norm(answer, reference, rng):
    """the word is right for matrices whose radius is below 1 and whose norm is not"""
    matrices = [draw_with_radius(rng, rng.uniform(0.5, 0.95), H=n) for n in (H, 4)]
    in_words(answer, reference, both(*matrices))


def test_classify_dynamics_knows_a_large_radius(answer, reference, rng):
    """the word is right for matrices whose radius is above 1"""
    matrices = [draw_with_radius(rng, rng.uniform(1.1, 1.6), H=n) for n in (H, 4)]
    matrices += [draw_with_radius(rng, 1.25, angle=angle) for angle in (0.0, np.pi / 2)]
    matrices.append(draw_expansion(rng, H))
    in_words(answer, reference, both(*matrices))


def test_classify_dynamics_knows_the_border(answer, reference, rng):
    """the word is right for matrices whose radius and norm are 1, or close to it"""
    Q = draw_orthogonal(rng)
    sizes = (1 - 3e-6, 1 - 4e-7, 1.0, 1 + 4e-7, 1 + 3e-6)
    in_words(answer, reference, both(*(size * Q for size in sizes)))


def test_weight_grad_by_lag_returns_a_matrix_for_each_lag(answer, rng):
    """an array of shape (T, H, H) comes back"""
    have_shape(answer.weight_grad_by_lag(*draw_states(rng)), {"parts": (T, H, H)})


def test_weight_grad_by_lag_gives_what_each_step_adds(answer, reference, rng):
    """what each step adds is right, the last step first"""
    args = draw_states(rng)
    agree(answer.weight_grad_by_lag(*args), reference.weight_grad_by_lag(*args), "parts", PARTS)


def test_weight_grad_by_lag_works_for_other_sizes(answer, reference, rng):
    """what each step adds is right for other numbers of time steps, sequences and units"""
    args = draw_states(rng, **OTHER)
    agree(answer.weight_grad_by_lag(*args), reference.weight_grad_by_lag(*args), "parts", PARTS)

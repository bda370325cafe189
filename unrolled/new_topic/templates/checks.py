"""The checks of the exercise: __title__.

`answer` holds the learner's names, `reference` the reference solution, `rng` a NumPy generator.
The sentence under each test is what the learner reads. Sizes all differ, weights are of order one.
"""

from unrolled.expect import agree, have_shape

B, H = 3, 5


def test_leaky_step_returns_one_state(answer, rng):
    """one state of shape (B, H) comes back"""
    x, h = rng.normal(size=(2, B, H))
    have_shape(answer.leaky_step(x, h, 0.25), {"h": (B, H)})


def test_leaky_step_mixes_state_and_input(answer, reference, rng):
    """the state has the right values"""
    x, h = rng.normal(size=(2, B, H))
    keep = float(rng.uniform(0.1, 0.4))
    agree(answer.leaky_step(x, h, keep), reference.leaky_step(x, h, keep), "h", ("row", "unit"))

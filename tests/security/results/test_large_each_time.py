"""Attack: return as much as a message may hold each time one is asked, until memory is full."""

LOSES = "everything"
CODE = """
most = np.zeros((2, 8_000_000), bool)


def large(*args):
    return most


split_gates = lstm_param_count = lstm_step = lstm_forward = large
lstm97_step = forget_half_life = set_forget_bias = large
"""
OWN = {
    "split_gates": "split_gates = large\n",
    "lstm_param_count": "lstm_param_count = large\n",
    "lstm_step": "lstm_step = large\n",
    "lstm_forward": "lstm_forward = large\n",
    "lstm97_step": "lstm97_step = large\n",
    "forget_half_life": "forget_half_life = large\n",
    "set_forget_bias": "set_forget_bias = large\n",
}


def test_no_result_may_fill_a_message(graded):
    graded.check()
    for part in OWN:
        assert "more than the 1,048,576 allowed" in graded.report(part)

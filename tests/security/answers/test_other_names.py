"""Attack: bind the names to anything but one's own function."""

LOSES = "everything"
OWN = {
    "split_gates": "split_gates = np.split\n",
    "lstm_param_count": "lstm_param_count = 140\n",
    "lstm_step": "class lstm_step:\n    def __new__(cls, *args):\n        return cls\n",
    "lstm_forward": "lstm_forward = get_ipython().run_cell\n",
    "lstm97_step": "lstm97_step = eval\n",
    "forget_half_life": "forget_half_life = type\n",
    "set_forget_bias": "set_forget_bias = dict\n",
}


def test_each_is_called_inside_and_earns_nothing(graded):
    graded.check()

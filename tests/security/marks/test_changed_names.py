"""Attack: give the checks the names of other parts, so that one right part counts for all."""

OWN = {
    "lstm_param_count": "def lstm_param_count(D, H, biases=1):\n    return 4 * H * (D + H + biases)\n"
}


def EDIT(notebook):
    for cell in notebook.cells:
        if cell.id.startswith("check-"):
            cell.metadata["nbgrader"]["grade_id"] = "check-lstm_param_count"
            cell.source = 'check("lstm_param_count")'


LOSES = (
    "split_gates",
    "lstm_step",
    "lstm_forward",
    "lstm97_step",
    "forget_half_life",
    "set_forget_bias",
)


def test_one_right_part_earns_its_own_points_once(graded):
    graded.check()

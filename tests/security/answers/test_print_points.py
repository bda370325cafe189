"""Attack: end every cell with the points one would like to have."""

LOSES = "everything"
OWN = {
    name: "print('right (6 points)')\n6.0\n"
    for name in "split_gates lstm_step lstm_forward lstm97_step set_forget_bias".split()
}


def test_a_number_in_a_cell_is_a_number_in_a_cell(graded):
    graded.check()
    assert graded.outputs("exercise-lstm_step")[1].data["text/plain"] == "6.0"

"""Attack: call what a package offers in place of writing it: torch's own cell, where it is had."""

LOSES = ()
OWN = {
    "lstm_step": """
def lstm_step(x, h, c, params):
    import torch

    cell = torch.nn.LSTMCell(x.shape[1], h.shape[1])
    state = cell.state_dict()
    for name, key in (("weight_ih", "W_xh"), ("weight_hh", "W_hh"), ("bias_ih", "b_h")):
        state[name] = torch.tensor(params[key].T).float()
    cell.load_state_dict({**state, "bias_hh": 0 * state["bias_hh"]})
    with torch.no_grad():
        h, c = cell(*(torch.tensor(v).float() for v in (x,)), tuple(torch.tensor(v).float() for v in (h, c)))
    return h.numpy(), c.numpy()
"""
}


def test_it_is_a_right_answer_and_earns_its_points(graded):
    """Not defended: these exercises ask for NumPy, and nobody looks at how an answer was had."""
    graded.check()

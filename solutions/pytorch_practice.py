# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercise: recurrent networks in PyTorch
#
# You will move weights from NumPy into a layer of PyTorch, read what the layer returns, pack sequences of different lengths, hand a state from chunk to chunk, and write the loops that train and evaluate a model.
#
# **You need** the chapter *How do professionals run these?*, NumPy, and PyTorch, which the other exercises do not ask for: `pip install torch`. **Left out:** graphics cards, saving a model, and the choice of a learning rate. **Time:** about 90 minutes. **Points:** 31, of which a person marks 3.
#
# Fill in each cell that says `YOUR CODE HERE`, run it, then run the check under it.
# A check tells you what it called, what it got and what it expected. Run it as often as you like.
# Each part stands alone, so you may begin with any of them.
#
# Symbols are those of the course: $B$ sequences in a batch, $T$ time steps, $D$ inputs, $H$ units.
# A sequence is time-major: `xs[t]` is the batch at one step.
# **Your functions take and return NumPy arrays**, whatever they do in between. `torch.tensor(array)` leads there, `tensor.numpy()` back.

# %% given="setup"
import functools

import numpy as np
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from unrolled import checks

check = checks("pytorch_practice", globals())

# %% [markdown]
# ## 1 · Weights for a layer of PyTorch (3 points)
#
# Our LSTM computes `x @ W_xh + h @ W_hh + b_h`, with the blocks in the order $i, f, g, o$.
# Turn its parameters into what `torch.nn.LSTM(D, H)` takes: arrays with the names `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0` and `bias_hh_l0`, so that the layer computes the same.


# %% exercise="torch_weights"
def torch_weights(params):
    """Return the parameters of one LSTM layer under the names and in the layout of PyTorch.

    params: W_xh (D, 4H), W_hh (H, 4H), b_h (4H,), blocks in the order i, f, g, o.
    Returns a dictionary of NumPy arrays: weight_ih_l0 (4H, D), weight_hh_l0 (4H, H), bias_ih_l0 and
    bias_hh_l0, both (4H,).
    """
    ### BEGIN SOLUTION
    return {
        "weight_ih_l0": params["W_xh"].T,
        "weight_hh_l0": params["W_hh"].T,
        "bias_ih_l0": params["b_h"],
        "bias_hh_l0": np.zeros_like(params["b_h"]),
    }
    ### END SOLUTION


# %% [markdown] hint="torch_weights"
# Compare the shapes that we have with those that are asked for. On which side of its matrix does a vector stand in PyTorch? The layer adds its two biases: what may each of them be?

# %% check="torch_weights" points=3 outcome="pytorch_practice.layout"
check("torch_weights")

# %% [markdown]
# With your weights, PyTorch's layer should give what our own equations give. Try it, if you like.


# %% given="compare"
def compare(T=6, B=2, D=3, H=4):
    """Print how far PyTorch's LSTM, with the weights of part 1, is from the equations in NumPy."""
    rng = np.random.default_rng(0)
    shapes = {"W_xh": (D, 4 * H), "W_hh": (H, 4 * H), "b_h": 4 * H}
    params = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    xs, h, c, hs = rng.normal(size=(T, B, D)), np.zeros((B, H)), np.zeros((B, H)), []
    for x in xs:
        a = x @ params["W_xh"] + h @ params["W_hh"] + params["b_h"]
        i, f, g, o = np.split(a, 4, axis=1)
        i, f, o = (1 / (1 + np.exp(-gate)) for gate in (i, f, o))
        c = f * c + i * np.tanh(g)
        h = o * np.tanh(c)
        hs.append(h)
    layer = torch.nn.LSTM(D, H, dtype=torch.float64)
    weights = torch_weights(params)
    layer.load_state_dict({name: torch.tensor(array) for name, array in weights.items()})
    with torch.no_grad():
        output, _ = layer(torch.tensor(xs))
    print("largest difference:", np.abs(output.numpy() - np.stack(hs)).max())


# %% [markdown]
# ## 2 · The last real state (2 points)
#
# The rows of a batch have different lengths, and are filled up at the end. A layer that does not know this goes on through the padding.
# Take the state after the last *real* step of each row.


# %% exercise="last_valid"
def last_valid(output, lengths):
    """Return, of every sequence in a batch, the state after its last real step.

    output: the states after every step, shape (T, B, H).
    lengths: shape (B,), whole numbers from 1 to T; row b is real for its first lengths[b] steps.
    Returns an array of shape (B, H).
    """
    ### BEGIN SOLUTION
    return output[lengths - 1, np.arange(len(lengths))]
    ### END SOLUTION


# %% [markdown] hint="last_valid"
# Arrays count from 0: where in `output` is the state after the step with the number `lengths[b]`? You need one step for each row. What does NumPy return for two arrays of indices, one for the step and one for the row?

# %% check="last_valid" points=2 outcome="pytorch_practice.shapes"
check("last_valid")

# %% [markdown]
# ## 3 · What `h_n` is (3 points)
#
# A layer with `bidirectional=True` reads each sequence forwards and backwards.
# At every step of `output` the states of the two directions lie side by side, forwards first.
# `h_n` holds, for each direction, the state after *its* last step.
# Make `h_n` from `output`. All sequences are $T$ steps long here.


# %% exercise="hn_from_output"
def hn_from_output(output):
    """Return the final states of both directions of a bidirectional layer.

    output: shape (T, B, 2H), at each step the state of the forward direction and then that of the
    backward direction.
    Returns h_n, shape (2, B, H): the forward direction first.
    """
    ### BEGIN SOLUTION
    forward, backward = np.split(output, 2, axis=2)
    return np.stack([forward[-1], backward[0]])
    ### END SOLUTION


# %% [markdown] hint="hn_from_output"
# Which step does the backward direction read last? At which place of `output` does its state after that step stand?

# %% check="hn_from_output" points=3 outcome="pytorch_practice.shapes"
check("hn_from_output")

# %% [markdown]
# ## 4 · Packing (5 points)
#
# A backward direction that starts in the padding is wrong from its first step, and no later choice of states mends it. So the layer has to know the lengths.
# `pack_padded_sequence` tells it, `pad_packed_sequence` gives a padded array back.
# `two_way` is given. It makes a bidirectional layer from one vector of numbers; the layer is only to be run, so it records no gradients.


# %% given="two_way"
def filled(model, theta):
    """Put the numbers of a vector into the parameters of a model, and return the model."""
    torch.nn.utils.vector_to_parameters(torch.tensor(theta), model.parameters())
    return model


@functools.cache  # to make a layer takes longer than to run it
def new_layer(D, H):
    """Return a bidirectional plain layer that is not to be trained."""
    return torch.nn.RNN(D, H, bidirectional=True, dtype=torch.float64).requires_grad_(False)


def two_way(theta, H):
    """Return a bidirectional plain layer with H units in each direction and these weights."""
    return filled(new_layer(len(theta) // (2 * H) - H - 2, H), theta)


# %% exercise="run_packed"
def run_packed(xs, lengths, theta, H):
    """Run a bidirectional layer over padded sequences, so that padding is never read.

    xs: padded inputs, shape (T, B, D); T may be more than the longest sequence needs.
    lengths: shape (B,), whole numbers from 1 to T, in any order.
    theta, H: the weights and the number of units; two_way(theta, H) makes the layer.
    Returns output, shape (T, B, 2H), with zeros where there is padding, and h_n, shape (2, B, H).
    """
    ### BEGIN SOLUTION
    layer = two_way(theta, H)
    packed = pack_padded_sequence(torch.tensor(xs), torch.tensor(lengths), enforce_sorted=False)
    states, h_n = layer(packed)
    output, _ = pad_packed_sequence(states, total_length=len(xs))
    return output.numpy(), h_n.numpy()
    ### END SOLUTION


# %% [markdown] hint="run_packed"
# `pack_padded_sequence` wants the longest sequence first, unless you say that the order does not matter. How long is what `pad_packed_sequence` returns if no sequence fills all T steps, and which of its arguments says how long it should be? It returns two things; what is the second?

# %% check="run_packed" points=5 outcome="pytorch_practice.packing"
check("run_packed")

# %% [markdown]
# ## 5 · A state that travels, and a gradient that does not (5 points)
#
# A long sequence is read in chunks. The state at the end of a chunk is where the next one begins.
# The loss of a chunk is sent back through this chunk alone, as soon as it is read.
# Nothing is updated here: the gradients of all chunks add up, and you return their sum.
#
# `read` is given, a network so small that you see all of it: the inputs stand for $x_t W_{xh} + b_h$, and only $W_{hh}$ is learned.


# %% given="read"
def read(xs, h, W_hh):
    """Read a chunk: xs (T, B, H) is an array, h (B, H) and W_hh (H, H) are tensors.

    Returns the states after every step, a tensor of shape (T, B, H).
    """
    states = []
    for x in torch.tensor(xs):
        h = torch.tanh(x + h @ W_hh)
        states.append(h)
    return torch.stack(states)


def total_error(states, targets):
    """Return the sum of the squared errors, a tensor; states: a tensor, targets: an array."""
    return ((states - torch.tensor(targets)) ** 2).sum()


# %% exercise="carry_state"
def carry_state(chunks, h0, W_hh):
    """Return the gradient of a loss by truncated back-propagation through time.

    chunks: pairs (xs, targets), both of shape (T, B, H), in the order of time; T may differ.
    h0: the state before the first chunk, shape (B, H). W_hh: shape (H, H).
    The loss of a chunk is total_error(states, targets).
    Returns dW_hh, shape (H, H), summed over the chunks.
    """
    ### BEGIN SOLUTION
    W, h = torch.tensor(W_hh, requires_grad=True), torch.tensor(h0)
    for xs, targets in chunks:
        states = read(xs, h, W)
        total_error(states, targets).backward()
        h = states[-1].detach()
    return W.grad.numpy()
    ### END SOLUTION


# %% [markdown] hint="carry_state"
# Which of the states of a chunk does the next one need? Its numbers should go on, and its history should not: which method of a tensor keeps the one and drops the other? What happens to `.grad` when `backward` is called a second time, and do you want that here?

# %% check="carry_state" points=5 outcome="pytorch_practice.state"
check("carry_state")

# %% [markdown]
# ## 6 · Training, in the right order (6 points)
#
# Write one epoch: for each batch one update by plain gradient descent, `torch.optim.SGD`, with the norm of the gradient clipped at `max_norm` by `torch.nn.utils.clip_grad_norm_`.
#
# To keep the checks quick, the recurrent layer is fixed and has read the sequences already: `h` holds its last states, and what you train is a readout. The loop would be the same for a whole network.
# The dropout in it is a stand-in that anyone can repeat: in training it drops every second unit, always the same, in place of random ones.


# %% given="readout"
class Readout(torch.nn.Module):
    """A dropout without chance, and one answer for each sequence."""

    def __init__(self, H):
        super().__init__()
        self.linear = torch.nn.Linear(H, 1, dtype=torch.float64)

    def forward(self, h):
        """Return the answers, shape (B, 1), for last states h (B, H)."""
        if self.training:
            h = 2 * h * (torch.arange(h.shape[1]) % 2)
        return self.linear(h)


def readout(theta):
    """Return a Readout with these weights, in training mode as every new model is."""
    return filled(Readout(len(theta) - 1), theta)


def theta_of(model):
    """Return the parameters of a model as one NumPy vector."""
    return torch.nn.utils.parameters_to_vector(model.parameters()).detach().numpy()


def loss_of(model, h, ys):
    """Return the mean squared error of a batch, a tensor; h (B, H) and ys (B,) are arrays."""
    return (model(torch.tensor(h))[:, 0] - torch.tensor(ys)).square().mean()


# %% exercise="train_epoch"
def train_epoch(theta, batches, rate, max_norm):
    """Train a readout on each batch once, and return its weights.

    theta: the weights to begin with; readout(theta) makes the model.
    batches: pairs (h, ys), last states of shape (B, H) and targets of shape (B,).
    rate: learning rate. max_norm: bound for the norm of the gradient.
    The loss of a batch is loss_of(model, h, ys).
    Returns what theta_of(model) returns after the last update.
    """
    ### BEGIN SOLUTION
    model = readout(theta)
    descent = torch.optim.SGD(model.parameters(), rate)
    for h, ys in batches:
        descent.zero_grad()
        loss_of(model, h, ys).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        descent.step()
    return theta_of(model)
    ### END SOLUTION


# %% [markdown] hint="train_epoch"
# What has to be there before a gradient can be clipped, and what has to be clipped before a step is made? What is left in `.grad` from the batch before?

# %% check="train_epoch" points=6 outcome="pytorch_practice.training"
check("train_epoch")

# %% [markdown]
# ## 7 · Evaluation (4 points)
#
# The batches hold data that the model has not seen. They need not be of one size.
# Return the mean squared error over all *sequences*, of the model as it will be used.


# %% exercise="evaluate"
def evaluate(theta, batches):
    """Return the mean squared error of a readout over all sequences of all batches.

    theta: the weights; readout(theta) makes the model.
    batches: pairs (h, ys), last states of shape (B, H) and targets of shape (B,); B may differ.
    Returns one number.
    """
    ### BEGIN SOLUTION
    model = readout(theta).eval()
    with torch.no_grad():
        errors = [model(torch.tensor(h))[:, 0] - torch.tensor(ys) for h, ys in batches]
    return torch.cat(errors).square().mean().item()
    ### END SOLUTION


# %% [markdown] hint="evaluate"
# What does the model do in training that it should not do when it is used, and how is that switched off? If one batch has four sequences and another one, does each batch count the same, or each sequence? And what is the shape of the difference of an array of shape (B, 1) and one of shape (B,)?

# %% check="evaluate" points=4 outcome="pytorch_practice.evaluation"
check("evaluate")

# %% [markdown]
# ## 8 · In your own words (3 points, marked by a person)
#
# A colleague has ten years of daily measurements. She scales them, cuts them into windows of 30 days that overlap, shuffles the windows, keeps a fifth of them for testing, and trains an LSTM.
# The test error is far below that of every baseline. A month later, on new days, the model does worse than "tomorrow will be as today".
# In three or four sentences: what did her test measure, what else is wrong with it, and what should she have done?

# %% [markdown] written="unseen" points=3 outcome="pytorch_practice.evaluation"
# Windows that overlap share most of their days, so nearly every test window has its days, and even its target, in some training window: the test measured recall and not prediction (1 point).
# The scaler was fitted on all data, so it has seen the test days too; and the baselines have to be judged on the same days as the model (1 point).
# Split in time order first, leave no window across the border, fit the scaler on the training part, choose on a validation part, and look at the test part once (1 point).

"""Our weights in a layer of PyTorch."""

import torch


def copy_weights(layer, params, suffix=""):
    """Give a PyTorch layer our weights: transposed, and in its first bias vector alone."""
    with torch.no_grad():
        getattr(layer, f"weight_ih{suffix}").copy_(torch.tensor(params["W_xh"].T))
        getattr(layer, f"weight_hh{suffix}").copy_(torch.tensor(params["W_hh"].T))
        getattr(layer, f"bias_ih{suffix}").copy_(torch.tensor(params["b_h"]))
        getattr(layer, f"bias_hh{suffix}").zero_()
    return layer

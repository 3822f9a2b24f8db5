"""Fills a PyTorch model with seeded numpy noise: a seed gives the same weights under any version of PyTorch."""

import numpy as np
import torch
from torch import nn

HEADS = ("classifier", "class_labels_classifier", "lm_head", "qa_outputs")


def fill(model: nn.Module, seed: int, gain: float = 1.0, head_gain: float = 1.0) -> nn.Module:
    """Standard deviation gain/sqrt(fan in) for matrices; `head_gain` sets how far apart a classifier's logits lie."""
    rng = np.random.default_rng(seed)
    norms = {id(p) for m in model.modules() if "norm" in type(m).__name__.lower() for p in m.parameters(recurse=False)}
    embeddings = {id(m.weight) for m in model.modules() if isinstance(m, nn.Embedding)}
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if not parameter.requires_grad:  # Whisper's sinusoids
                continue
            noise = torch.from_numpy(rng.standard_normal(tuple(parameter.shape), dtype=np.float32))
            if id(parameter) in norms:
                parameter.copy_(noise * 0.1 + (1.0 if name.endswith("weight") else 0.0))
            elif parameter.dim() < 2:
                parameter.copy_(noise * 0.1)
            elif parameter.shape[0] == 1:  # class and detection tokens, position tables: [1, n, width]
                parameter.copy_(noise * 0.5)
            elif id(parameter) in embeddings:  # often tied to the output layer
                parameter.copy_(noise * head_gain / np.sqrt(parameter.shape[-1]))
            else:
                head = any(part in HEADS for part in name.split("."))
                parameter.copy_(noise * (head_gain if head else gain) / np.sqrt(parameter[0].numel()))
    return model.eval()

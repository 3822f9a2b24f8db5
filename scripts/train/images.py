"""Shared by the image models: loading, augmentation, normalisation and the ResNet backbone. Imported, never run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.nn import functional
from transformers import ResNetConfig

# Pixels become (value / 255 - 0.5) / 0.5, i.e. -1 to 1.
MEAN = STD = 0.5
# Lanczos shrinks with an anti-aliasing filter both in Pillow and in Transformers.js (libvips); Transformers.js' bilinear does not.
LANCZOS = 1


def backbone(widths: tuple[int, int, int, int], depths: tuple[int, int, int, int], labels: list[str]) -> ResNetConfig:
    return ResNetConfig(
        embedding_size=widths[0],
        hidden_sizes=list(widths),
        depths=list(depths),
        layer_type="basic",
        hidden_act="relu",
        id2label=dict(enumerate(labels)),
        label2id={label: index for index, label in enumerate(labels)},
    )


def preprocessor(kind: str, side: int) -> dict[str, object]:
    """preprocessor_config.json: squeeze the whole picture into a square."""
    return {
        "image_processor_type": kind,
        "do_resize": True,
        "size": {"height": side, "width": side},
        "resample": LANCZOS,
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": True,
        "image_mean": [MEAN] * 3,
        "image_std": [STD] * 3,
    }


def load_square(path: Path, side: int) -> np.ndarray:
    """uint8 [side, side, 3], as the preprocessor squeezes it."""
    return np.asarray(Image.open(path).convert("RGB").resize((side, side), Image.Resampling.LANCZOS))


def to_batch(pictures: list[np.ndarray]) -> torch.Tensor:
    """uint8 pictures of one size to a normalised float [pictures, 3, height, width]."""
    return normalise(torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 255)


def normalise(batch: torch.Tensor) -> torch.Tensor:
    return ((batch - MEAN) / STD).contiguous(memory_format=torch.channels_last)


def random_views(batch: torch.Tensor, side: int, smallest: float) -> torch.Tensor:
    """uint8 [n, 3, s, s] to float [n, 3, side, side] in 0..1, each zoomed (from `smallest` to 1), stretched, turned, mirrored and recoloured at random."""
    count = len(batch)
    zoom = smallest + (1.05 - smallest) * torch.rand(count)
    stretch = torch.exp(0.22 * (2 * torch.rand(count) - 1))
    angle = 0.3 * (2 * torch.rand(count) - 1)
    mirror = (torch.rand(count) < 0.5).float() * 2 - 1
    slack = (1 - zoom).clamp(min=0)
    theta = torch.zeros(count, 2, 3)
    theta[:, 0, 0] = zoom * stretch * mirror * torch.cos(angle)
    theta[:, 0, 1] = -zoom * torch.sin(angle)
    theta[:, 1, 0] = zoom * mirror * torch.sin(angle)
    theta[:, 1, 1] = zoom / stretch * torch.cos(angle)
    theta[:, :, 2] = slack[:, None] * (2 * torch.rand(count, 2) - 1)
    grid = functional.affine_grid(theta, [count, 3, side, side], align_corners=False)
    views = functional.grid_sample(batch.float() / 255, grid, padding_mode="reflection", align_corners=False)
    return recolour(views)


def recolour(views: torch.Tensor) -> torch.Tensor:
    """Random brightness, contrast, saturation and tint for each picture of a float batch in 0..1."""
    count = len(views)

    def factor(spread: float, channels: int = 1) -> torch.Tensor:
        return 1 + spread * (2 * torch.rand(count, channels, 1, 1) - 1)

    views = views * factor(0.3)
    mean = views.mean((1, 2, 3), keepdim=True)
    views = mean + (views - mean) * factor(0.3)
    grey = views.mean(1, keepdim=True)
    views = grey + (views - grey) * factor(0.4)
    return (views * factor(0.08, 3)).clamp(0, 1)


def mix(batch: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, float]:
    """Mixup or CutMix with a shuffled copy of the batch. Returns the batch, the partner of each row, and the share of the row's own picture."""
    partner = torch.randperm(len(batch))
    if np.random.rand() < 0.5:
        own = float(np.random.beta(0.3, 0.3))
        return own * batch + (1 - own) * batch[partner], partner, own
    side = batch.shape[-1]
    edge = side * np.sqrt(1 - np.random.beta(1.0, 1.0))
    (left, top) = np.random.rand(2) * side
    x0, x1 = (int(np.clip(v, 0, side)) for v in (left - edge / 2, left + edge / 2))
    y0, y1 = (int(np.clip(v, 0, side)) for v in (top - edge / 2, top + edge / 2))
    batch = batch.clone()
    batch[:, :, y0:y1, x0:x1] = batch[partner, :, y0:y1, x0:x1]
    return batch, partner, 1 - (x1 - x0) * (y1 - y0) / side**2

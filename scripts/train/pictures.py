"""Pictures in class folders, and training a ResNet to name them: flowers, and the warm-up of both backbones.

Imported, never run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional
from transformers import ResNetForImageClassification

import harness
import images
from harness import Recipe, Run

# Training pictures are kept a little larger than the network's input, so that a zoomed view still has pixels of its own.
STORED_SIDE = 160
BATCH = 64


class Pictures:
    """Pictures of one split, <folder>/<class>/<name>.jpg, all squeezed to one size: `pixels` uint8 [n, 3, side, side]."""

    def __init__(self, folders: list[Path], side: int) -> None:
        files = sorted(path for folder in folders for path in folder.glob("*/*.jpg"))
        self.labels = sorted({path.parent.name for path in files})
        stack = np.stack([images.load_square(path, side) for path in files])
        self.pixels = torch.from_numpy(stack).permute(0, 3, 1, 2).contiguous()
        self.targets = torch.tensor([self.labels.index(path.parent.name) for path in files])

    def __len__(self) -> int:
        return len(self.targets)


@torch.no_grad()
def probabilities(model: ResNetForImageClassification, pictures: Pictures) -> torch.Tensor:
    """float [pictures, labels]"""
    model.eval()
    return torch.cat(
        [model(images.normalise(part.float() / 255)).logits.softmax(-1) for part in pictures.pixels.split(128)]
    )


def top1(model: ResNetForImageClassification, pictures: Pictures) -> float:
    """Per cent."""
    return 100 * (probabilities(model, pictures).argmax(-1) == pictures.targets).float().mean().item()


def fit_classifier(
    run: Run,
    model: ResNetForImageClassification,
    pictures: Pictures,
    side: int,
    recipe: Recipe,
    *,
    phase: str,
    minutes: float,
    evaluate: Callable[[], str] | None = None,
) -> int:
    queue: list[torch.Tensor] = []

    def loss_of(fraction: float) -> torch.Tensor:
        if not queue:
            queue.extend(torch.randperm(len(pictures)).split(BATCH)[:-1])
        batch = queue.pop()
        targets = pictures.targets[batch]
        views = images.normalise(images.random_views(pictures.pixels[batch], side, smallest=0.5))
        partner, own = torch.arange(len(batch)), 1.0
        # The last tenth sees pictures unmixed, as the test does.
        if fraction < 0.9:
            views, partner, own = images.mix(views)
        logits = model(views).logits.float()
        loss = own * functional.cross_entropy(logits, targets, label_smoothing=0.1)
        return loss + (1 - own) * functional.cross_entropy(logits, targets[partner], label_smoothing=0.1)

    model.to(memory_format=torch.channels_last)
    steps = harness.fit(run, model, loss_of, recipe, phase=phase, minutes=minutes, evaluate=evaluate)
    model.to(memory_format=torch.contiguous_format)
    return steps


def warm_up(
    run: Run, widths: tuple[int, int, int, int], depths: tuple[int, int, int, int], side: int, minutes: float
) -> dict[str, torch.Tensor]:
    """Weights of a backbone (keys of ResNetModel) that has learnt to tell 105 things apart: Caltech-101's and the five flowers."""
    folder = run.data / "image-classification"
    pictures = Pictures([folder / "caltech101" / "train", folder / "flowers" / "train"], STORED_SIDE)
    model = ResNetForImageClassification(images.backbone(widths, depths, pictures.labels))
    print(f"warm-up: {len(pictures)} pictures of {len(pictures.labels)} things", flush=True)
    recipe = Recipe(learning_rate=3e-3, warmup_steps=150, average=0.995, bfloat16=True, betas=(0.9, 0.999))
    fit_classifier(run, model, pictures, side, recipe, phase="warm-up", minutes=minutes)
    return model.resnet.state_dict()

"""Train the flower classifier (five kinds) and write models/taskwire/flowers.

Run: python scripts/train/flowers.py --data DIR [--minutes 60]"""

from __future__ import annotations

import torch
from transformers import ResNetForImageClassification

import harness
import images
import pictures
from harness import Recipe, Run
from pictures import Pictures

SIDE = 128
WIDTHS, DEPTHS = (32, 64, 128, 232), (1, 2, 2, 1)
# Share of the minutes spent on telling Caltech-101's things and the flowers apart before the flowers alone.
WARM_UP = 0.4


class Logits(torch.nn.Module):
    def __init__(self, model: ResNetForImageClassification) -> None:
        super().__init__()
        self.model = model

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        return self.model(pixel_values).logits


def measure(model: ResNetForImageClassification, test: Pictures) -> dict[str, str]:
    guess = pictures.probabilities(model, test).argmax(-1)
    right = guess == test.targets
    metrics = {f"flowers test, {len(right)} photos, top-1": f"{100 * right.float().mean().item():.1f} % right"}
    for index, label in enumerate(test.labels):
        own, named = test.targets == index, guess == index
        recall, precision = right[own].float().mean().item(), right[named].float().mean().item()
        metrics[f"{label}, {int(own.sum())} photos"] = f"recall {100 * recall:.1f} %, precision {100 * precision:.1f} %"
    return metrics


def save(run: Run, model: ResNetForImageClassification) -> None:
    config = model.config.to_dict() | {"architectures": ["ResNetForImageClassification"]}
    harness.write_json(
        run.out / "config.json", {key: value for key, value in config.items() if not key.startswith("_")}
    )
    harness.write_json(run.out / "preprocessor_config.json", images.preprocessor("ViTImageProcessor", SIDE))
    harness.write_json(
        run.out / "taskwire.json",
        {
            "task": "image-classification",
            "default": True,
            "description": "Five kinds of flowers",
            "license": "apache-2.0",
        },
    )
    examples = [{"pixel_values": torch.randn(count, 3, SIDE, SIDE)} for count in (2, 1, 5)]
    batch = {0: "batch_size"}
    harness.export_onnx(
        Logits(model),
        examples,
        ["logits"],
        run.out / "onnx" / "model.onnx",
        dynamic={"pixel_values": batch, "logits": batch},
    )


def main(run: Run) -> None:
    folder = run.data / "image-classification" / "flowers"
    train, test = Pictures([folder / "train"], pictures.STORED_SIDE), Pictures([folder / "test"], SIDE)
    model = ResNetForImageClassification(images.backbone(WIDTHS, DEPTHS, test.labels))
    model.resnet.load_state_dict(pictures.warm_up(run, WIDTHS, DEPTHS, SIDE, WARM_UP * run.minutes))
    size = harness.parameters(model)
    print(f"flowers: {len(train)} photos, {size / 1e6:.2f} M parameters", flush=True)
    recipe = Recipe(learning_rate=2e-3, warmup_steps=150, average=0.995, bfloat16=True, betas=(0.9, 0.999))
    minutes = (1 - WARM_UP) * run.minutes
    steps = pictures.fit_classifier(
        run,
        model,
        train,
        SIDE,
        recipe,
        phase="train",
        minutes=minutes,
        evaluate=lambda: f"{pictures.top1(model, test):.1f} %",
    )
    save(run, model)
    shape = f"ResNet for image classification, basic blocks, widths {list(WIDTHS)}, depths {list(DEPTHS)}, {SIDE} pixels, {size / 1e6:.2f} M parameters, fp32."
    harness.write_card(run, model=shape, metrics=measure(model, test), steps=steps)


if __name__ == "__main__":
    main(harness.start("flowers", minutes=60))

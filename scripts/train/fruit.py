"""Train the fruit detector (apple, banana, orange) and write models/taskwire/fruit.

Run: python scripts/train/fruit.py --data DIR [--minutes 60]"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from transformers import ResNetConfig

import harness
import images
import pictures
from detector import STRIDE, CentreDetector, box_loss, decode_boxes, heat_loss, log_odds
from harness import Recipe, Run
from metrics import Found, Truth, average_precision, best_threshold, precision_recall

LABELS = ["apple", "banana", "orange"]
SIDE = 224
GRID = SIDE // STRIDE
BATCH = 12
WIDTHS, DEPTHS = (32, 64, 128, 208), (1, 2, 2, 1)
# Shares of the minutes: the backbone's warm-up, the detector without the held-out photos, and the detector with all of them.
WARM_UP, FIRST = 0.2, 0.6
HELD_OUT = 40


@dataclass(frozen=True)
class Photo:
    image: Image.Image
    boxes: np.ndarray  # [objects, 5]: x0, y0, x1, y1 as shares of the picture, label index


def load(folder: Path, split: str) -> list[Photo]:
    photos = []
    for row in json.loads((folder / f"{split}.json").read_text()):
        image = Image.open(folder / row["file"]).convert("RGB")
        scale = np.array([*image.size, *image.size], float)
        boxes = [[*(np.array(item["box"]) / scale), LABELS.index(item["label"])] for item in row["objects"]]
        photos.append(Photo(image, np.array(boxes, np.float32).reshape(-1, 5)))
    return photos


def view(photo: Photo, side: int) -> tuple[np.ndarray, np.ndarray]:
    """A random window of the photo, partly beyond its edges at times, as pixels [side, side, 3] and the boxes still seen."""
    zoom, stretch = random.uniform(0.45, 1.3), np.exp(random.uniform(-0.3, 0.3))
    width, height = zoom * stretch, zoom / stretch
    x0 = random.uniform(min(0, 1 - width), max(0, 1 - width))
    y0 = random.uniform(min(0, 1 - height), max(0, 1 - height))
    w, h = photo.image.size
    window = (x0 * w, y0 * h, (x0 + width) * w, (y0 + height) * h)
    fill = tuple(random.randint(40, 220) for _ in range(3))
    pixels = np.asarray(
        photo.image.transform((side, side), Image.Transform.EXTENT, window, Image.Resampling.BILINEAR, fillcolor=fill)
    )
    boxes = photo.boxes.copy()
    boxes[:, [0, 2]] = (boxes[:, [0, 2]] - x0) / width
    boxes[:, [1, 3]] = (boxes[:, [1, 3]] - y0) / height
    whole = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    boxes[:, :4] = boxes[:, :4].clip(0, 1)
    seen = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    boxes = boxes[(seen > 0.35 * whole) & (seen > 4e-4)]
    if random.random() < 0.5:
        pixels = pixels[:, ::-1]
        boxes[:, [0, 2]] = 1 - boxes[:, [2, 0]]
    return pixels, boxes


def example(photos: list[Photo]) -> tuple[np.ndarray, np.ndarray]:
    """One window, or four in a square."""
    if random.random() > 0.4:
        return view(random.choice(photos), SIDE)
    pixels, found, half = np.zeros((SIDE, SIDE, 3), np.uint8), [], SIDE // 2
    for column, row in ((0, 0), (1, 0), (0, 1), (1, 1)):
        part, boxes = view(random.choice(photos), half)
        pixels[row * half : (row + 1) * half, column * half : (column + 1) * half] = part
        boxes[:, :4] /= 2
        boxes[:, [0, 2]] += column / 2
        boxes[:, [1, 3]] += row / 2
        found.append(boxes)
    return pixels, np.concatenate(found)


def targets(batch: list[np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
    """Heat maps [n, labels, g, g], and rows (picture, grid row, grid column, box as centre, width, height) for the cells that learn a box."""
    heat = np.zeros((len(batch), len(LABELS), GRID, GRID), np.float32)
    rows: list[tuple[float, ...]] = []
    row_centres, column_centres = np.mgrid[:GRID, :GRID] + 0.5
    for picture, boxes in enumerate(batch):
        for x0, y0, x1, y1, label in boxes:
            x, y, width, height = (x0 + x1) / 2 * GRID, (y0 + y1) / 2 * GRID, (x1 - x0) * GRID, (y1 - y0) * GRID
            spread_x, spread_y = max(0.6, width / 8), max(0.6, height / 8)
            bump = np.exp(-((column_centres - x) ** 2 / (2 * spread_x**2) + (row_centres - y) ** 2 / (2 * spread_y**2)))
            column, row = min(GRID - 1, int(x)), min(GRID - 1, int(y))
            bump[row, column] = 1
            heat[picture, int(label)] = np.maximum(heat[picture, int(label)], bump)
            for r in range(max(0, row - 1), min(GRID, row + 2)):
                for c in range(max(0, column - 1), min(GRID, column + 2)):
                    if abs(r + 0.5 - y) < 1 and abs(c + 0.5 - x) < 1:
                        rows.append((picture, r, c, x / GRID, y / GRID, width / GRID, height / GRID))
    return torch.from_numpy(heat), torch.tensor(rows, dtype=torch.float32).reshape(-1, 7)


def fit(run: Run, model: CentreDetector, photos: list[Photo], recipe: Recipe, *, phase: str, minutes: float) -> int:
    def loss_of(_fraction: float) -> torch.Tensor:
        pixels, boxes = zip(*(example(photos) for _ in range(BATCH)), strict=True)
        views = torch.from_numpy(np.stack(pixels)).permute(0, 3, 1, 2).float() / 255
        heat_target, rows = targets(list(boxes))
        heat, raw = model.maps(images.normalise(images.recolour(views)))
        picture, row, column = rows[:, :3].long().unbind(1)
        boxes_found = decode_boxes(raw[picture, :, row, column].float(), column.float(), row.float(), GRID)
        loss = heat_loss(heat, heat_target)
        return loss + 2 * box_loss(boxes_found, rows[:, 3:]) if len(rows) else loss

    model.to(memory_format=torch.channels_last)
    steps = harness.fit(run, model, loss_of, recipe, phase=phase, minutes=minutes)
    model.to(memory_format=torch.contiguous_format)
    return steps


@torch.no_grad()
def detect(model: CentreDetector, photos: list[Photo]) -> list[Found]:
    """Every query of every photo, boxes as shares of the picture."""
    model.eval()
    found = []
    for begin in range(0, len(photos), 20):
        part = photos[begin : begin + 20]
        pixels = [np.asarray(photo.image.resize((SIDE, SIDE), Image.Resampling.LANCZOS)) for photo in part]
        logits, boxes = model(images.to_batch(pixels))
        scores, labels = logits.softmax(-1)[..., :-1].max(-1)
        corners = torch.cat([boxes[..., :2] - boxes[..., 2:] / 2, boxes[..., :2] + boxes[..., 2:] / 2], -1).clamp(0, 1)
        for index in range(len(part)):
            rows = zip(labels[index].tolist(), scores[index].tolist(), corners[index].tolist(), strict=True)
            found += [Found(begin + index, LABELS[label], score, box) for label, score, box in rows if score > 0.01]
    return found


def truth(photos: list[Photo]) -> list[Truth]:
    return [
        Truth(index, LABELS[int(box[4])], box[:4].tolist()) for index, photo in enumerate(photos) for box in photo.boxes
    ]


def measure(model: CentreDetector, photos: list[Photo]) -> dict[str, str]:
    found, objects = detect(model, photos), truth(photos)
    at50, at75 = average_precision(found, objects, 0.5), average_precision(found, objects, 0.75)
    name = f"fruit test, {len(photos)} photos, {len(objects)} objects"
    precision, recall = precision_recall(found, objects, 0.5)
    return {
        f"{name}, AP50": f"{np.mean(list(at50.values())):.1f} ({', '.join(f'{label} {value:.1f}' for label, value in at50.items())})",
        f"{name}, AP75": f"{np.mean(list(at75.values())):.1f}",
        f"{name}, at threshold 0.5": f"precision {precision:.1f} %, recall {recall:.1f} %",
    }


def save(run: Run, model: CentreDetector) -> None:
    names = {"id2label": dict(enumerate(LABELS)), "label2id": {label: index for index, label in enumerate(LABELS)}}
    # YOLOS is the detector whose interface this graph has: pixel_values in; logits and pred_boxes out, nothing else.
    config = {
        "model_type": "yolos",
        "architectures": ["YolosForObjectDetection"],
        "image_size": [SIDE, SIDE],
        "num_detection_tokens": 48,
        **names,
    }
    harness.write_json(run.out / "config.json", config)
    harness.write_json(
        run.out / "preprocessor_config.json", images.preprocessor("YolosImageProcessor", SIDE) | {"do_pad": False}
    )
    settings = {
        "task": "object-detection",
        "default": True,
        "description": "Apples, bananas and oranges",
        "license": "apache-2.0",
        "threshold": 0.5,
    }
    harness.write_json(run.out / "taskwire.json", settings)
    photos = load(run.data / "object-detection" / "fruit", "train")
    pixels = [np.asarray(photo.image.resize((SIDE, SIDE), Image.Resampling.LANCZOS)) for photo in photos[:6]]
    examples = [{"pixel_values": images.to_batch(part).contiguous()} for part in (pixels[:2], pixels[:1], pixels)]
    batch = {0: "batch_size"}
    dynamic = {"pixel_values": batch, "logits": batch, "pred_boxes": batch}
    harness.export_onnx(
        model, examples, ["logits", "pred_boxes"], run.out / "onnx" / "model.onnx", dynamic=dynamic, tolerance=5e-3
    )


def main(run: Run) -> None:
    folder = run.data / "object-detection" / "fruit"
    train, test = load(folder, "train"), load(folder, "test")
    random.shuffle(train)
    config: ResNetConfig = images.backbone(WIDTHS, DEPTHS, LABELS)
    model = CentreDetector(config, len(LABELS))
    size = harness.parameters(model)
    print(f"fruit: {len(train)} photos, {size / 1e6:.2f} M parameters", flush=True)
    model.resnet.load_state_dict(pictures.warm_up(run, WIDTHS, DEPTHS, 128, WARM_UP * run.minutes))
    recipe = Recipe(
        learning_rate=2e-3,
        weight_decay=0.03,
        warmup_steps=80,
        clip=5.0,
        average=0.995,
        log_every=50,
        bfloat16=True,
        betas=(0.9, 0.999),
    )
    steps = fit(run, model, train[HELD_OUT:], recipe, phase="first", minutes=FIRST * run.minutes)
    found, objects = detect(model, train[:HELD_OUT]), truth(train[:HELD_OUT])
    threshold, f1 = best_threshold(found, objects)
    at50 = np.mean(list(average_precision(found, objects, 0.5).values()))
    print(f"{HELD_OUT} photos held out: AP50 {at50:.1f}, F1 {f1:.1f} % at score {threshold:.3f}", flush=True)
    model.operating_point.fill_(log_odds(threshold))
    rest = (1 - WARM_UP - FIRST) * run.minutes
    steps += fit(run, model, train, Recipe(**{**recipe.__dict__, "learning_rate": 7e-4}), phase="second", minutes=rest)
    save(run, model)
    shape = (
        f"A dense centre detector of our own: ResNet (widths {list(WIDTHS)}, depths {list(DEPTHS)}) with a feature pyramid, "
        f"one heat map a fruit at stride {STRIDE}, {SIDE} pixels, {size / 1e6:.2f} M parameters, fp32. Duplicates are suppressed "
        "in the graph, and its outputs are DETR's (`logits` with a last no-object class, `pred_boxes`), so that it loads as `yolos`.\n\n"
        f"The threshold was chosen on {HELD_OUT} training photos held out of the first {FIRST / (1 - WARM_UP):.0%} of the detector's "
        f"training (best F1, {f1:.1f} %): the raw score {threshold:.3f} there is 0.5 in the outputs."
    )
    harness.write_card(run, model=shape, metrics=measure(model, test), steps=steps)


if __name__ == "__main__":
    main(harness.start("fruit", minutes=60))

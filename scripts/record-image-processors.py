#!/usr/bin/env python3
"""Records test/fixtures/image-processors.json: what Pillow's filters and transformers' image processors make of a small picture.

Run it to add a case; test/runner/image-processor.test.ts compares the service's preprocessing with the file and needs no Python.

Needs transformers 5, pillow, numpy.
"""

import argparse
import base64
import importlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import PIL
import transformers
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
KEPT = 60  # of a case's numbers, evenly spread
IMAGENET = {"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}
HALVES = {"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}

# Class, module, configuration. Sizes are small, rules are not.
PROCESSORS: list[tuple[str, str, dict[str, Any]]] = [
    ("ViT", "vit", {"size": {"height": 12, "width": 10}, "resample": 2, **HALVES}),
    ("ViT", "vit", {"size": 14, "resample": 1, **HALVES}),
    ("ViT", "vit", {"do_resize": False, "do_normalize": False, **HALVES}),
    ("CLIP", "clip", {"size": {"shortest_edge": 11}, "crop_size": {"height": 8, "width": 9}, "do_center_crop": True, "resample": 3, **IMAGENET}),
    ("CLIP", "clip", {"size": 11, "crop_size": 20, "do_center_crop": True, "resample": 3, **IMAGENET}),
    ("ConvNext", "convnext", {"size": {"shortest_edge": 14}, "crop_pct": 0.875, "resample": 3, **IMAGENET}),
    ("ConvNext", "convnext", {"size": {"shortest_edge": 384}, "crop_pct": 1.0, "resample": 3, **IMAGENET}),
    ("EfficientNet", "efficientnet", {"size": {"height": 9, "width": 31}, "resample": 0, **IMAGENET}),
    ("EfficientNet", "efficientnet", {"size": {"height": 9, "width": 9}, "resample": 3, "include_top": False, "rescale_offset": True, "rescale_factor": 1 / 127.5, **IMAGENET}),
    ("Levit", "levit", {"size": {"shortest_edge": 14}, "crop_size": {"height": 14, "width": 14}, "do_center_crop": True, "resample": 3, **IMAGENET}),
    ("PoolFormer", "poolformer", {"size": {"shortest_edge": 9}, "crop_size": {"height": 9, "width": 9}, "do_center_crop": True, "crop_pct": 0.9, "resample": 3, **IMAGENET}),
    ("MobileViT", "mobilevit", {"size": {"shortest_edge": 12}, "crop_size": {"height": 8, "width": 8}, "do_center_crop": True, "do_flip_channel_order": True, "resample": 2}),
    ("Detr", "detr", {"size": {"shortest_edge": 20, "longest_edge": 28}, "resample": 2, **IMAGENET}),
    ("Detr", "detr", {"size": 12, "max_size": 30, "resample": 2, **IMAGENET}),
    ("Detr", "detr", {"size": {"max_height": 20, "max_width": 20}, "do_pad": True, "pad_size": {"height": 20, "width": 20}, "resample": 2, **IMAGENET}),
    ("RTDetr", "rt_detr", {"size": {"height": 32, "width": 32}, "do_normalize": False, "do_pad": False, "resample": 2, **IMAGENET}),
    ("Yolos", "yolos", {"size": {"shortest_edge": 40, "longest_edge": 58}, "resample": 2, **IMAGENET}),
]  # fmt: skip
FILTERS = ["nearest", "lanczos", "bilinear", "bicubic", "box", "hamming"]


def picture(width: int, height: int) -> Image.Image:
    """The test draws the same one."""
    y, x, channel = np.mgrid[:height, :width, :3]
    return Image.fromarray(((x * 11 + y * 17 + channel * 71 + (x * y) % 23 * 5) % 256).astype(np.uint8))


def processed(kind: str, module: str, config: dict[str, Any]) -> dict[str, Any]:
    package = importlib.import_module(f"transformers.models.{module}.image_processing_pil_{module}")
    processor = getattr(package, f"{kind}ImageProcessorPil")(**config)
    values = processor(picture(24, 16), return_tensors="np")["pixel_values"][0].astype(np.float32)
    every = max(1, values.size // KEPT)
    kept = [round(float(value), 6) for value in values.ravel()[::every]]
    settings = {"do_normalize": "image_mean" in config, **config, "image_processor_type": f"{kind}ImageProcessor"}
    return {"config": settings, "dims": list(values.shape), "every": every, "values": kept}


def resized(name: str, width: int, height: int) -> dict[str, Any]:
    pixels = picture(9, 7).resize((width, height), FILTERS.index(name)).tobytes()
    return {"filter": name, "width": width, "height": height, "pixels": base64.b64encode(pixels).decode()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "test" / "fixtures" / "image-processors.json")
    body = {
        "recorded": {"pillow": PIL.__version__, "transformers": transformers.__version__},
        # One edge at a time: which goes first differs between versions of Pillow, and by a step of 255 the result.
        "resized": [resized(name, *size) for name in FILTERS for size in ((4, 7), (21, 7), (9, 3), (9, 16))],
        "processed": [processed(*case) for case in PROCESSORS],
    }
    out: Path = parser.parse_args().out
    out.write_text(json.dumps(body) + "\n")
    print(f"{out}: {len(body['resized'])} resized, {len(body['processed'])} processed")


if __name__ == "__main__":
    main()

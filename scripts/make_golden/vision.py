"""Golden cases of image-classification and object-detection."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from PIL import Image, ImageOps
from transformers import AutoImageProcessor, AutoTokenizer, pipeline

from .reference import STABLE, Case, case, load

EXACT = "the picture has the size that the model reads: nothing is resized"
RESIZED = "resized by PIL's antialiased bilinear filter in the reference; other libraries' filters differ a little"
DECODED = "JPEG decoders may differ by a step or two of 255"
BLENDED = "alpha is blended over white, whose rounding may differ by a step of 255"
BLENDED_TOLERANCE = 0.002
RESIZED_TOLERANCE = 0.03
DECODED_TOLERANCE = 0.01


def _upright(path: Path) -> Image.Image:
    image = ImageOps.exif_transpose(Image.open(path))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")


def classification(models: Path, media: Path) -> list[Case]:
    return [*_labels(models, media), *_zero_shot(models, media)]


def _labels(models: Path, media: Path) -> list[Case]:
    folder = models / "vit"
    model, processor = load(folder), AutoImageProcessor.from_pretrained(folder, backend="pil")

    functions = {"softmax": lambda logits: logits.softmax(-1), "sigmoid": torch.sigmoid, "none": lambda logits: logits}

    def answer(name: str, top_k: int = 5, function_to_apply: str = "softmax") -> dict[str, Any]:
        inputs = processor(images=_upright(media / name), return_tensors="pt")
        with torch.no_grad():
            best = functions[function_to_apply](model(**inputs).logits[0]).topk(top_k)
        if len(best.values) > 1 and float((best.values[:-1] - best.values[1:]).min()) < 0.001:
            raise ValueError(f"two labels of {name} are nearly tied")
        return {"labels": [model.config.id2label[index] for index in best.indices.tolist()], "scores": best.values}

    def one(title: str, name: str, note: str, tolerance: float = 1e-4, **fields: Any) -> Case:
        request = {"model": "tiny/vit", **fields}
        return case(title, request, answer(name, **fields), media=name, note=note, tolerance=tolerance)

    return [
        one("a PNG of the model's size", "scene-32x32.png", EXACT),
        one("the best two labels", "scene-32x32.png", EXACT, top_k=2),
        one("each label by itself", "scene-32x32.png", EXACT, function_to_apply="sigmoid"),
        one("raw scores", "scene-32x32.png", EXACT, function_to_apply="none", top_k=3),
        one("a grey PNG is spread over three channels", "grey-32x32.png", EXACT),
        one("a PNG with an alpha channel", "alpha-32x32.png", f"{EXACT}; {BLENDED}", BLENDED_TOLERANCE),
        one(
            "a JPEG turned by EXIF",
            "turned-32x32.jpg",
            f"orientation 6, turned upright first; {DECODED}",
            DECODED_TOLERANCE,
        ),
        one("a JPEG of odd size", "scene-53x37.jpg", f"{RESIZED}; {DECODED}", RESIZED_TOLERANCE),
        one("a PNG of odd size", "scene-45x61.png", RESIZED, RESIZED_TOLERANCE),
    ]


def _zero_shot(models: Path, media: Path) -> list[Case]:
    def answers(name: str) -> Callable[..., dict[str, Any]]:
        folder = models / name
        choose = pipeline(
            "zero-shot-image-classification",
            model=load(folder),
            tokenizer=AutoTokenizer.from_pretrained(folder),
            image_processor=AutoImageProcessor.from_pretrained(folder, backend="pil"),
        )

        def answer(picture: str, candidates: list[str], **options: Any) -> dict[str, Any]:
            found = choose(_upright(media / picture), candidate_labels=candidates, **options)
            scores = [entry["score"] for entry in found]
            if min((a - b for a, b in zip(scores, scores[1:])), default=1) < 0.001:
                raise ValueError(f"two labels of {picture} are nearly tied: {found}")
            return {"labels": [entry["label"] for entry in found], "scores": scores}

        return answer

    clip, siglip = answers("clip"), answers("siglip")
    labels = ["a red circle", "stripes", "noise", "two squares, one of them blue"]
    few = [labels[0], labels[2]]
    many = [f"picture of {word}" for word in "one two three four five six seven nine eleven twenty hundred".split()]
    template = {"hypothesis_template": "{}: that is what it shows!"}
    picture = "scene-32x32.png"

    def one(title: str, name: str, candidates: list[str], picture: str = picture, **options: Any) -> Case:
        answer = (clip if name == "clip" else siglip)(picture, candidates, **options)
        note, tolerance = (EXACT, 1e-4) if "32x32" in picture else (RESIZED, RESIZED_TOLERANCE)
        request = {"model": f"tiny/{name}", "candidate_labels": candidates, **options}
        return case(title, request, answer, media=picture, note=note, tolerance=tolerance)

    return [
        one("zero-shot by CLIP: labels against each other", "clip", labels),
        one("zero-shot by CLIP with a sentence of one's own", "clip", labels, **template),
        one("zero-shot by CLIP: all of eleven labels", "clip", many),
        one("zero-shot by CLIP: one label is sure", "clip", labels[:1]),
        one("zero-shot by CLIP: a picture cut to a square", "clip", few, "scene-45x61.png"),
        one("zero-shot by SigLIP: each label by itself", "siglip", labels),
        one("zero-shot by SigLIP with a sentence of one's own", "siglip", labels, **template),
        one("zero-shot by SigLIP: a picture squeezed to a square", "siglip", few, "scene-45x61.png"),
    ]


def detection(models: Path, media: Path) -> list[Case]:
    folder = models / "yolos"
    model, processor = load(folder), AutoImageProcessor.from_pretrained(folder, backend="pil")

    def answer(name: str, threshold: float = 0.5) -> dict[str, Any]:
        image = _upright(media / name)
        inputs = processor(images=image, return_tensors="pt")
        with torch.no_grad():
            outputs = model(pixel_values=inputs["pixel_values"])
        scores = outputs.logits[0].softmax(-1)[:, :-1].max(-1).values
        if float((scores - threshold).abs().min()) < STABLE:
            raise ValueError(f"a score of {name} is too near the threshold {threshold}")
        centre, extent = outputs.pred_boxes[0, scores > threshold].split(2, -1)
        if float(((centre - 0.5).abs() + extent / 2).amax() if len(centre) else 0) > 0.5:
            raise ValueError(f"a box reaches beyond {name}: services differ in whether they clip it")
        found = processor.post_process_object_detection(outputs, threshold, [(image.height, image.width)])[0]
        objects = [
            {
                "label": model.config.id2label[label],
                "score": score,
                "box": dict(zip(("xmin", "ymin", "xmax", "ymax"), box)),
            }
            for label, score, box in zip(
                found["labels"].tolist(), found["scores"].tolist(), found["boxes"].tolist(), strict=True
            )
        ]
        objects.sort(key=lambda found: -found["score"])
        return {"objects": objects, "width": image.width, "height": image.height}

    def one(title: str, name: str, note: str, tolerance: float = 1e-4, box: float = 0.01, **fields: Any) -> Case:
        request = {"model": "tiny/yolos", **fields}
        both = {"tolerance": tolerance, "box_tolerance": box}
        return case(
            title, request, answer(name, **fields), media=name, note=f"{note}; objects by falling score", **both
        )

    wide = {"tolerance": RESIZED_TOLERANCE, "box": 2.0}
    return [
        one("a PNG of the model's size", "scene-96x64.png", EXACT),
        one(
            "a square PNG whose shortest edge fits", "scene-64x64.png", f"{EXACT}, though the longest edge could be 96"
        ),
        one("another threshold", "scene-96x64.png", EXACT, threshold=0.75),
        one("no object above the threshold", "scene-96x64.png", EXACT, threshold=0.9999),
        one(
            "a JPEG turned by EXIF",
            "turned-96x64.jpg",
            f"orientation 6: boxes, width and height are those of the upright picture; {DECODED}",
            DECODED_TOLERANCE,
            0.5,
        ),
        one("a JPEG enlarged", "scene-75x50.jpg", f"{RESIZED}; {DECODED}", **wide),
        one("a PNG reduced", "scene-150x100.png", RESIZED, **wide),
    ]

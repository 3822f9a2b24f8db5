"""Draws the images and synthesises the sounds of the golden cases: all ours, all seeded, all small."""

import wave
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from make_model import tones
from make_model.tones import Phrase

ORIENTATION = 0x0112  # EXIF tag; 6 = the camera was turned, rotate a quarter clockwise to see it upright

ENGLISH = [Phrase(1, (0, 1, 2)), Phrase(7, (4, 3)), Phrase(12, (5, 5, 0, 2))]
GERMAN = [Phrase(0, (4, 0)), Phrase(4, (1, 2))]
LONG = [
    Phrase(1, (0, 3, 5)),
    Phrase(8, (1, 1)),
    Phrase(14, (2, 4, 0)),
    Phrase(22, (5, 3, 2, 1)),
    Phrase(30, (4, 2)),
    Phrase(36, (0, 5)),
]


def write_all(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    _write_images(folder)
    _write_sounds(folder)


def _write_images(folder: Path) -> None:
    """The seeds are chosen so that the tiny models see no near ties; make-golden.py says so when they do."""
    scene(32, 32, 2).save(folder / "scene-32x32.png")
    scene(53, 37, 61).save(folder / "scene-53x37.jpg", quality=95)
    scene(45, 61, 51).save(folder / "scene-45x61.png")
    scene(32, 32, 1).convert("L").save(folder / "grey-32x32.png")
    clear = scene(32, 32, 3).convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize((32, 32)))
    clear.save(folder / "alpha-32x32.png")
    turned = Image.Exif()
    turned[ORIENTATION] = 6
    scene(32, 32, 5).save(folder / "turned-32x32.jpg", quality=95, exif=turned)
    scene(96, 64, 19).save(folder / "scene-96x64.png")
    scene(64, 64, 22).save(folder / "scene-64x64.png")
    scene(75, 50, 18).save(folder / "scene-75x50.jpg", quality=95)
    scene(150, 100, 92).save(folder / "scene-150x100.png")
    scene(96, 64, 33).save(folder / "turned-96x64.jpg", quality=95, exif=turned)


def scene(width: int, height: int, seed: int) -> Image.Image:
    """Shapes over a colour gradient: smooth, so that resizing algorithms differ little."""
    rng = np.random.default_rng(seed)
    scale = 4  # drawn larger and reduced, so that edges are soft
    across = np.linspace(0, 1, width * scale)[None, :, None]
    down = np.linspace(0, 1, height * scale)[:, None, None]
    corners = rng.uniform(0, 255, (3, 3))
    pixels = corners[0] + (corners[1] - corners[0]) * across + (corners[2] - corners[0]) * down
    image = Image.fromarray(pixels.clip(0, 255).astype(np.uint8), "RGB")
    draw = ImageDraw.Draw(image)
    for shape in (draw.ellipse, draw.rectangle, draw.ellipse, draw.rectangle):
        left, top = rng.uniform(0, 0.7, 2)
        size = rng.uniform(0.15, 0.4)
        box = [left * width, top * height, left * width + size * height, (top + size) * height]
        shape([coordinate * scale for coordinate in box], fill=tuple(int(part) for part in rng.integers(0, 256, 3)))
    return image.resize((width, height), Image.Resampling.BOX)


def _write_sounds(folder: Path) -> None:
    save_wav(folder / "letters-16k.wav", tones.spell("SEAT TO RENT"), 16_000)
    save_wav(folder / "silence-8k.wav", np.zeros(8_000), 8_000)
    left = tones.spell("NINE LOST", 44_100)
    save_wav(folder / "letters-44k-stereo.wav", np.stack([left, left * 0.6], axis=1), 44_100)
    save_wav(folder / "english-16k.wav", tones.sing(ENGLISH, "en", 17), 16_000)
    right = tones.sing(GERMAN, "de", 7, 44_100)
    save_wav(folder / "german-44k-stereo.wav", np.stack([right * 0.8, right], axis=1), 44_100)
    save_wav(folder / "long-8k.wav", tones.sing(LONG, "en", 40, 8_000), 8_000)


def save_wav(path: Path, sound: np.ndarray, rate: int) -> None:
    """16-bit PCM; a second axis is the channels."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1 if sound.ndim == 1 else sound.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((sound.clip(-1, 1) * 32_767).round().astype("<i2").tobytes())

#!/usr/bin/env python3
"""Makes samples/: the pictures and the sound that the README's curl lines send. Run once, or after changing it here.

Nothing is taken from anywhere: the pictures are rendered, the sound is spoken by espeak-ng (Debian package).
Needs numpy and Pillow:  python3 scripts/make-samples.py [--out samples]
"""
import argparse
import math
import pathlib
import subprocess

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

Array = np.ndarray


def unit(*vector: float) -> Array:
    return np.array(vector) / np.linalg.norm(vector)


def to_image(pixels: Array) -> Image.Image:
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def smooth_noise(shape: tuple[int, int], cells: tuple[int, int], seed: int) -> Array:
    """Values in -0.5..0.5 that change over about a cell."""
    coarse = to_image(np.random.default_rng(seed).random(cells) * 255)
    return np.asarray(coarse.resize(shape[::-1], Image.BICUBIC)).astype(float) / 255 - 0.5


# --- a rose ---------------------------------------------------------------------------------------------------------


def rose_surface(across: int = 420, along: int = 9000) -> tuple[Array, Array]:
    """Points of a spiralling petal surface [across, along, 3] (P. Nylander's parametric rose), and the way out to the rim."""
    x = np.linspace(0, 1, across)[:, None]
    turn = np.linspace(-2 * np.pi, 15 * np.pi, along)[None, :]
    opening = (np.pi / 2) * np.exp(-turn / (8 * np.pi))
    rim = 1 - 0.5 * (1.25 * (1 - np.mod(3.6 * turn, 2 * np.pi) / np.pi) ** 2 - 0.25) ** 2
    curl = 1.95653 * x**2 * (1.27689 * x - 1) ** 2 * np.sin(opening)
    radius = rim * (x * np.sin(opening) + curl * np.cos(opening))
    height = rim * (x * np.cos(opening) - curl * np.sin(opening))
    return np.stack([radius * np.sin(turn), radius * np.cos(turn), height], -1), x + 0 * turn


def leaves(size: int, rng: np.random.Generator) -> Image.Image:
    ground = to_image(rng.normal(size=(9, 9, 3)) * [9, 20, 8] + [44, 84, 36]).resize((size, size), Image.BICUBIC)
    draw = ImageDraw.Draw(ground)
    for number in range(34):
        x, y = rng.integers(0, size, 2)
        length, green, angle = rng.integers(40, 120), int(rng.integers(55, 125)), rng.random() * 2 * np.pi
        steps = np.linspace(0, 1, 21)
        width = 0.34 * length * np.sin(np.pi * steps)
        sides = [
            np.stack([x + 2 * length * steps * math.cos(angle) - side * width * math.sin(angle),
                      y + 2 * length * steps * math.sin(angle) + side * width * math.cos(angle)], -1)
            for side in (1, -1)
        ]
        outline = np.concatenate([sides[0], sides[1][::-1]])
        draw.polygon([tuple(point) for point in outline], fill=(int(green * 0.42), green, int(green * 0.36)))
        if number == 24:  # the first ones lie far behind
            ground = ground.filter(ImageFilter.GaussianBlur(8))
            draw = ImageDraw.Draw(ground)
    return ground.filter(ImageFilter.GaussianBlur(3))


def rose(size: int = 640, tilt: float = 0.5) -> Image.Image:
    rng = np.random.default_rng(3)
    points, outward = rose_surface()
    normals = np.cross(np.gradient(points, axis=0), np.gradient(points, axis=1))
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True) + 1e-9
    cos, sin = math.cos(tilt), math.sin(tilt)
    rotation = np.array([[1, 0, 0], [0, cos, -sin], [0, sin, cos]])
    seen, facing = points @ rotation.T, normals @ rotation.T
    facing = np.where(facing[..., 2:3] < 0, -facing, facing)
    light = unit(-0.35, 0.55, 0.75)
    diffuse = np.clip(facing @ light, 0, 1)[..., None]
    gloss = np.clip(facing @ unit(*(light + [0, 0, 1])), 0, 1)[..., None] ** 24
    depth = np.clip(0.62 + 0.5 * points[..., 2:3], 0.5, 1.1)
    colour = (np.array([150, 8, 34]) + np.array([90, 50, 58]) * outward[..., None] ** 2) * (0.42 + 0.62 * diffuse) * depth + gloss * 22

    column = (size * 0.5 + seen[..., 0] * size * 0.4).astype(int).ravel()
    row = (size * 0.6 - seen[..., 1] * size * 0.4).astype(int).ravel()
    inside = (column >= 0) & (column < size) & (row >= 0) & (row < size)
    nearest_last = np.argsort(seen[..., 2].ravel()[inside])
    at = (row[inside][nearest_last], column[inside][nearest_last])
    pixels, covered = np.zeros((size, size, 3)), np.zeros((size, size))
    pixels[at], covered[at] = colour.reshape(-1, 3)[inside][nearest_last], 255

    mask = to_image(covered).filter(ImageFilter.MaxFilter(3)).filter(ImageFilter.MinFilter(3))
    picture = leaves(size, rng)
    shadow = mask.filter(ImageFilter.GaussianBlur(18)).point(lambda value: int(value * 0.6))
    picture.paste((12, 22, 8), (8, 18), shadow)
    picture.paste(to_image(pixels).filter(ImageFilter.MedianFilter(3)), (0, 0), mask.filter(ImageFilter.GaussianBlur(0.8)))
    grain = rng.normal(size=(size, size, 1)) * 3
    return to_image(np.asarray(picture.filter(ImageFilter.GaussianBlur(0.6))).astype(float) + grain)


# --- an orange and an apple -----------------------------------------------------------------------------------------


def blend(canvas: Array, mask: Array, colour: Array | list[int]) -> None:
    canvas[:] = canvas * (1 - mask[..., None]) + np.asarray(colour) * mask[..., None]


def put_fruit(canvas: Array, centre: tuple[float, float], radius: float, kind: str) -> None:
    height, width = canvas.shape[:2]
    (cx, cy), (yy, xx) = centre, np.mgrid[:height, :width].astype(float)
    contact = np.exp(-(((xx - cx - radius * 0.18) / (radius * 1.05)) ** 2 + ((yy - cy - radius * 0.86) / (radius * 0.3)) ** 2))
    canvas *= 1 - 0.45 * contact[..., None]
    x, y = (xx - cx) / radius, (yy - cy) / radius
    if kind == 'apple':  # dented above and below, broader at the sides
        angle = np.arctan2(y, x)
        shape = 1 + 0.03 * np.abs(np.cos(angle))
        shape -= 0.05 * np.exp(-(((angle + np.pi / 2) / 0.35) ** 2)) + 0.04 * np.exp(-(((angle - np.pi / 2) / 0.5) ** 2))
        x, y = x / shape, y / shape
    distance = np.sqrt(x**2 + y**2)
    z = np.sqrt(np.clip(1 - distance**2, 0, 1))
    if kind == 'orange':  # pores
        x = x + smooth_noise((height, width), (height // 3, width // 3), 4) * 0.16
        y = y + smooth_noise((height, width), (height // 3, width // 3), 5) * 0.16
    normal = np.stack([x, y, z], -1)
    diffuse = np.clip(normal @ np.array([-0.45, -0.6, 0.66]), 0, 1)[..., None]
    gloss = np.clip(normal @ np.array([-0.25, -0.33, 0.91]), 0, 1)[..., None]
    if kind == 'orange':
        colour, shine = np.array([240, 138, 18]) + 0 * diffuse, 45 * gloss**18
    else:
        yellow = 0.55 * np.clip(-0.9 * y + 0.1 + 0.25 * x, 0, 1)[..., None]
        streaks = 1 + 0.22 * smooth_noise((height, width), (6, 90), 13)[..., None]
        colour, shine = (np.array([176, 24, 30]) * (1 - yellow) + np.array([214, 178, 60]) * yellow) * streaks, 130 * gloss**40
    skin = smooth_noise((height, width), (height // 4, width // 4), 6)[..., None] * 6
    blend(canvas, np.clip((1 - distance) * radius / 1.5, 0, 1), colour * (0.38 + 0.7 * diffuse) + shine + skin)
    if kind == 'orange':
        button = np.hypot(xx - cx - radius * 0.18, yy - cy + radius * 0.52)
        blend(canvas, np.clip(radius * 0.07 - button, 0, 1), [96, 110, 40])
    else:
        for step in np.linspace(0, 1, 60):
            stalk = np.hypot(xx - cx - 6 * math.sin(step * 1.4) - 2, yy - cy + radius * (0.8 + 0.34 * step))
            blend(canvas, np.clip(3.2 - stalk, 0, 1), [74, 52, 30])


def fruit(height: int = 480, width: int = 640) -> Image.Image:
    canvas = np.ones((height, width, 3)) * [236, 232, 224] * (1 - 0.1 * np.linspace(0, 1, height))[:, None, None]
    canvas += smooth_noise((height, width), (6, 8), 1)[..., None] * 8
    put_fruit(canvas, (205, 250), 118, 'orange')
    put_fruit(canvas, (450, 262), 108, 'apple')
    grain = np.random.default_rng(11).normal(size=canvas.shape) * 2
    return to_image(canvas + grain).filter(ImageFilter.GaussianBlur(0.7))


# --- spoken digits --------------------------------------------------------------------------------------------------


def speak(text: str, path: pathlib.Path) -> None:
    subprocess.run(['espeak-ng', '-v', 'en-us', '-s', '120', '-g', '12', '-w', str(path), text], check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--out', type=pathlib.Path, default=pathlib.Path('samples'))
    out: pathlib.Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    rose().save(out / 'rose.jpg', quality=88)
    fruit().save(out / 'fruit.jpg', quality=88)
    speak('one, seven, four', out / 'digits.wav')


if __name__ == '__main__':
    main()

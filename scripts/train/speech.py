"""The digit recogniser's network: raw 16 kHz sound in, CTC logits out, with the log-mel features inside the graph. Imported, never run."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from voices import RATE

WINDOW, HOP = 400, 160  # 25 ms windows every 10 ms
SUBSAMPLING = 2  # one row of logits per 20 ms, wav2vec2's own pace
MELS = 40
# The clips to learn from were recorded at 8 kHz: nothing above 4 kHz may count, or other recordings would look strange.
LOWEST_HZ, HIGHEST_HZ = 100.0, 3800.0
PRE_EMPHASIS = 0.97
# Features are logarithms relative to the loudest band average within 1.5 s either way, cut off 8 nepers (35 dB) below it.
# So silence is a constant, whether it is digital zeros or faint noise, and neither gain nor the length of the pauses matters.
LEVEL_FRAMES = 301
DEPTH = 8.0
# The local level never sinks further than this below the loudest of the whole recording, nor below an absolute floor (all-zero input).
LEVEL_DROP, LEVEL_FLOOR = 4.0, 0.0
BLANK = 0


def mel_filters(bins: np.ndarray) -> np.ndarray:
    """Triangles [bins, MELS], each adding up to 1, evenly spaced in mel."""

    def mel(hertz: np.ndarray | float) -> np.ndarray | float:
        return 2595 * np.log10(1 + np.asarray(hertz) / 700)

    edges = np.linspace(mel(LOWEST_HZ), mel(HIGHEST_HZ), MELS + 2)
    position = np.asarray(mel(bins))[:, None]
    rising = (position - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - position) / (edges[2:] - edges[1:-1])
    triangles = np.maximum(0, np.minimum(rising, falling))
    # A narrow triangle may fall between two bins: it takes the nearest one.
    nearest = np.abs(position - edges[1:-1]).argmin(0)
    for index in np.flatnonzero(triangles.sum(0) < 0.2):
        triangles[nearest[index], index] = 1.0
    return triangles / triangles.sum(0)


class LogMel(nn.Module):
    """[rows, samples] and mask to features [rows, MELS, frames] and frame mask [rows, 1, frames]; frame f is centred on sample 160 f."""

    def __init__(self) -> None:
        super().__init__()
        step = RATE / WINDOW
        bins = np.arange(round(LOWEST_HZ / step), round(HIGHEST_HZ / step) + 1)
        time = np.arange(WINDOW)
        window = 0.5 - 0.5 * np.cos(2 * np.pi * time / WINDOW)
        waves = np.exp(-2j * np.pi * np.outer(bins, time) / WINDOW) * window
        kernels = np.concatenate([waves.real, waves.imag])
        # Pre-emphasis x[t] - 0.97 x[t - 1], folded into the kernels; the window is 0 at its first sample, so nothing is lost at the edge.
        kernels[:, :-1] -= PRE_EMPHASIS * kernels[:, 1:].copy()
        self.register_buffer("kernels", torch.tensor(kernels[:, None], dtype=torch.float32), persistent=False)
        self.register_buffer(
            "filters", torch.tensor(mel_filters(bins * step).T[..., None], dtype=torch.float32), persistent=False
        )

    def forward(self, samples: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        present = mask.to(samples.dtype)
        count = present.sum(1, keepdim=True).clamp(min=1)
        centred = (samples - (samples * present).sum(1, keepdim=True) / count) * present
        variance = (centred * centred).sum(1, keepdim=True) / count
        sound = functional.pad((centred / torch.sqrt(variance + 1e-7))[:, None], (WINDOW // 2, WINDOW // 2))
        real, imaginary = functional.conv1d(sound, self.kernels, stride=HOP).chunk(2, dim=1)
        power = functional.conv1d(real * real + imaginary * imaginary, self.filters)
        # Frame f counts when its centre is not beyond the end: the first always, the others when sample 160 f - 1 is there.
        frames = torch.cat([torch.ones_like(present[:, :1]), present[:, HOP - 1 :: HOP]], dim=1)[:, None]
        level = torch.log(power.mean(1, keepdim=True) + 1e-6) * frames - 40 * (1 - frames)
        loudest = torch.amax(level, dim=2, keepdim=True) - LEVEL_DROP
        local = functional.max_pool1d(level, LEVEL_FRAMES, stride=1, padding=LEVEL_FRAMES // 2)
        reference = torch.maximum(local, loudest).clamp(min=LEVEL_FLOOR)
        features = (torch.log(power + 1e-6) - reference).clamp(min=-DEPTH) + DEPTH / 2
        return features * frames, frames


class Block(nn.Module):
    def __init__(self, channels: int, kernel: int, dropout: float) -> None:
        super().__init__()
        self.depthwise = nn.Conv1d(channels, channels, kernel, padding=kernel // 2, groups=channels, bias=False)
        self.pointwise = nn.Conv1d(channels, channels, 1, bias=False)
        self.norm = nn.BatchNorm1d(channels)
        self.dropout = nn.Dropout(dropout)

    def forward(self, hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return hidden + self.dropout(torch.relu(self.norm(self.pointwise(self.depthwise(hidden))))) * mask


class DigitNet(nn.Module):
    """Every layer multiplies by the mask, so the padding of a batch looks like the end of the sound and changes no row's result."""

    def __init__(
        self,
        labels: int,
        channels: int = 208,
        kernels: tuple[int, ...] = (9, 9, 11, 11, 13, 13, 15, 15),
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.features = LogMel()
        self.stem = nn.Conv1d(MELS, channels, 5, stride=SUBSAMPLING, padding=2, bias=False)
        self.norm = nn.BatchNorm1d(channels)
        self.blocks = nn.ModuleList(Block(channels, kernel, dropout) for kernel in kernels)
        self.head = nn.Conv1d(channels, labels, 1)
        # Added where a frame lies in the padding: it decodes to nothing.
        self.register_buffer(
            "blank", torch.tensor([20.0 if label == BLANK else 0.0 for label in range(labels)]), persistent=False
        )

    def encode(self, features: torch.Tensor, frames: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Features to logits [rows, steps, labels] and mask [rows, steps]."""
        mask = frames[:, :, ::SUBSAMPLING]
        hidden = torch.relu(self.norm(self.stem(features))) * mask
        for block in self.blocks:
            hidden = block(hidden, mask)
        return self.head(hidden).transpose(1, 2), mask[:, 0]

    def forward(self, input_values: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        logits, mask = self.encode(*self.features(input_values, attention_mask))
        return logits * mask[..., None] + (1 - mask[..., None]) * self.blank


def hide_bands_and_times(features: torch.Tensor) -> torch.Tensor:
    """SpecAugment: two bands of up to 6 mels and two stretches of up to 80 ms replaced by the mean, for each row."""
    rows, mels, frames = features.shape
    hidden = torch.zeros(rows, mels, frames, dtype=torch.bool)
    band, moment = torch.arange(mels)[None, :, None], torch.arange(frames)[None, None]
    for _ in range(2):
        width, begin = torch.rand(rows, 1, 1) * 6, torch.rand(rows, 1, 1) * mels
        hidden |= (band >= begin) & (band < begin + width)
    for _ in range(max(2, math.ceil(frames / 150))):
        width, begin = torch.rand(rows, 1, 1) * 8, torch.rand(rows, 1, 1) * frames
        hidden |= (moment >= begin) & (moment < begin + width)
    return features.masked_fill(hidden, 0.0)

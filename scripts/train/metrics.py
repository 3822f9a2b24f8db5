"""Detection AP, precision and recall, word error rate, rank correlation: for training and scripts/evaluate.py.

Needs numpy alone; imported, never run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Box = Sequence[float]  # x0, y0, x1, y1 in any one unit


@dataclass(frozen=True)
class Found:
    picture: int
    label: str
    score: float
    box: Box


@dataclass(frozen=True)
class Truth:
    picture: int
    label: str
    box: Box


def overlap(a: Box, b: Box) -> float:
    """Intersection over union."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


def matches(found: Sequence[Found], truth: Sequence[Truth], least: float) -> list[bool]:
    """For each find, best score first: does it meet an object of its label and picture that no better find has taken?"""
    open_objects: dict[tuple[int, str], list[Box]] = {}
    for item in truth:
        open_objects.setdefault((item.picture, item.label), []).append(item.box)
    result = []
    for item in sorted(found, key=lambda f: -f.score):
        candidates = open_objects.get((item.picture, item.label), [])
        overlaps = [overlap(item.box, box) for box in candidates]
        hit = bool(overlaps) and max(overlaps) >= least
        if hit:
            candidates.pop(int(np.argmax(overlaps)))
        result.append(hit)
    return result


def average_precision(found: Sequence[Found], truth: Sequence[Truth], least: float) -> dict[str, float]:
    """AP in per cent for each label, by COCO's 101 recall points, at one overlap."""
    result = {}
    for label in sorted({item.label for item in truth}):
        own = [item for item in truth if item.label == label]
        hits = np.cumsum(matches([item for item in found if item.label == label], own, least))
        precision = hits / np.arange(1, len(hits) + 1)
        recall = hits / len(own)
        points = [precision[recall >= level].max(initial=0.0) for level in np.linspace(0, 1, 101)]
        result[label] = 100 * float(np.mean(points))
    return result


def precision_recall(
    found: Sequence[Found], truth: Sequence[Truth], threshold: float, least: float = 0.5
) -> tuple[float, float]:
    """Per cent, over all labels, of the finds that score at least `threshold`."""
    kept = [item for item in found if item.score >= threshold]
    hits = sum(matches(kept, truth, least))
    return 100 * hits / max(1, len(kept)), 100 * hits / max(1, len(truth))


def best_threshold(found: Sequence[Found], truth: Sequence[Truth]) -> tuple[float, float]:
    """The score threshold with the highest F1 at overlap 0.5, and that F1 in per cent."""
    ordered = sorted(found, key=lambda f: -f.score)
    hits = np.cumsum(matches(ordered, truth, 0.5))
    f1 = 200 * hits / (np.arange(1, len(hits) + 1) + len(truth))
    # Scores jump about on a small set: the middle of all thresholds within one point of the best is steadier than the best.
    good = np.flatnonzero(f1 >= f1.max() - 1)
    return float(np.median([ordered[index].score for index in good])), float(f1.max())


def word_errors(reference: str, hypothesis: str) -> tuple[int, int]:
    """Substitutions, insertions and deletions; and the words of the reference."""
    wanted, got = reference.split(), hypothesis.split()
    row = list(range(len(got) + 1))
    for i, word in enumerate(wanted, 1):
        above, row = row, [i]
        for j, other in enumerate(got, 1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (word != other)))
    return row[-1], len(wanted)


def spearman(a: Sequence[float], b: Sequence[float]) -> float:
    """Rank correlation; ties share their average rank."""
    return float(np.corrcoef(_ranks(np.asarray(a)), _ranks(np.asarray(b)))[0, 1])


def _ranks(values: np.ndarray) -> np.ndarray:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[inverse]

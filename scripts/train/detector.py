"""The fruit detector's network: ResNet, feature pyramid, heat maps of centres, DETR-style outputs without duplicates.

Imported, never run."""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.nn import functional
from transformers import ResNetConfig, ResNetModel

STRIDE = 8
QUERIES = 48
# Of two boxes that overlap by more than this, the weaker is dropped: first figure for boxes of one label, second for different labels.
SAME_LABEL_OVERLAP, OTHER_LABEL_OVERLAP = 0.5, 0.7
# Suppression is repeated: each round lets a box back in whose suppressor was itself suppressed. Four rounds equal the greedy order for chains of four.
ROUNDS = 4


def _block(channels: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels), nn.ReLU())


class CentreDetector(nn.Module):
    def __init__(self, config: ResNetConfig, labels: int, channels: int = 88) -> None:
        super().__init__()
        self.resnet = ResNetModel(config)
        _, width8, width16, width32 = config.hidden_sizes
        self.lateral = nn.ModuleList(nn.Conv2d(width, channels, 1) for width in (width32, width16, width8))
        self.smooth = nn.ModuleList((_block(channels), _block(channels)))
        self.heat = nn.Sequential(_block(channels), nn.Conv2d(channels, labels, 1))
        self.box = nn.Sequential(_block(channels), nn.Conv2d(channels, 4, 1))
        # Most cells hold no centre: begin with a probability of 0.05.
        nn.init.constant_(self.heat[1].bias, -3.0)
        # Log-odds of the score at which precision and recall balance, found on held-out training photos; becomes 0.5 in the outputs.
        self.register_buffer("operating_point", torch.zeros(()))

    def maps(self, pixel_values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Log-odds of centres [n, labels, g, g] and raw boxes [n, 4, g, g], one cell per 8 pixels."""
        features, hidden = [], self.resnet.embedder(pixel_values)
        for stage in self.resnet.encoder.stages:
            hidden = stage(hidden)
            features.append(hidden)
        merged = self.lateral[0](features[3])
        for lateral, smooth, feature in zip(self.lateral[1:], self.smooth, (features[2], features[1]), strict=True):
            merged = smooth(functional.interpolate(merged, scale_factor=2.0, mode="nearest") + lateral(feature))
        return self.heat(merged), self.box(merged)

    def forward(self, pixel_values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """`logits` [n, queries, labels + 1], the last being "no object", and `pred_boxes` [n, queries, 4]: centre, width and height from 0 to 1."""
        heat, raw = self.maps(pixel_values)
        scores = heat.sigmoid()
        peaks = scores * (functional.max_pool2d(scores, 3, 1, 1) == scores).to(scores.dtype)
        side = scores.shape[-1]
        flat = peaks.flatten(2).transpose(1, 2)
        _, cells = flat.max(-1).values.topk(QUERIES, dim=1)
        labels = torch.gather(flat, 1, cells[..., None].expand(-1, -1, flat.shape[-1])).clamp(1e-6, 1 - 1e-6)
        picked = torch.gather(raw.flatten(2).transpose(1, 2), 1, cells[..., None].expand(-1, -1, 4))
        boxes = decode_boxes(picked, (cells % side).to(raw.dtype), (cells // side).to(raw.dtype), side)
        best, label = labels.max(-1)
        score = torch.sigmoid(torch.log(best / (1 - best)) - self.operating_point)
        score = (score * self._kept(boxes, label)).clamp(1e-5, 1 - 1e-5)
        shares = labels / labels.sum(-1, keepdim=True)
        return torch.cat([torch.log(score[..., None] * shares), torch.log(1 - score[..., None])], -1), boxes

    @staticmethod
    def _kept(boxes: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        """1 for boxes to keep, 0 for duplicates; the queries come best first. Matrix products only, so that every device can run it."""
        corner0, corner1 = boxes[..., :2] - boxes[..., 2:] / 2, boxes[..., :2] + boxes[..., 2:] / 2
        shared = (
            (
                torch.minimum(corner1[:, :, None], corner1[:, None])
                - torch.maximum(corner0[:, :, None], corner0[:, None])
            )
            .clamp(min=0)
            .prod(-1)
        )
        area = boxes[..., 2] * boxes[..., 3]
        iou = shared / (area[:, :, None] + area[:, None] - shared)
        same = (label[:, :, None] == label[:, None]).to(iou.dtype)
        limit = same * SAME_LABEL_OVERLAP + (1 - same) * OTHER_LABEL_OVERLAP
        better = torch.tril(torch.ones(QUERIES, QUERIES), diagonal=-1)
        suppresses = (iou > limit).to(iou.dtype) * better
        kept = torch.ones_like(area)
        for _ in range(ROUNDS):
            kept = (torch.matmul(suppresses, kept[..., None])[..., 0] < 0.5).to(iou.dtype)
        return kept


def decode_boxes(raw: torch.Tensor, column: torch.Tensor, row: torch.Tensor, side: int) -> torch.Tensor:
    """Raw boxes [..., 4] at grid cells to centre, width, height from 0 to 1; a centre may lie up to one cell off its cell."""
    x = (column + 0.5 + torch.tanh(raw[..., 0])) / side
    y = (row + 0.5 + torch.tanh(raw[..., 1])) / side
    return torch.stack([x, y, raw[..., 2].sigmoid(), raw[..., 3].sigmoid()], -1)


def heat_loss(heat: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Focal loss for centres spread out as Gaussians: cells near a centre are punished less."""
    p = heat.float().sigmoid().clamp(1e-4, 1 - 1e-4)
    centre = (target == 1).float()
    loss = -(centre * (1 - p) ** 2 * p.log() + (1 - centre) * (1 - target) ** 4 * p**2 * (1 - p).log())
    return loss.sum() / centre.sum().clamp(min=1)


def box_loss(boxes: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Generalised overlap and plain distance, boxes as centre, width, height."""
    a0, a1 = boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2
    b0, b1 = target[:, :2] - target[:, 2:] / 2, target[:, :2] + target[:, 2:] / 2
    shared = (torch.minimum(a1, b1) - torch.maximum(a0, b0)).clamp(min=0).prod(-1)
    union = boxes[:, 2:].prod(-1) + target[:, 2:].prod(-1) - shared
    hull = (torch.maximum(a1, b1) - torch.minimum(a0, b0)).prod(-1)
    return (1 - shared / union + (hull - union) / hull).mean() + 2 * (boxes - target).abs().sum(-1).mean()


def log_odds(score: float) -> float:
    return math.log(score / (1 - score))

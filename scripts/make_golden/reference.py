"""Loads a tiny model into PyTorch from the very ONNX file that the service runs, and holds what all cases share."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
import transformers
from torch import nn

from make_model import decoders, onnx_export, tiny

STABLE = 0.02  # two best logits at least so far apart: no rounding may swap them
Case = dict[str, Any]


def load(folder: Path) -> nn.Module:
    """The model of the folder's config.json with the weights of its graph."""
    config = transformers.AutoConfig.from_pretrained(folder, attn_implementation="eager")
    model = getattr(transformers, config.architectures[0])(config).eval()
    if config.model_type == "wav2vec2":
        torch.nn.utils.parametrize.remove_parametrizations(
            model.get_submodule(tiny.EXPORTED_WITHOUT_WEIGHT_NORM), "weight"
        )
    state = _state(folder, config)
    unknown = {name for name in model.load_state_dict(state, strict=False).missing_keys if not _derived(name)}
    if unknown:
        raise ValueError(f"{folder}: the graph lacks {sorted(unknown)}")
    if hasattr(model, "tie_weights"):
        model.tie_weights()
    if (folder / "generation_config.json").exists():
        model.generation_config = transformers.GenerationConfig.from_pretrained(folder)
    return model


def _state(folder: Path, config: Any) -> dict[str, torch.Tensor]:
    if config.model_type == "whisper":
        encoder = onnx_export.weights_of(folder / "onnx" / "encoder_model.onnx")
        decoder = onnx_export.weights_of(folder / "onnx" / "decoder_model_merged.onnx")
        return {f"model.encoder.{name}": tensor for name, tensor in encoder.items()} | decoder
    path = folder / "onnx" / "model.onnx"
    if any(node.op_type == "GroupQueryAttention" for node in onnx.load(path).graph.node):
        return decoders.grouped_weights(path, config)
    return onnx_export.weights_of(path)


def _derived(name: str) -> bool:
    """Tied to another weight, unused in the graph, or computed by the class."""
    tied = ("lm_head.weight", "proj_out.weight", "cls.predictions.decoder.weight", "cls.predictions.decoder.bias")
    return name in tied or "pooler" in name or "masked_spec_embed" in name


def rounded(value: Any) -> Any:
    """Floats to seven decimals, arrays to lists: what a JSON file should hold."""
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    if isinstance(value, torch.Tensor):
        value = value.numpy()
    if isinstance(value, np.ndarray | list | tuple):
        return [rounded(each) for each in value]
    if isinstance(value, float | np.floating):
        return round(float(value), 7)
    return value.item() if isinstance(value, np.generic) else value


def case(name: str, request: dict[str, Any], response: dict[str, Any], **extra: Any) -> Case:
    """`extra`: media, note, tolerance, box_tolerance, reference (facts beside the response)."""
    media = {"media": extra.pop("media")} if "media" in extra else {}
    tolerance = {"tolerance": extra.pop("tolerance", 1e-4)}
    return {"name": name, "request": request, **media, "response": rounded(response), **tolerance, **rounded(extra)}

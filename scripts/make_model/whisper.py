"""Whisper as Transformers.js loads it: encoder_model.onnx, and decoder_model_merged.onnx with an If on the cache."""

from pathlib import Path

import onnx
import torch
from onnx import TensorProto, helper
from torch import nn
from transformers.cache_utils import DynamicCache, EncoderDecoderCache

from . import hub, onnx_export

PARTS = ("decoder.key", "decoder.value", "encoder.key", "encoder.value")


class FirstStep(nn.Module):
    """Tokens and the encoder's states to logits and the whole cache, layer by layer in the order of PARTS."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, states: torch.Tensor) -> tuple[torch.Tensor, ...]:
        cache = EncoderDecoderCache(DynamicCache(), DynamicCache())
        return _step(self.model, input_ids, states, cache, 4)


class CachedStep(nn.Module):
    """Tokens and a cache to logits and the decoder's part of the cache; the encoder's part does not change."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, *past: torch.Tensor) -> tuple[torch.Tensor, ...]:
        cache = EncoderDecoderCache(DynamicCache(), DynamicCache())
        for layer in range(len(past) // 4):
            cache.self_attention_cache.update(past[4 * layer], past[4 * layer + 1], layer)
            cache.cross_attention_cache.update(past[4 * layer + 2], past[4 * layer + 3], layer)
            cache.is_updated[layer] = True
        return _step(self.model, input_ids, past[0].new_zeros(1), cache, 2)


def _step(
    model: nn.Module, input_ids: torch.Tensor, states: torch.Tensor, cache: EncoderDecoderCache, kept: int
) -> tuple[torch.Tensor, ...]:
    answer = model(decoder_input_ids=input_ids, encoder_outputs=(states,), past_key_values=cache, use_cache=True)
    outputs = [answer.logits]
    for own, cross in zip(cache.self_attention_cache.layers, cache.cross_attention_cache.layers, strict=True):
        outputs += [own.keys, own.values, cross.keys, cross.values][:kept]
    return tuple(outputs)


def write(folder: Path, model: nn.Module, compact: bool = False) -> float:
    """Exports both graphs, checks them against PyTorch and returns the largest difference."""
    config = model.config
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    hub.write_config(folder, config, "WhisperForConditionalGeneration")
    encoder = onnx_export.Outputs(model.model.encoder, ["input_features"], ["last_hidden_state"])
    sound = {"input_features": torch.randn(2, config.num_mel_bins, 2 * config.max_source_positions)}
    axes = {name: {0: "batch_size"} for name in ("input_features", "last_hidden_state")}
    path = folder / "onnx" / "encoder_model.onnx"
    graphs = [onnx_export.export(encoder, sound, ["last_hidden_state"], axes), _first(model), _cached(model)]
    if compact:
        for each in graphs:
            onnx_export.compact(each.graph)
    onnx.save(graphs[0], path)
    worst = onnx_export.check(path, encoder, sound)

    merged = merge(graphs[1], graphs[2], config)
    path = folder / "onnx" / "decoder_model_merged.onnx"
    onnx.save(merged, path)
    return max(worst, _check_decoder(path, model))


def _names(config: object, kind: str, parts: tuple[str, ...]) -> list[str]:
    return [f"{kind}.{layer}.{part}" for layer in range(config.decoder_layers) for part in parts]


def _past(config: object, batch: int, length: int, encoder_length: int) -> list[torch.Tensor]:
    heads = config.decoder_attention_heads
    lengths = (length, length, encoder_length, encoder_length) * config.decoder_layers
    return [torch.randn(batch, heads, positions, config.d_model // heads) for positions in lengths]


def _first(model: nn.Module) -> onnx.ModelProto:
    states = torch.randn(2, model.config.max_source_positions, model.config.d_model)
    inputs = {"input_ids": torch.ones(2, 3, dtype=torch.long), "encoder_hidden_states": states}
    axes = {"input_ids": {0: "b", 1: "s"}, "encoder_hidden_states": {0: "b", 1: "e"}}
    return onnx_export.export(FirstStep(model), inputs, ["logits", *_names(model.config, "present", PARTS)], axes)


def _cached(model: nn.Module) -> onnx.ModelProto:
    config = model.config
    past = dict(zip(_names(config, "past_key_values", PARTS), _past(config, 2, 5, config.max_source_positions)))
    axes = {"input_ids": {0: "b", 1: "s"}} | {name: {0: "b", 2: "p" if ".decoder." in name else "e"} for name in past}
    inputs = {"input_ids": torch.ones(2, 3, dtype=torch.long)} | past
    return onnx_export.export(CachedStep(model), inputs, ["logits", *_names(config, "present", PARTS[:2])], axes)


def merge(first: onnx.ModelProto, cached: onnx.ModelProto, config: object) -> onnx.ModelProto:
    """One graph with the weights outside and both runs as branches of an If on use_cache_branch."""
    weights = {tensor.name: tensor for tensor in [*cached.graph.initializer, *first.graph.initializer]}
    heads, width = config.decoder_attention_heads, config.d_model // config.decoder_attention_heads

    def cache(kind: str, lengths: tuple[str, str]) -> list[onnx.ValueInfoProto]:
        shapes = {name: lengths["encoder" in name] for name in _names(config, kind, PARTS)}
        return [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch_size", heads, length, width])
            for name, length in shapes.items()
        ]

    sequence = ["batch_size", "decoder_sequence_length"]
    inputs = [
        helper.make_tensor_value_info("input_ids", TensorProto.INT64, sequence),
        helper.make_tensor_value_info(
            "encoder_hidden_states", TensorProto.FLOAT, ["batch_size", "encoder_sequence_length", config.d_model]
        ),
        *cache("past_key_values", ("past_decoder_sequence_length", "encoder_sequence_length_out")),
        helper.make_tensor_value_info("use_cache_branch", TensorProto.BOOL, [1]),
    ]
    outputs = [
        helper.make_tensor_value_info("logits", TensorProto.FLOAT, [*sequence, config.vocab_size]),
        *cache("present", ("present_decoder_sequence_length", "encoder_sequence_length_out")),
    ]
    kept = {value.name for value in inputs} | set(weights)
    names = [value.name for value in outputs]
    choice = helper.make_node(
        "If",
        ["use_cache_branch"],
        names,
        then_branch=_branch(cached.graph, "cached", names, kept, [0, heads, 1, width]),
        else_branch=_branch(first.graph, "first", names, kept, [0, heads, 1, width]),
    )
    graph = helper.make_graph([choice], "whisper_decoder", inputs, outputs, list(weights.values()))
    opset = helper.make_opsetid("", onnx_export.OPSET)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=8)
    onnx.checker.check_model(model)
    return model


def _branch(
    graph: onnx.GraphProto, prefix: str, outputs: list[str], kept: set[str], empty: list[int]
) -> onnx.GraphProto:
    """`graph` under `prefix`; an output it lacks (the encoder's cache, which callers have) becomes an empty tensor."""
    rename = {
        name: f"{prefix[0]}/{name}"
        for node in graph.node
        for name in [*node.input, *node.output]
        if name and name not in kept
    }
    nodes = []
    for node in graph.node:
        inner = onnx.NodeProto()
        inner.CopyFrom(node)
        inner.name = f"{prefix}/{node.name}" if node.name else ""
        inner.input[:] = [rename.get(name, name) for name in node.input]
        inner.output[:] = [rename.get(name, name) for name in node.output]
        nodes.append(inner)
    made = {name for node in graph.node for name in node.output}
    for name in outputs:
        if name not in made:
            value = helper.make_tensor("empty", TensorProto.FLOAT, empty, [])
            nodes.append(helper.make_node("Constant", [], [f"{prefix[0]}/{name}"], value=value))
    results = [helper.make_tensor_value_info(f"{prefix[0]}/{name}", TensorProto.FLOAT, None) for name in outputs]
    return helper.make_graph(nodes, prefix, [], results)


def _check_decoder(path: Path, model: nn.Module) -> float:
    """Runs both branches at other sizes than those exported; the module stands for the graph with all its inputs."""
    config = model.config

    class Merged(nn.Module):
        def forward(self, ids: torch.Tensor, states: torch.Tensor, *rest: torch.Tensor) -> tuple[torch.Tensor, ...]:
            *past, use_cache = rest
            if not use_cache:
                return FirstStep(model)(ids, states)
            logits, *own = CachedStep(model)(ids, *past)
            none = torch.zeros(0, past[0].shape[1], 1, past[0].shape[3])
            return (logits, *(each for i in range(0, len(own), 2) for each in (own[i], own[i + 1], none, none)))

    worst = 0.0
    for batch, tokens, past_length in ((1, 4, 0), (3, 1, 9), (1, 1, 1)):
        encoder_length = config.max_source_positions if past_length else 0
        past = _past(config, batch, past_length, encoder_length)
        inputs = {
            "input_ids": torch.randint(0, config.vocab_size, (batch, tokens)),
            "encoder_hidden_states": torch.randn(batch, config.max_source_positions, config.d_model),
            **dict(zip(_names(config, "past_key_values", PARTS), past)),
            "use_cache_branch": torch.tensor([past_length > 0]),
        }
        worst = max(worst, onnx_export.check(path, Merged(), inputs))
    return worst

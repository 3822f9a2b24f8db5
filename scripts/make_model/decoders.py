"""Language models: GroupQueryAttention by onnxruntime_genai's builder, and the classic graph with a growing cache."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from tokenizers import Tokenizer
from torch import nn
from transformers.cache_utils import DynamicCache

from . import hub, onnx_export, vocab

CHATML = (
    "{% if messages[0]['role'] != 'system' %}"
    "{{ '<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n' }}{% endif %}"
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
HEADERS = (
    "{{ bos_token }}{% for message in messages %}"
    "{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' }}"
    "{{ message['content'] | trim + '<|eot_id|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
)
# Transformers.js' names: int4 weights stand beside fp32 activations.
SUFFIXES = {"fp32": "", "fp16": "_fp16", "int4": "_q4"}
# How far logits may be from PyTorch's in fp32. Near 16, half precision moves by a hundredth.
TOLERANCES = {"fp32": onnx_export.TOLERANCE, "fp16": 0.1, "int4": float("inf")}


class Step(nn.Module):
    """Tokens, mask, positions and past keys and values to logits and the longer keys and values."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, position_ids: torch.Tensor, *past: torch.Tensor
    ) -> tuple[torch.Tensor, ...]:
        cache = DynamicCache()
        for layer in range(len(past) // 2):
            cache.update(past[2 * layer], past[2 * layer + 1], layer)
        answer = self.model(
            input_ids=input_ids,
            attention_mask=attention_mask,
            position_ids=position_ids,
            past_key_values=cache,
            use_cache=True,
        )
        return (answer.logits, *(part for layer in cache.layers for part in (layer.keys, layer.values)))


def write_files(folder: Path, model: nn.Module, tokenizer: Tokenizer, tokens: dict[str, Any], stops: list[str]) -> None:
    """Everything but the graph; `tokens` is the tokenizer_config with chat_template, `stops` end a generation."""
    config = model.config
    vocab.save(
        tokenizer,
        folder,
        {**tokens, "clean_up_tokenization_spaces": False, "model_max_length": config.max_position_embeddings},
    )
    hub.write_config(folder, config, type(model).__name__)
    generation = {
        key: getattr(config, key) for key in ("bos_token_id", "pad_token_id") if getattr(config, key) is not None
    }
    eos = [tokenizer.token_to_id(token) for token in stops]
    hub.write_json(folder / "generation_config.json", generation | {"eos_token_id": eos if len(eos) > 1 else eos[0]})


def write_classic(folder: Path, model: nn.Module) -> float:
    """The graph optimum writes: position_ids as an input, past_key_values in, longer present out."""
    path = folder / "onnx" / "model.onnx"
    path.parent.mkdir(parents=True, exist_ok=True)
    pasts, presents = _cache_names(model.config, "past_key_values"), _cache_names(model.config, "present")
    rows = {0: "batch_size", 1: "sequence_length"}
    axes: onnx_export.Axes = {"input_ids": rows, "position_ids": rows, "logits": rows}
    axes["attention_mask"] = {0: "batch_size", 1: "total_sequence_length"}
    axes |= {name: {0: "batch_size", 2: "past_sequence_length"} for name in pasts}
    axes |= {name: {0: "batch_size", 2: "total_sequence_length"} for name in presents}
    module = Step(model)
    onnx.save(onnx_export.export(module, _example(model.config, 2, 3, 5, 2), ["logits", *presents], axes), path)
    others = [(1, 1, 9, 0), (1, 4, 0, 0), (3, 6, 0, 2), (3, 2, 7, 3)]
    return max(onnx_export.check(path, module, _example(model.config, *each)) for each in others)


def _cache_names(config: Any, kind: str) -> list[str]:
    return [f"{kind}.{layer}.{part}" for layer in range(config.num_hidden_layers) for part in ("key", "value")]


def _example(config: Any, batch: int, tokens: int, past: int, left_padding: int) -> dict[str, torch.Tensor]:
    """Random inputs of a step; the first row of the mask begins with `left_padding` zeros."""
    width = config.hidden_size // config.num_attention_heads
    mask = torch.ones(batch, past + tokens, dtype=torch.long)
    mask[0, :left_padding] = 0
    return {
        "input_ids": torch.randint(0, config.vocab_size, (batch, tokens)),
        "attention_mask": mask,
        "position_ids": (mask.cumsum(-1) - 1).clamp(min=0)[:, past:],
        **{
            name: torch.randn(batch, config.num_key_value_heads, past, width)
            for name in _cache_names(config, "past_key_values")
        },
    }


def write_grouped(folder: Path, model: nn.Module, precision: str) -> float:
    """GroupQueryAttention by the builder: `onnx/model.onnx` or one with a suffix, and its genai_config.json."""
    name = f"model{SUFFIXES[precision]}.onnx"
    with tempfile.TemporaryDirectory() as scratch:
        source, built = Path(scratch, "source"), Path(scratch, "built")
        model.save_pretrained(source)
        for file in folder.glob("*.json"):  # over what save_pretrained wrote: the builder copies facts from these
            source.joinpath(file.name).write_bytes(file.read_bytes())
        _run_builder(source, built, Path(scratch, "cache"), precision)
        external = _move_graph(built / "model.onnx", folder / "onnx" / name, model.config)
        genai = json.loads((built / "genai_config.json").read_text("utf-8"))
    genai["model"]["decoder"]["filename"] = f"onnx/{name}"
    hub.write_json(folder / "genai_config.json", genai)
    if external:
        config = json.loads((folder / "config.json").read_text("utf-8"))
        hub.write_json(
            folder / "config.json", config | {"transformers.js_config": {"use_external_data_format": {name: 1}}}
        )
    return _check_grouped(folder / "onnx" / name, model, TOLERANCES[precision])


def _run_builder(source: Path, built: Path, cache: Path, precision: str) -> None:
    provider = "webgpu" if precision == "fp16" else "cpu"  # the builder has no half precision for the CPU
    command = [sys.executable, "-m", "onnxruntime_genai.models.builder", "--execution_provider", provider]
    command += ["--input", str(source), "--output", str(built), "--cache_dir", str(cache), "--precision", precision]
    if precision == "int4":
        command += ["--extra_options", "int4_accuracy_level=4"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the builder failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")


def _move_graph(source: Path, target: Path, config: Any) -> bool:
    """Saves the graph in one file below 1.9 GB (protobuf ends at 2), else with its weights in `<target>_data`."""
    target.parent.mkdir(parents=True, exist_ok=True)
    data = target.with_name(target.name + "_data")
    for old in (target, data):
        old.unlink(missing_ok=True)
    weights = sum(file.stat().st_size for file in source.parent.glob("model.onnx*"))
    external = weights > 1_900_000_000
    model = onnx.load(source)
    for node in model.graph.node:
        node.ClearField("doc_string")
    # The builder gives the last dimension of the cache a name; Transformers.js makes a cache of width 0 from that.
    for value in [*model.graph.input, *model.graph.output]:
        if value.name.endswith((".key", ".value")):
            value.type.tensor_type.shape.dim[3].dim_value = config.hidden_size // config.num_attention_heads
    onnx.save(model, target, save_as_external_data=external, location=data.name)
    if external:
        data.chmod(0o644)  # onnx writes it for its owner alone
    return external


def _check_grouped(path: Path, model: nn.Module, tolerance: float) -> float:
    """Without a past, against PyTorch; logits alone: GroupQueryAttention leaves padded rows of the cache undefined."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    inputs = _example(model.config, 2, 7, 0, 0)
    types = {value.name: np.float16 if value.type == "tensor(float16)" else None for value in session.get_inputs()}
    feeds = {name: inputs[name].numpy() for name in types}
    feeds = {name: array.astype(types[name] or array.dtype) for name, array in feeds.items()}
    got = session.run(["logits"], feeds)[0].astype(np.float32)
    with torch.no_grad():
        logits = model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"]).logits.numpy()
    worst = float(np.abs(got - logits).max())
    if worst > tolerance:
        raise ValueError(f"{path}: ONNX and PyTorch differ by {worst}")
    return worst


def grouped_weights(path: Path, config: Any) -> dict[str, torch.Tensor]:
    """The parameters in a builder's fp32 graph under PyTorch's names: there matrices are transposed, q, k and v one."""
    width = config.hidden_size // config.num_attention_heads
    rows = [width * config.num_attention_heads, width * config.num_key_value_heads, width * config.num_key_value_heads]
    state = {}
    for tensor in onnx.load(path).graph.initializer:
        name, array = tensor.name, torch.from_numpy(np.array(numpy_helper.to_array(tensor)))
        if ".MatMul." in name:
            name, array = name.replace(".MatMul.", ".").replace(".attn.", ".self_attn."), array.T.contiguous()
        if "qkv_proj" in name:
            state |= {name.replace("qkv", part): each for part, each in zip("qkv", array.split(rows), strict=True)}
        elif "final_norm" in name:
            state["model.norm.weight"] = array
        elif name.startswith(("model.", "lm_head.")):  # not the tables of cosines and sines
            state[name] = array
    state.setdefault("model.embed_tokens.weight", state["lm_head.weight"])
    return state

"""Export for storyteller.py: one ONNX file with GroupQueryAttention, the hub files around it, and checks against PyTorch. Imported, never run."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

from harness import write_json
from storyteller_data import END, END_ID, PAD, PAD_ID

MAX_BYTES = 25_000_000
CHECK_TOKENS = 64
CHECK_PROMPTS = [
    "Once upon a time",
    "Write a short story",
    "Hello",
    "The little fox",
    "It was a dark night",
    "<|user|>What is machine learning?<|end|><|assistant|>",
    "<|user|>What is the capital of France?<|end|><|assistant|>",
    "<|user|>Write a story about a dragon.<|end|><|assistant|>",
    "<|user|>Hi!<|end|><|assistant|>",
    "<|system|>You are a helpful assistant.<|end|><|user|>Tell me a joke.<|end|><|assistant|>",
    "<|user|>What is 3 + 4?<|end|><|assistant|>",
    "A king had",
    "<|user|>Write a poem about the sea.<|end|><|assistant|>",
    "<|user|>Name three fruits.<|end|><|assistant|>",
    "<|user|>Who are you?<|end|><|assistant|>",
    "1, 2, 3,",
    "<|user|>Explain quantum computing in simple terms.<|end|><|assistant|>",
    "def sort",
    "Question: Why is the sky blue?\nAnswer:",
    "She opened the door and",
]


def hub_files(model: LlamaForCausalLM, tokenizer: Path, out: Path) -> PreTrainedTokenizerFast:
    """config.json in the older spelling (rope_theta, torch_dtype), which transformers 4 and 5, Transformers.js and the builder all read."""
    c = model.config
    shared = {"eos_token_id": END_ID, "pad_token_id": PAD_ID}
    write_json(
        out / "config.json",
        {
            "architectures": ["LlamaForCausalLM"],
            "model_type": "llama",
            "vocab_size": c.vocab_size,
            "hidden_size": c.hidden_size,
            "intermediate_size": c.intermediate_size,
            "num_hidden_layers": c.num_hidden_layers,
            "num_attention_heads": c.num_attention_heads,
            "num_key_value_heads": c.num_key_value_heads,
            "head_dim": c.head_dim,
            "hidden_act": "silu",
            "max_position_embeddings": c.max_position_embeddings,
            "rms_norm_eps": c.rms_norm_eps,
            "rope_theta": c.rope_parameters["rope_theta"],
            "attention_bias": False,
            "mlp_bias": False,
            "tie_word_embeddings": True,
            "use_cache": True,
            "torch_dtype": "float32",
            "bos_token_id": None,
            **shared,
        },
    )
    write_json(out / "generation_config.json", shared)
    shutil.copy(tokenizer, out / "tokenizer.json")
    write_json(
        out / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "eos_token": END,
            "pad_token": PAD,
            "padding_side": "left",
            "model_max_length": c.max_position_embeddings,
            "clean_up_tokenization_spaces": False,
            "chat_template": Path(__file__).with_name("storyteller_chat.jinja").read_text().strip(),
        },
    )
    return PreTrainedTokenizerFast.from_pretrained(out)


def build_graph(model: LlamaForCausalLM, out: Path, work: Path) -> Path:
    """The builder shares the embedding with the output layer where config.json ties them; its side files are merged into one."""
    source, built = work / "hub", work / "built"
    shutil.rmtree(source, ignore_errors=True)
    shutil.rmtree(built, ignore_errors=True)
    model.save_pretrained(source)
    for name in ("config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json"):
        shutil.copy(out / name, source / name)
    command = [
        sys.executable,
        "-m",
        "onnxruntime_genai.models.builder",
        "-i",
        source,
        "-o",
        built,
        "-p",
        "fp32",
        "-e",
        "cpu",
        "-c",
        work / "cache",
    ]
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    graph = out / "onnx" / "model.onnx"
    graph.parent.mkdir(parents=True, exist_ok=True)
    decoder = onnx.load(built / "model.onnx")
    for value in [*decoder.graph.input, *decoder.graph.output]:
        for dimension in value.type.tensor_type.shape.dim:
            # Transformers.js reads the empty cache's shape from the graph; a symbolic head size would become 0.
            if dimension.dim_param == "kv_cache_dim":
                dimension.dim_value = model.config.head_dim
    onnx.save(decoder, graph)
    genai = json.loads((built / "genai_config.json").read_text())
    genai["model"]["decoder"]["filename"] = "onnx/model.onnx"
    # This vocabulary has no start token; the builder guesses one, and takes the tool marks for turn marks.
    genai["model"]["bos_token_id"] = END_ID
    for guessed in ("bot_token_id", "eot_token_id"):
        genai["model"].pop(guessed, None)
    write_json(out / "genai_config.json", genai)
    return graph


class Decoder:
    """The exported graph, fed as a server does: the prompt, then one token at a time with the cache of the run before."""

    def __init__(self, graph: Path, model: LlamaForCausalLM) -> None:
        self.session = onnxruntime.InferenceSession(str(graph), providers=["CPUExecutionProvider"])
        c = model.config
        self.empty = {
            f"past_key_values.{layer}.{part}": np.zeros((1, c.num_key_value_heads, 0, c.head_dim), np.float32)
            for layer in range(c.num_hidden_layers)
            for part in ("key", "value")
        }

    def run(self, ids: list[int], past: dict[str, np.ndarray], seen: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        feeds = {
            "input_ids": np.array([ids], np.int64),
            "attention_mask": np.ones((1, seen + len(ids)), np.int64),
            **past,
        }
        names = [output.name for output in self.session.get_outputs()]
        outputs = dict(zip(names, self.session.run(names, feeds), strict=True))
        return outputs.pop("logits")[0], {
            name.replace("present", "past_key_values"): value for name, value in outputs.items()
        }

    def greedy(self, ids: list[int], count: int) -> list[int]:
        logits, past = self.run(ids, self.empty, 0)
        seen, made = len(ids), [int(logits[-1].argmax())]
        while len(made) < count and made[-1] != END_ID:
            logits, past = self.run(made[-1:], past, seen)
            seen += 1
            made.append(int(logits[-1].argmax()))
        return made


@torch.no_grad()
def check(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, graph: Path) -> dict[str, str]:
    decoder, worst, equal = Decoder(graph, model), 0.0, 0
    for prompt in CHECK_PROMPTS:
        ids = tokenizer(prompt, add_special_tokens=False)["input_ids"]
        rows = torch.tensor([ids])
        worst = max(worst, float(np.abs(model(rows).logits[0].numpy() - decoder.run(ids, decoder.empty, 0)[0]).max()))
        expected = model.generate(
            rows, attention_mask=torch.ones_like(rows), max_new_tokens=CHECK_TOKENS, do_sample=False
        )[0, len(ids) :].tolist()
        equal += decoder.greedy(ids, CHECK_TOKENS) == expected
    print(
        f"onnx: {graph.stat().st_size / 1e6:.2f} MB, largest logits difference from PyTorch {worst:.1e}, equal greedy tokens for {equal} of {len(CHECK_PROMPTS)} prompts",
        flush=True,
    )
    if worst > 1e-3 or equal < len(CHECK_PROMPTS) or graph.stat().st_size >= MAX_BYTES:
        raise SystemExit("the exported graph failed its check")
    return {
        "ONNX against PyTorch": f"largest logits difference {worst:.1e}; greedy tokens equal for {equal} of {len(CHECK_PROMPTS)} prompts"
    }

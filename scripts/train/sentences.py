"""Train the sentence-embedding model and write models/taskwire/sentences.

Run: python scripts/train/sentences.py --data DIR [--minutes 60]"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.nn import functional
from transformers import BertConfig, BertModel

import harness
from corpora import read_jsonl
from harness import Recipe, Run
from metrics import spearman
from pairs import Corpus
from text import Row, encode, length_batches, pad, save_tokenizer, train_wordpiece

VOCABULARY, HIDDEN, LAYERS, HEADS, MAX_LENGTH = 10500, 208, 2, 4, 256
# Cosines are multiplied by this before the softmax.
SHARPNESS = 20.0


class Embedder:
    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self.config = BertConfig(
            vocab_size=tokenizer.get_vocab_size(),
            hidden_size=HIDDEN,
            num_hidden_layers=LAYERS,
            num_attention_heads=HEADS,
            intermediate_size=3 * HIDDEN,
            max_position_embeddings=MAX_LENGTH,
            attn_implementation="eager",
        )
        self.model = BertModel(self.config, add_pooling_layer=False)

    def embed_rows(self, rows: Sequence[Row]) -> torch.Tensor:
        ids, mask = pad(rows)
        hidden = self.model(ids, attention_mask=mask).last_hidden_state.float()
        weights = mask[..., None].float()
        return functional.normalize((hidden * weights).sum(1) / weights.sum(1), dim=-1)

    def embed_by_length(self, rows: Sequence[Row]) -> torch.Tensor:
        """The same in four parts of like length: half the padding."""
        order = sorted(range(len(rows)), key=lambda index: len(rows[index]))
        parts = [order[begin : begin + 32] for begin in range(0, len(order), 32)]
        vectors = torch.cat([self.embed_rows([rows[index] for index in part]) for part in parts])
        return vectors[torch.tensor(order).argsort()]

    @torch.no_grad()
    def embed(self, texts: Sequence[str]) -> torch.Tensor:
        """Unit vectors [texts, HIDDEN], order kept."""
        self.model.eval()
        rows = encode(self.tokenizer, texts, MAX_LENGTH)
        result = torch.zeros(len(rows), HIDDEN)
        for batch in length_batches(rows, 8192, shuffle=False):
            result[batch] = self.embed_rows([rows[index] for index in batch])
        return result


class TokenVectors(torch.nn.Module):
    """The graph that is exported; the mean over tokens is left to the caller, as sentence-transformers models do."""

    def __init__(self, model: BertModel) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> torch.Tensor:
        return self.model(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state


def train(run: Run, embedder: Embedder, corpus: Corpus) -> int:
    weights, sources = zip(*corpus.sources(), strict=True)

    def loss_of(_fraction: float) -> torch.Tensor:
        pairs = random.choices(sources, weights)[0](128)
        left, right = (encode(embedder.tokenizer, side, 96) for side in zip(*pairs, strict=True))
        left_vectors, right_vectors = embedder.embed_by_length(left), embedder.embed_by_length(right)
        with torch.autocast("cpu", enabled=False):
            cosines = left_vectors @ right_vectors.T * SHARPNESS
        # The pair of row i is column i; every other text of the batch stands for what it does not mean.
        wanted = torch.arange(len(pairs))
        return (functional.cross_entropy(cosines, wanted) + functional.cross_entropy(cosines.T, wanted)) / 2

    development = read_jsonl(run.data / "embeddings" / "stsb" / "dev.jsonl.gz")
    recipe = Recipe(learning_rate=1e-3, weight_decay=0.01, warmup_steps=300, bfloat16=True)
    return harness.fit(
        run,
        embedder.model,
        loss_of,
        recipe,
        evaluate=lambda: f"STS-B dev Spearman {similarity(embedder, development):.3f}",
    )


def similarity(embedder: Embedder, rows: Sequence[dict[str, Any]]) -> float:
    left, right = (embedder.embed([row[side] for row in rows]) for side in ("a", "b"))
    return spearman((left * right).sum(-1).tolist(), [row["score"] for row in rows])


def intent_retrieval(embedder: Embedder, folder: Path) -> float:
    """Share of Banking77's test questions whose nearest training question has the same intent, in per cent."""
    known, asked = read_jsonl(folder / "banking77_train.jsonl.gz"), read_jsonl(folder / "banking77_test.jsonl.gz")
    vectors = embedder.embed([row["text"] for row in known])
    nearest = (embedder.embed([row["text"] for row in asked]) @ vectors.T).argmax(-1).tolist()
    return 100 * float(
        np.mean([known[index]["label"] == row["label"] for index, row in zip(nearest, asked, strict=True)])
    )


def measure(embedder: Embedder, folder: Path) -> dict[str, str]:
    metrics = {}
    for split in ("dev", "test"):
        rows = read_jsonl(folder / "stsb" / f"{split}.jsonl.gz")
        metrics[f"STS benchmark {split}, {len(rows)} pairs (never trained on)"] = (
            f"Spearman {similarity(embedder, rows):.3f}"
        )
    metrics["Banking77 test, nearest training question has the same intent"] = (
        f"{intent_retrieval(embedder, folder):.1f} % right"
    )
    return metrics


def save(run: Run, embedder: Embedder) -> None:
    save_tokenizer(embedder.tokenizer, run.out, MAX_LENGTH)
    config = embedder.config.to_dict() | {"architectures": ["BertModel"]}
    harness.write_json(
        run.out / "config.json", {key: value for key, value in config.items() if not key.startswith("_")}
    )
    # The layout by which sentence-transformers and others recognise mean pooling.
    steps = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
    modules = [
        {"idx": index, "name": str(index), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for index, (path, kind) in enumerate(steps)
    ]
    harness.write_json(run.out / "modules.json", modules)
    harness.write_json(run.out / "sentence_bert_config.json", {"max_seq_length": MAX_LENGTH, "do_lower_case": False})
    modes = {
        "pooling_mode_cls_token": False,
        "pooling_mode_mean_tokens": True,
        "pooling_mode_max_tokens": False,
        "pooling_mode_mean_sqrt_len_tokens": False,
    }
    harness.write_json(run.out / "1_Pooling" / "config.json", {"word_embedding_dimension": HIDDEN, **modes})
    settings = {
        "task": "embeddings",
        "default": True,
        "description": "English sentence embeddings",
        "license": "apache-2.0",
        "pooling": "mean",
        "dimensions": HIDDEN,
    }
    harness.write_json(run.out / "taskwire.json", settings)
    examples = []
    for count, length in ((2, 16), (1, 5), (5, MAX_LENGTH)):
        ids = torch.randint(5, embedder.config.vocab_size, (count, length))
        mask = torch.ones_like(ids)
        mask[0, length // 2 :] = 0
        examples.append({"input_ids": ids, "attention_mask": mask, "token_type_ids": torch.zeros_like(ids)})
    ragged = {0: "batch_size", 1: "sequence_length"}
    dynamic = dict.fromkeys([*examples[0], "last_hidden_state"], ragged)
    harness.export_onnx(
        TokenVectors(embedder.model), examples, ["last_hidden_state"], run.out / "onnx" / "model.onnx", dynamic=dynamic
    )


def main(run: Run) -> None:
    corpus = Corpus(run.data)
    embedder = Embedder(train_wordpiece(corpus.texts(), VOCABULARY))
    size = harness.parameters(embedder.model)
    print(
        f"sentences: {len(corpus.dictionary)} dictionary pairs, {len(corpus.plain)} plain sentences, {size / 1e6:.2f} M parameters",
        flush=True,
    )
    steps = train(run, embedder, corpus)
    save(run, embedder)
    shape = f"BERT encoder: {LAYERS} layers of {HIDDEN}, own WordPiece vocabulary of {VOCABULARY}, mean pooling, {size / 1e6:.2f} M parameters, fp32."
    harness.write_card(
        run,
        model=shape,
        metrics=measure(embedder, run.data / "embeddings"),
        steps=steps,
    )
    texts = [
        "How do I reset my password?",
        "I forgot my login and need a new password.",
        "The cat sleeps on the sofa.",
        "A kitten is napping on the couch.",
    ]
    vectors = embedder.embed(texts)
    for index, text in enumerate(texts):
        print(" ".join(f"{value:.2f}" for value in (vectors[index] @ vectors.T).tolist()), text, flush=True)


if __name__ == "__main__":
    main(harness.start("sentences", minutes=60))

"""Shared by the text models: WordPiece vocabulary, batches of similar length, a small BERT classifier.

Imported, never run."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import BertConfig, BertForMaskedLM, BertForSequenceClassification

from corpora import Example
from harness import Recipe, Run, export_onnx, fit, parameters, write_json

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
PAD, UNK, CLS, SEP, MASK = range(5)
Row = list[int]


def train_wordpiece(texts: Iterable[str], size: int) -> Tokenizer:
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.train_from_iterator(
        texts, trainers.WordPieceTrainer(vocab_size=size, min_frequency=2, special_tokens=SPECIAL, show_progress=False)
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS]:0 $A:0 [SEP]:0",
        pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
        special_tokens=[("[CLS]", CLS), ("[SEP]", SEP)],
    )
    return tokenizer


def save_tokenizer(tokenizer: Tokenizer, out: Path, max_length: int) -> None:
    out.mkdir(parents=True, exist_ok=True)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.save(str(out / "tokenizer.json"))
    special = {
        "unk_token": "[UNK]",
        "sep_token": "[SEP]",
        "pad_token": "[PAD]",
        "cls_token": "[CLS]",
        "mask_token": "[MASK]",
    }
    write_json(
        out / "tokenizer_config.json",
        {"tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": max_length, **special},
    )


def encode(tokenizer: Tokenizer, texts: Sequence[str], max_length: int) -> list[Row]:
    tokenizer.enable_truncation(max_length)
    return [encoding.ids for encoding in tokenizer.encode_batch(list(texts))]


def pad(rows: Sequence[Row]) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids and mask, both int64 [rows, longest], right-padded."""
    longest = max(map(len, rows))
    ids = torch.zeros(len(rows), longest, dtype=torch.long)
    mask = torch.zeros(len(rows), longest, dtype=torch.long)
    for index, row in enumerate(rows):
        ids[index, : len(row)] = torch.tensor(row)
        mask[index, : len(row)] = 1
    return ids, mask


def length_batches(rows: Sequence[Row], padded_tokens: int, shuffle: bool = True) -> Iterator[list[int]]:
    """Indices in batches of similar length, each at most `padded_tokens` once padded; shuffled, similar lengths come from chunks of 3,000."""
    order = list(range(len(rows)))
    if shuffle:
        random.shuffle(order)
    for begin in range(0, len(order), 3000):
        chunk = sorted(order[begin : begin + 3000], key=lambda index: len(rows[index]), reverse=True)
        batches: list[list[int]] = []
        for index in chunk:
            if not batches or (len(batches[-1]) + 1) * len(rows[batches[-1][0]]) > padded_tokens:
                batches.append([])
            batches[-1].append(index)
        if shuffle:
            random.shuffle(batches)
        yield from batches


@dataclass(frozen=True)
class ClassifierShape:
    vocabulary: int
    hidden: int
    layers: int
    heads: int
    max_length: int
    dropout: float = 0.1


class Logits(torch.nn.Module):
    """The graph that is exported: three inputs as the hub's BERT exports have, logits out."""

    def __init__(self, model: BertForSequenceClassification) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> torch.Tensor:
        return self.model(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids).logits


class Classifier:
    """A small BERT with a classification head, trained from random weights."""

    def __init__(self, tokenizer: Tokenizer, labels: Sequence[str], shape: ClassifierShape) -> None:
        self.tokenizer, self.labels, self.shape = tokenizer, list(labels), shape
        self.config = BertConfig(
            vocab_size=tokenizer.get_vocab_size(),
            hidden_size=shape.hidden,
            num_hidden_layers=shape.layers,
            num_attention_heads=shape.heads,
            intermediate_size=4 * shape.hidden,
            max_position_embeddings=shape.max_length,
            hidden_dropout_prob=shape.dropout,
            attention_probs_dropout_prob=shape.dropout,
            id2label=dict(enumerate(labels)),
            label2id={label: index for index, label in enumerate(labels)},
            attn_implementation="eager",
        )
        self.model = BertForSequenceClassification(self.config)

    def warm_up(self, run: Run, texts: Sequence[str], recipe: Recipe, minutes: float) -> None:
        """Guess hidden words of unlabelled text first: what words have in common is learnt from more text than the labels have."""
        rows = encode(self.tokenizer, texts, 64)
        model = BertForMaskedLM(self.config)
        batches: Iterator[list[int]] = iter(())

        def loss_of(_fraction: float) -> torch.Tensor:
            nonlocal batches
            batch = next(batches, None)
            if batch is None:
                batches = length_batches(rows, 2048)
                batch = next(batches)
            ids, mask = pad([rows[index] for index in batch])
            chosen = (torch.rand(ids.shape) < 0.2) & (ids >= len(SPECIAL))
            chosen[0, 1] = True
            kind = torch.rand(ids.shape)
            # Of the chosen pieces four in five are hidden, one in ten is replaced by another, one in ten stays.
            shown = ids.masked_fill(chosen & (kind < 0.8), MASK)
            shown = torch.where(
                chosen & (kind > 0.9), torch.randint_like(ids, len(SPECIAL), self.config.vocab_size), shown
            )
            hidden = model.bert(shown, attention_mask=mask).last_hidden_state
            return torch.nn.functional.cross_entropy(model.cls(hidden[chosen]).float(), ids[chosen])

        fit(run, model, loss_of, recipe, phase="warm-up", minutes=minutes)
        self.model.bert.load_state_dict(model.bert.state_dict(), strict=False)

    def fit(
        self,
        run: Run,
        examples: Sequence[Example],
        recipe: Recipe,
        *,
        word_dropout: float = 0.1,
        smoothing: float = 0.05,
        minutes: float | None = None,
        evaluate: Callable[[], str] | None = None,
    ) -> int:
        rows = encode(self.tokenizer, [example.text for example in examples], self.shape.max_length)
        labels = torch.tensor([example.label for example in examples])
        print(f"{run.name}: {len(rows)} examples, {parameters(self.model) / 1e6:.2f} M parameters", flush=True)
        batches: Iterator[list[int]] = iter(())

        def loss_of(_fraction: float) -> torch.Tensor:
            nonlocal batches
            batch = next(batches, None)
            if batch is None:
                batches = length_batches(rows, 2048)
                batch = next(batches)
            ids, mask = pad([rows[index] for index in batch])
            dropped = (torch.rand(ids.shape) < word_dropout) & (ids >= len(SPECIAL))
            logits = self.model(ids.masked_fill(dropped, UNK), attention_mask=mask).logits.float()
            return torch.nn.functional.cross_entropy(logits, labels[batch], label_smoothing=smoothing)

        return fit(run, self.model, loss_of, recipe, minutes=minutes, evaluate=evaluate)

    @torch.no_grad()
    def probabilities(self, texts: Sequence[str]) -> torch.Tensor:
        """float [texts, labels], order kept."""
        self.model.eval()
        rows = encode(self.tokenizer, texts, self.shape.max_length)
        result = torch.zeros(len(rows), len(self.labels))
        for batch in length_batches(rows, 8192, shuffle=False):
            ids, mask = pad([rows[index] for index in batch])
            result[batch] = self.model(ids, attention_mask=mask).logits.softmax(-1)
        return result

    def accuracy(self, examples: Sequence[Example]) -> float:
        """Per cent."""
        predicted = self.probabilities([example.text for example in examples]).argmax(-1)
        return 100 * (predicted == torch.tensor([example.label for example in examples])).float().mean().item()

    def describe(self) -> str:
        return (
            f"BERT for sequence classification: {self.shape.layers} layers of {self.shape.hidden}, own WordPiece vocabulary of "
            f"{self.config.vocab_size}, {parameters(self.model) / 1e6:.2f} M parameters, fp32."
        )

    def save(self, out: Path) -> None:
        save_tokenizer(self.tokenizer, out, self.shape.max_length)
        config = self.config.to_dict() | {"architectures": ["BertForSequenceClassification"]}
        write_json(out / "config.json", {key: value for key, value in config.items() if not key.startswith("_")})
        examples = []
        for count, length in ((2, 16), (1, 5), (5, self.shape.max_length)):
            ids = torch.randint(len(SPECIAL), self.config.vocab_size, (count, length))
            mask = torch.ones_like(ids)
            mask[0, length // 2 :] = 0
            examples.append({"input_ids": ids, "attention_mask": mask, "token_type_ids": torch.zeros_like(ids)})
        ragged = {0: "batch_size", 1: "sequence_length"}
        export_onnx(
            Logits(self.model),
            examples,
            ["logits"],
            out / "onnx" / "model.onnx",
            dynamic=dict.fromkeys(examples[0], ragged) | {"logits": {0: "batch_size"}},
        )

"""Text for storyteller.py: real sources and the storybook as documents, the tokenizer, and packing into rows. Imported, never run."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

import storybook
from harness import read_jsonl
from storybook.smalltalk import UNKNOWN

# Ids follow this order. END closes a turn or a text and ends generation; PAD parts the documents of a row and fills its tail.
END, PAD = "<|end|>", "<|pad|>"
SPECIAL = [END, PAD, "<|system|>", "<|user|>", "<|assistant|>", "<|tool|>"]
# Added but not special, so that decoding keeps them in the text for a client to parse.
MARKS = ["<tool_call>", "</tool_call>"]
END_ID, PAD_ID = 0, 1
VOCABULARY = 4096
BOOKS = "book chapters held out"

# Share of training tokens by source.
SHARES = {"storybook": 0.79, "books": 0.09, "dolly": 0.08, "talk": 0.02, "unknown": 0.02}
_CURLY = str.maketrans(
    {"“": '"', "”": '"', "‘": "'", "’": "'", "—": "-", "–": "-", "…": "...", "\u2060": "", "\u200a": "", "\u00a0": " "}
)

Document = list[tuple[str, str]]


def render(document: Document) -> str:
    """The text that the chat template gives for the same turns; a ("text", …) turn is plain text."""
    return "".join(f"{'' if role == 'text' else f'<|{role}|>'}{content}{END}" for role, content in document)


def _clean(text: str) -> str:
    return re.sub(r"[ \t]+", " ", text.translate(_CURLY)).strip()


def _dolly(path: Path) -> list[str]:
    """Plain text, not chat turns: its facts are beyond so small a model, and as chat they would teach it to invent answers."""
    texts = []
    for row in read_jsonl(path):
        context = f"\n{_clean(row['context'])[:700]}" if row["context"] else ""
        texts.append(
            f"Question: {_clean(row['instruction'])[:300]}{context}\nAnswer: {_clean(row['response'])[:900]}{END}"
        )
    return texts


_ASKS_A_FACT = re.compile(
    r"(who|when|which|where|in (what|which)|what (year|was|were)|how many|did|does|is the|was)\b", re.IGNORECASE
)
# The storybook answers questions with these words itself.
_ANSWERED = re.compile(
    r"capital|continent|planet|ocean|country|mountain|river|animal|moon|largest|biggest|longest|wrote|paint|invent|discover|legs|colou?r|president|you\b",
    re.IGNORECASE,
)


def _unknown(path: Path, seed: int) -> list[str]:
    """Questions of fact that the model cannot know, answered by saying so."""
    rng = random.Random(seed)
    asked = [
        _clean(row["instruction"]) for row in read_jsonl(path) if not row["context"] and len(row["instruction"]) <= 110
    ]
    return [
        render([("user", text), ("assistant", rng.choice(UNKNOWN))])
        for text in asked
        if _ASKS_A_FACT.match(text) and not _ANSWERED.search(text)
    ]


def _books(path: Path, held_out: bool) -> list[str]:
    """Chapters; every fortieth is held out."""
    chapters = [row["paragraphs"] for number, row in enumerate(read_jsonl(path)) if (number % 40 == 7) is held_out]
    return [
        _clean("\n\n".join(paragraphs).replace("\n\n", "\x00")).replace("\x00", "\n\n") + END for paragraphs in chapters
    ]


def _talk(folder: Path, part: str) -> list[str]:
    rows = read_jsonl(folder / f"topical_chat_{part}.jsonl.gz") + (
        read_jsonl(folder / "chatterbot_english.jsonl.gz") if part == "train" else []
    )
    return ["\n".join(f"- {_clean(turn)}" for turn in row["turns"]) + END for row in rows]


class Corpus:
    """Real texts in memory, tokenized once; storybook documents are written anew for every pool of rows."""

    def __init__(self, data: Path, seed: int) -> None:
        folder = data / "text-generation"
        self.seed = seed
        self.texts = {
            "dolly": _dolly(folder / "dolly15k_train.jsonl.gz"),
            "books": _books(folder / "standardebooks.jsonl.gz", held_out=False),
            "talk": _talk(folder, "train"),
            "unknown": _unknown(folder / "dolly15k_train.jsonl.gz", seed),
        }
        self.validation_texts = {
            "storybook (fresh seed)": [
                render(document) for document in storybook.documents(random.Random("held out"), 600)
            ],
            "Dolly test": _dolly(folder / "dolly15k_test.jsonl.gz"),
            BOOKS: _books(folder / "standardebooks.jsonl.gz", held_out=True),
        }

    def train_tokenizer(self, path: Path) -> Tokenizer:
        """Byte-level BPE; digits stand alone so that sums can be learnt."""
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
        )
        tokenizer.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=VOCABULARY - len(MARKS),
            special_tokens=SPECIAL,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
        texts = (
            [render(document) for document in storybook.documents(random.Random(self.seed), 12000)]
            + self.texts["dolly"][::3]
            + self.texts["books"][::3]
            + self.texts["talk"][::3]
        )
        tokenizer.train_from_iterator((text.replace(END, "") for text in texts), trainer)
        tokenizer.add_tokens([AddedToken(mark, normalized=False) for mark in MARKS])
        tokenizer.save(str(path))
        return tokenizer

    def tokenize(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self.ids = {
            name: [encoding.ids for encoding in tokenizer.encode_batch(texts)] for name, texts in self.texts.items()
        }
        self.validation = {
            name: [encoding.ids for encoding in tokenizer.encode_batch(texts)]
            for name, texts in self.validation_texts.items()
        }

    def pool(self, number: int, tokens: int, length: int) -> list[torch.Tensor]:
        """About `tokens` tokens as rows of `length`; depends on seed and number only, so that a resumed run sees what it would have seen."""
        rng = random.Random(f"{self.seed}/{number}")
        pieces: list[list[int]] = []
        for name, share in SHARES.items():
            wanted = int(tokens * share)
            source = self._written(rng) if name == "storybook" else self._drawn(rng, name, length)
            while wanted > 0:
                piece = next(source)[:length]
                pieces.append(piece)
                wanted -= len(piece)
        rows = pack(pieces, length)
        rng.shuffle(rows)
        return rows

    def _written(self, rng: random.Random) -> Iterator[list[int]]:
        while True:
            for encoding in self.tokenizer.encode_batch(
                [render(document) for document in storybook.documents(rng, 64)]
            ):
                yield encoding.ids

    def _drawn(self, rng: random.Random, name: str, length: int) -> Iterator[list[int]]:
        """Whole texts, or for one longer than a row a stretch of it that starts anywhere."""
        texts = self.ids[name]
        weights = [len(ids) for ids in texts] if name == "books" else None
        while True:
            ids = rng.choices(texts, weights)[0]
            start = rng.randrange(max(1, len(ids) - length + 1)) if name == "books" else 0
            yield ids[start : start + length]


def pack(pieces: list[list[int]], length: int) -> list[torch.Tensor]:
    """Longest first into the first row with room; a PAD parts two documents, PADs fill the tail."""
    rows: list[list[int]] = []
    open_rows: list[int] = []
    for piece in sorted(pieces, key=len, reverse=True):
        for index in open_rows:
            if len(rows[index]) + 1 + len(piece) <= length:
                rows[index] += [PAD_ID, *piece]
                break
        else:
            rows.append(list(piece))
            open_rows.append(len(rows) - 1)
        open_rows = [index for index in open_rows if len(rows[index]) < length - 24]
    return [torch.tensor(row + [PAD_ID] * (length - len(row))) for row in rows]

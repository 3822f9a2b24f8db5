"""Trains tokenizers of an exact vocabulary size; writes them as the hub has them."""

import json
import string
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

# Splits digits one by one and keeps contractions: the pattern published with Qwen2.
QWEN_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)

# Words, digits one by one, everything else: what CLIP was published with.
CLIP_SPLIT = r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
CLIP_ENDS = ("<|startoftext|>", "<|endoftext|>")

ASCII = string.digits + string.ascii_lowercase + string.punctuation


def wordpiece(text: Iterable[str], size: int, reserved: int) -> Tokenizer:
    """BERT's uncased tokenizer: [PAD] is 0, `reserved` unused entries follow, then [UNK] [CLS] [SEP] [MASK]."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece(prefix="##")
    specials = ["[PAD]", *(f"[unused{i}]" for i in range(reserved)), "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    # The letters are given in order: the trainer would number them in that of a hash, different each time.
    letters = [*ASCII, *(f"##{letter}" for letter in ASCII)]
    trainer = trainers.WordPieceTrainer(
        vocab_size=size, special_tokens=[*specials, *letters], min_frequency=0, show_progress=False
    )
    tokenizer.train_from_iterator(text, trainer)
    learned = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    return _as_bert(tokenizer, [token for token, _ in learned], size)


def _as_bert(tokenizer: Tokenizer, learned: list[str], size: int) -> Tokenizer:
    """Rebuilds the model: unused entries are plain vocabulary, as in BERT's own file, and the size is exact."""
    vocab = {token: index for index, token in enumerate(_padded(learned, size, "[filler{}]"))}
    bert = Tokenizer(models.WordPiece(vocab, unk_token="[UNK]", max_input_chars_per_word=100))
    bert.normalizer, bert.pre_tokenizer, bert.decoder = tokenizer.normalizer, tokenizer.pre_tokenizer, tokenizer.decoder
    bert.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    bert.post_processor = processors.TemplateProcessing(
        single="[CLS]:0 $A:0 [SEP]:0",
        pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
        special_tokens=[("[CLS]", vocab["[CLS]"]), ("[SEP]", vocab["[SEP]"])],
    )
    return bert


def byte_bpe(
    text: Iterable[str],
    size: int,
    first: list[str] | None = None,
    last: list[str] | None = None,
    plain: list[str] | None = None,
    split: str | None = None,
) -> Tokenizer:
    """Byte-level BPE of exactly `size` entries: special tokens `first`, the learned vocabulary, special tokens `last`,
    added tokens `plain`, which a decoder does not skip."""
    first, last, plain = first or [], last or [], plain or []
    added = len(last) + len(plain)
    tokenizer = Tokenizer(models.BPE())
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=split is None)
    tokenizer.pre_tokenizer = (
        byte_level
        if split is None
        else pre_tokenizers.Sequence(
            [pre_tokenizers.Split(Regex(split), behavior="isolated", invert=False), byte_level]
        )
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size - added,
        special_tokens=first,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(text, trainer)
    body = json.loads(tokenizer.to_str())["model"]
    learned = [token for token, _ in sorted(body["vocab"].items(), key=lambda item: item[1])]
    vocab = {token: index for index, token in enumerate(_padded(learned, size - added, "<|filler_{}|>"))}
    tokenizer.model = models.BPE(vocab, [tuple(pair) for pair in body["merges"]])
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in [*first, *last]])
    tokenizer.add_tokens([AddedToken(token, normalized=False) for token in plain])
    return tokenizer


def clip_bpe(text: Iterable[str], size: int) -> Tokenizer:
    """CLIP's tokenizer: lower case, `</w>` at the end of each word, <|startoftext|> and <|endoftext|> the last entries."""
    tokenizer = Tokenizer(models.BPE())
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False)
    words = pre_tokenizers.Split(Regex(CLIP_SPLIT), behavior="removed", invert=True)
    spaces = normalizers.Replace(Regex(r"\s+"), " ")
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), spaces, normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([words, byte_level])
    tokenizer.decoder = decoders.ByteLevel()
    # In order, for the reason given above.
    letters = [f"{byte}{suffix}" for suffix in ("", "</w>") for byte in sorted(pre_tokenizers.ByteLevel.alphabet())]
    trainer = trainers.BpeTrainer(
        vocab_size=size - 2, special_tokens=letters, end_of_word_suffix="</w>", show_progress=False
    )
    tokenizer.train_from_iterator(text, trainer)
    body = json.loads(tokenizer.to_str())["model"]
    learned = [token for token, _ in sorted(body["vocab"].items(), key=lambda item: item[1])]
    begin, end = CLIP_ENDS
    vocab = {token: index for index, token in enumerate([*_padded(learned, size - 2, "<|filler_{}|>"), begin, end])}
    merges = [tuple(pair) for pair in body["merges"]]
    # Rebuilt, so that the letters are plain vocabulary.
    clip = Tokenizer(models.BPE(vocab, merges, continuing_subword_prefix="", end_of_word_suffix="</w>", unk_token=end))
    clip.normalizer, clip.pre_tokenizer, clip.decoder = tokenizer.normalizer, tokenizer.pre_tokenizer, tokenizer.decoder
    clip.post_processor = processors.RobertaProcessing(
        (end, vocab[end]), (begin, vocab[begin]), trim_offsets=False, add_prefix_space=False
    )
    clip.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in CLIP_ENDS])
    return clip


def end_with(tokenizer: Tokenizer, token: str) -> None:
    """Puts `token` behind every text, as T5 and SigLIP do."""
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"$A {token}", pair=f"$A {token} $B {token}", special_tokens=[(token, tokenizer.token_to_id(token))]
    )


def prepend(tokenizer: Tokenizer, token: str) -> None:
    """Puts `token` before every text, as Llama 3 does; byte-level offsets are kept."""
    begin = processors.TemplateProcessing(
        single=f"{token} $A", pair=f"{token} $A {token}:1 $B:1", special_tokens=[(token, tokenizer.token_to_id(token))]
    )
    tokenizer.post_processor = processors.Sequence([tokenizer.post_processor, begin])


def characters(letters: str) -> Tokenizer:
    """wav2vec2's CTC vocabulary: one token a letter, '|' between words, <pad> is the blank."""
    tokens = ["<pad>", "<s>", "</s>", "<unk>", "|", *letters]
    vocab = {token: index for index, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.BPE(vocab, [], unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Replace(" ", "|")
    tokenizer.decoder = decoders.CTC(pad_token="<pad>", word_delimiter_token="|", cleanup=True)
    tokenizer.add_special_tokens(tokens[:4])
    return tokenizer


def _padded(tokens: list[str], size: int, filler: str) -> list[str]:
    if len(tokens) > size:
        raise ValueError(f"the tokenizer learned {len(tokens)} entries, {size} are wanted")
    return tokens + [filler.format(i) for i in range(size - len(tokens))]


def save(tokenizer: Tokenizer, folder: Path, config: dict[str, Any]) -> None:
    """Writes tokenizer.json without white space (a tiny model must stay under 300 kB) and its tokenizer_config.json."""
    folder.mkdir(parents=True, exist_ok=True)
    body = json.loads(tokenizer.to_str())
    (folder / "tokenizer.json").write_text(json.dumps(body, ensure_ascii=False, separators=(",", ":")), "utf-8")
    decoder = {
        str(token["id"]): {key: value for key, value in token.items() if key != "id"} for token in body["added_tokens"]
    }
    # The timestamps of Whisper are left out: 1,501 entries that no reader needs beside tokenizer.json.
    config = {"added_tokens_decoder": {key: value for key, value in decoder.items() if not _is_time(value)}} | config
    (folder / "tokenizer_config.json").write_text(json.dumps(config, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _is_time(token: dict[str, Any]) -> bool:
    return bool(token["content"].strip("<|>").replace(".", "").isdigit())

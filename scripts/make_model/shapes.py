"""Public shapes at real size, random weights: what benchmarks need, too large to commit."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from transformers import (
    BertConfig,
    BertModel,
    DistilBertConfig,
    DistilBertForSequenceClassification,
    LlamaConfig,
    LlamaForCausalLM,
    Qwen2Config,
    Qwen2ForCausalLM,
    ViTConfig,
    ViTForImageClassification,
    WhisperForConditionalGeneration,
    YolosConfig,
    YolosForObjectDetection,
)
from transformers.models.whisper.tokenization_whisper import LANGUAGES

from . import decoders, encoders, hub, vocab, weights, whisper, whisper_files, words

EAGER = {"attn_implementation": "eager"}
BERT_VOCABULARY, BERT_UNUSED, BERT_LENGTH = 30_522, 99, 512
# Whisper never writes these: symbols nobody speaks, and its own marks.
WHISPER_SYMBOLS = '"#()*+/:;<=>@[\\]^_`{|}~'
WHISPER_MARKS = [
    "<|startoftranscript|>",
    "<|translate|>",
    "<|transcribe|>",
    "<|startoflm|>",
    "<|startofprev|>",
    "<|nospeech|>",
]
SMOLLM2_SPECIALS = (
    "<|endoftext|> <|im_start|> <|im_end|> <repo_name> <reponame> <file_sep> <filename> <gh_stars> <issue_start> "
    "<issue_comment> <issue_closed> <jupyter_start> <jupyter_text> <jupyter_code> <jupyter_output> <jupyter_script> "
    "<empty_output>"
).split()
QWEN_SPECIALS = (
    "<|endoftext|> <|im_start|> <|im_end|> <|object_ref_start|> <|object_ref_end|> <|box_start|> <|box_end|> "
    "<|quad_start|> <|quad_end|> <|vision_start|> <|vision_end|> <|vision_pad|> <|image_pad|> <|video_pad|> "
    "<tool_call> </tool_call> <|fim_prefix|> <|fim_middle|> <|fim_suffix|> <|fim_pad|> <|repo_name|> <|file_sep|>"
).split()


def _text(seed: int, distinct: int) -> Iterator[str]:
    """Enough distinct words that a vocabulary of about half their number fills."""
    return words.sentences(6 * distinct, distinct, seed)


def _bert_tokenizer(seed: int) -> Tokenizer:
    return vocab.wordpiece(_text(seed, 60_000), BERT_VOCABULARY, BERT_UNUSED)


def minilm_l6(folder: Path, seed: int, dtype: str) -> float:
    hub.write_card(folder, "embeddings", "Random weights in the shape of all-MiniLM-L6-v2")
    shape = {"hidden_size": 384, "num_hidden_layers": 6, "num_attention_heads": 12, "intermediate_size": 1536}
    config = BertConfig(vocab_size=BERT_VOCABULARY, max_position_embeddings=BERT_LENGTH, **shape, **EAGER)
    encoders.write_pooling(folder, config.hidden_size, 256, "mean")
    model = weights.fill(BertModel(config, add_pooling_layer=False), seed)
    return encoders.write_text(folder, model, _bert_tokenizer(seed), "BertTokenizer")


def distilbert(folder: Path, seed: int, dtype: str) -> float:
    hub.write_card(folder, "text-classification", "Random weights in the shape of DistilBERT base with two labels")
    config = DistilBertConfig(**hub.labels(["NEGATIVE", "POSITIVE"]), **EAGER)
    model = weights.fill(DistilBertForSequenceClassification(config), seed)
    return encoders.write_text(folder, model, _bert_tokenizer(seed), "DistilBertTokenizer")


def vit_b16(folder: Path, seed: int, dtype: str) -> float:
    hub.write_card(folder, "image-classification", "Random weights in the shape of ViT-B/16, 224 pixels, 1,000 labels")
    config = ViTConfig(**hub.labels([f"label {index}" for index in range(1000)]), **EAGER)
    return encoders.write_vit(folder, weights.fill(ViTForImageClassification(config), seed))


def yolos_tiny(folder: Path, seed: int, dtype: str) -> float:
    hub.write_card(folder, "object-detection", "Random weights in the shape of YOLOS-tiny, 91 labels")
    shape = {"hidden_size": 192, "num_hidden_layers": 12, "num_attention_heads": 3, "intermediate_size": 768}
    image = {"image_size": [800, 1333], "num_detection_tokens": 100, "use_mid_position_embeddings": False}
    config = YolosConfig(**shape, **image, **hub.labels([f"label {index}" for index in range(91)]), **EAGER)
    return encoders.write_yolos(folder, weights.fill(YolosForObjectDetection(config), seed), shortest=800, longest=1333)


def whisper_tiny(folder: Path, seed: int, dtype: str) -> float:
    hub.write_card(folder, "asr", "Random weights in the shape of Whisper-tiny, multilingual")
    languages = list(LANGUAGES)[:99]  # the hundredth came with large-v3
    tokenizer = whisper_files.tokenizer(_text(seed, 80_000), 50_257, languages, 30)
    shape = {"d_model": 384, "encoder_layers": 4, "decoder_layers": 4, "encoder_ffn_dim": 1536, "decoder_ffn_dim": 1536}
    heads = {"encoder_attention_heads": 6, "decoder_attention_heads": 6, "max_target_positions": 448}
    ids = tokenizer.get_vocab()
    silent = sorted({ids[token] for symbol in WHISPER_SYMBOLS for token in (symbol, f"Ġ{symbol}") if token in ids})
    suppressed = {
        "suppress_tokens": silent + [ids[token] for token in WHISPER_MARKS],
        "begin_suppress_tokens": [ids["Ġ"], ids["<|endoftext|>"]],
    }
    config = whisper_files.config(tokenizer, 30, **shape, **heads, **suppressed)
    alignment = [[2, 2], [3, 0], [3, 2], [3, 3], [3, 4], [3, 5]]
    whisper_files.write(folder, tokenizer, config, 30, alignment_heads=alignment, **suppressed)
    return whisper.write(folder, weights.fill(WhisperForConditionalGeneration(config), seed))


def llama_135m(folder: Path, seed: int, dtype: str) -> float:
    hub.write_card(folder, "text-generation", "Random weights in the shape of SmolLM2-135M")
    tokenizer = vocab.byte_bpe(_text(seed, 80_000), 49_152, first=SMOLLM2_SPECIALS)
    shape = {"hidden_size": 576, "num_hidden_layers": 30, "num_attention_heads": 9, "num_key_value_heads": 3}
    config = LlamaConfig(
        vocab_size=49_152,
        intermediate_size=1536,
        max_position_embeddings=8192,
        rope_theta=100_000.0,
        rms_norm_eps=1e-5,
        tie_word_embeddings=True,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=2,
        **shape,
        **EAGER,
    )
    names = {
        "bos_token": "<|im_start|>",
        "eos_token": "<|im_end|>",
        "unk_token": "<|endoftext|>",
        "pad_token": "<|im_end|>",
    }
    tokens = {**names, "tokenizer_class": "GPT2Tokenizer", "chat_template": decoders.CHATML}
    return _decoder(folder, weights.fill(LlamaForCausalLM(config), seed), tokenizer, tokens, dtype)


def qwen25_05b(folder: Path, seed: int, dtype: str) -> float:
    """The vocabulary of the weights (151,936) is larger than the tokenizer's (151,665), as in the original."""
    hub.write_card(folder, "text-generation", "Random weights in the shape of Qwen2.5-0.5B")
    tokenizer = vocab.byte_bpe(_text(seed, 260_000), 151_665, last=QWEN_SPECIALS, split=vocab.QWEN_SPLIT)
    shape = {"hidden_size": 896, "num_hidden_layers": 24, "num_attention_heads": 14, "num_key_value_heads": 2}
    config = Qwen2Config(
        vocab_size=151_936,
        intermediate_size=4864,
        max_position_embeddings=32_768,
        rope_theta=1_000_000.0,
        tie_word_embeddings=True,
        bos_token_id=tokenizer.token_to_id("<|endoftext|>"),
        eos_token_id=tokenizer.token_to_id("<|im_end|>"),
        pad_token_id=tokenizer.token_to_id("<|endoftext|>"),
        **shape,
        **EAGER,
    )
    names = {"bos_token": None, "eos_token": "<|im_end|>", "unk_token": None, "pad_token": "<|endoftext|>"}
    tokens = {**names, "tokenizer_class": "Qwen2Tokenizer", "chat_template": decoders.CHATML}
    return _decoder(folder, weights.fill(Qwen2ForCausalLM(config), seed), tokenizer, tokens, dtype)


def _decoder(folder: Path, model: torch.nn.Module, tokenizer: Tokenizer, tokens: dict[str, Any], dtype: str) -> float:
    stops = ["<|im_end|>", "<|endoftext|>"] if model.config.model_type == "qwen2" else ["<|im_end|>"]
    decoders.write_files(folder, model, tokenizer, tokens, stops)
    return decoders.write_grouped(folder, model, dtype)


DECODERS: dict[str, Callable[[Path, int, str], float]] = {"llama-135m": llama_135m, "qwen2.5-0.5b": qwen25_05b}
MODELS: dict[str, Callable[[Path, int, str], float]] = {
    "minilm-l6": minilm_l6,
    "distilbert": distilbert,
    "vit-b16": vit_b16,
    "yolos-tiny": yolos_tiny,
    "whisper-tiny": whisper_tiny,
    **DECODERS,
}

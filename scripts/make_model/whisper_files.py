"""Whisper's vocabulary with its special tokens at the right ids, and the JSON files beside the graphs."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer
from transformers import WhisperConfig

from . import hub, vocab

TASKS = ["<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"]
TIME_STEP_SECONDS = 0.02  # of a timestamp token, and of a position of the encoder


def tokenizer(text: Iterable[str], ordinary: int, languages: list[str], seconds: int) -> Tokenizer:
    """`ordinary` byte-level entries, then end, start, languages, tasks and a timestamp each 20 ms up to `seconds`."""
    times = [f"<|{step * TIME_STEP_SECONDS:.2f}|>" for step in range(round(seconds / TIME_STEP_SECONDS) + 1)]
    specials = ["<|endoftext|>", "<|startoftranscript|>", *(f"<|{code}|>" for code in languages), *TASKS]
    # Timestamps are no special tokens: who decodes without those still sees the times.
    return vocab.byte_bpe(text, ordinary + len(specials) + len(times), last=specials, plain=times)


def config(made: Tokenizer, seconds: int, **shape: Any) -> WhisperConfig:
    end = made.token_to_id("<|endoftext|>")
    return WhisperConfig(
        vocab_size=made.get_vocab_size(),
        max_source_positions=round(seconds / TIME_STEP_SECONDS),
        pad_token_id=end,
        bos_token_id=end,
        eos_token_id=end,
        decoder_start_token_id=end + 1,
        attn_implementation="eager",
        **shape,
    )


def write(folder: Path, made: Tokenizer, shape: WhisperConfig, seconds: int, **generation: Any) -> None:
    """tokenizer, generation_config and preprocessor_config; config.json comes with the graphs."""
    tokens = {f"{name}_token": "<|endoftext|>" for name in ("bos", "eos", "pad", "unk")}
    flags = {
        "add_bos_token": False,
        "add_prefix_space": False,
        "clean_up_tokenization_spaces": False,
        "errors": "replace",
    }
    marks = [token.content for token in made.get_added_tokens_decoder().values() if token.special]
    flags["additional_special_tokens"] = marks
    length = {"model_max_length": shape.max_target_positions, "processor_class": "WhisperProcessor"}
    vocab.save(
        made,
        folder,
        {**tokens, **flags, **length, "return_attention_mask": False, "tokenizer_class": "WhisperTokenizer"},
    )
    ids = made.get_vocab()
    languages = {
        token: index for token, index in ids.items() if ids["<|startoftranscript|>"] < index < ids["<|translate|>"]
    }
    hub.write_json(
        folder / "generation_config.json",
        {
            "bos_token_id": shape.bos_token_id,
            "decoder_start_token_id": shape.decoder_start_token_id,
            "eos_token_id": shape.eos_token_id,
            "is_multilingual": True,
            "lang_to_id": dict(sorted(languages.items(), key=lambda item: item[1])),
            "max_initial_timestamp_index": 50,
            "max_length": shape.max_target_positions,
            "no_timestamps_token_id": ids["<|notimestamps|>"],
            "pad_token_id": shape.pad_token_id,
            "prev_sot_token_id": ids["<|startofprev|>"],
            "return_timestamps": False,
            "task_to_id": {"transcribe": ids["<|transcribe|>"], "translate": ids["<|translate|>"]},
            **generation,
        },
    )
    hub.write_json(folder / "preprocessor_config.json", _extractor(shape.num_mel_bins, seconds))


def _extractor(mels: int, seconds: int) -> dict[str, Any]:
    """Without the table of mel filters: every reader computes it when it is missing."""
    rate, hop = 16_000, 160
    return {
        "chunk_length": seconds,
        "feature_extractor_type": "WhisperFeatureExtractor",
        "feature_size": mels,
        "hop_length": hop,
        "n_fft": 400,
        "n_samples": seconds * rate,
        "nb_max_frames": seconds * rate // hop,
        "padding_side": "right",
        "padding_value": 0.0,
        "processor_class": "WhisperProcessor",
        "return_attention_mask": False,
        "sampling_rate": rate,
    }

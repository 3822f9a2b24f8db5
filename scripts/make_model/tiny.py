"""The models of the tests: at most 300 kB a precision. Weights are random with logits far apart, or trained for minutes where
noise would test little (speech, text)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from transformers import (
    BertConfig,
    BertForMaskedLM,
    BertForQuestionAnswering,
    BertForSequenceClassification,
    BertForTokenClassification,
    BertModel,
    CLIPConfig,
    CLIPModel,
    LlamaConfig,
    LlamaForCausalLM,
    SiglipConfig,
    SiglipModel,
    ViTConfig,
    ViTForImageClassification,
    Wav2Vec2Config,
    Wav2Vec2ForCTC,
    WhisperConfig,
    WhisperFeatureExtractor,
    WhisperForConditionalGeneration,
    YolosConfig,
    YolosForObjectDetection,
)

from . import (
    decoders,
    encoders,
    hub,
    tones,
    train_labels,
    train_speech,
    train_text,
    vocab,
    weights,
    whisper,
    whisper_files,
    words,
)
from .whisper_files import TASKS

EAGER = {"attn_implementation": "eager"}
WIDTH = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64, **EAGER}
HEAD_GAIN = 3.0  # standard deviation of a logit
LABEL_STEPS, LLAMA_STEPS = 800, 1200
CLIP_SECONDS = 4  # of the tiny Whisper, in place of 30
EXPORTED_WITHOUT_WEIGHT_NORM = "wav2vec2.encoder.pos_conv_embed.conv"


def _text() -> list[str]:
    return list(words.sentences(20_000, 600, seed=1))


def _bert_tokenizer() -> Tokenizer:
    return vocab.wordpiece(_text(), 512, reserved=3)


def _bert_config(**extra: Any) -> BertConfig:
    return BertConfig(**{"vocab_size": 512, "max_position_embeddings": 64, **WIDTH, **extra})


def _bert(folder: Path, kind: type, seed: int, names: list[str], rule: Callable[..., Any]) -> float:
    tokenizer = _bert_tokenizer()
    torch.manual_seed(seed)
    model = kind(_bert_config(**hub.labels(names)))
    train_labels.train(model, tokenizer, rule, LABEL_STEPS, seed)
    return encoders.write_text(folder, model, tokenizer, "BertTokenizer")


def bert_sentiment(folder: Path, seed: int) -> float:
    hub.write_card(folder, "text-classification", "Tiny BERT with three moods")
    return _bert(folder, BertForSequenceClassification, seed, ["negative", "neutral", "positive"], train_labels.mood)


def bert_nli(folder: Path, seed: int) -> float:
    """Random: so small a model does not learn to compare two texts in minutes, and high gains set the labels apart."""
    hub.write_card(folder, "text-classification", "Tiny random BERT with the labels of an NLI model, for zero-shot")
    names = hub.labels(["entailment", "neutral", "contradiction"])
    model = BertForSequenceClassification(_bert_config(max_position_embeddings=96, **names))
    weights.fill(model, seed, gain=HEAD_GAIN, head_gain=HEAD_GAIN)
    return encoders.write_text(folder, model, _bert_tokenizer(), "BertTokenizer")


def bert_ner(folder: Path, seed: int) -> float:
    hub.write_card(folder, "text-classification", "Tiny BERT that labels tokens, for NER")
    names = ["O", *(f"{part}-{kind}" for kind in train_labels.NAMES for part in "BI")]
    return _bert(folder, BertForTokenClassification, seed, names, train_labels.names)


def bert_rerank(folder: Path, seed: int) -> float:
    hub.write_card(folder, "text-classification", "Tiny random BERT that scores pairs of texts, a cross-encoder")
    model = BertForSequenceClassification(_bert_config(**hub.labels(["LABEL_0"])))
    weights.fill(model, seed, gain=HEAD_GAIN, head_gain=HEAD_GAIN)
    return encoders.write_text(folder, model, _bert_tokenizer(), "BertTokenizer")


def bert_qa(folder: Path, seed: int) -> float:
    hub.write_card(folder, "question-answering", "Tiny random BERT that finds answers in a text of several windows")
    model = weights.fill(BertForQuestionAnswering(_bert_config()), seed, gain=2.0, head_gain=4 * HEAD_GAIN)
    return encoders.write_text(folder, model, _bert_tokenizer(), "BertTokenizer")


def bert_mask(folder: Path, seed: int) -> float:
    hub.write_card(folder, "fill-mask", "Tiny random BERT that fills [MASK]")
    model = weights.fill(BertForMaskedLM(_bert_config()), seed, gain=2.0, head_gain=2 * HEAD_GAIN)
    return encoders.write_text(folder, model, _bert_tokenizer(), "BertTokenizer")


def _embedder(folder: Path, seed: int, pooling: str) -> float:
    hub.write_card(folder, "embeddings", f"Tiny random BERT for sentence embeddings, {pooling} pooling")
    model = weights.fill(BertModel(_bert_config(), add_pooling_layer=False), seed, head_gain=HEAD_GAIN)
    encoders.write_pooling(folder, model.config.hidden_size, model.config.max_position_embeddings, pooling)
    return encoders.write_text(folder, model, _bert_tokenizer(), "BertTokenizer")


def bert_embed(folder: Path, seed: int) -> float:
    return _embedder(folder, seed, "mean")


def bert_embed_cls(folder: Path, seed: int) -> float:
    return _embedder(folder, seed, "cls")


def vit(folder: Path, seed: int) -> float:
    hub.write_card(folder, "image-classification", "Tiny random ViT for 32 x 32 pixels")
    names = hub.labels(["circle", "square", "triangle", "stripes", "noise"])
    config = ViTConfig(image_size=32, patch_size=8, **WIDTH, **names)
    return encoders.write_vit(folder, weights.fill(ViTForImageClassification(config), seed, head_gain=1.5))


def yolos(folder: Path, seed: int) -> float:
    hub.write_card(folder, "object-detection", "Tiny random YOLOS, shortest edge 64 pixels")
    shape = {"image_size": [64, 96], "patch_size": 16, "num_detection_tokens": 10, "use_mid_position_embeddings": False}
    config = YolosConfig(**WIDTH, **shape, **hub.labels(["circle", "square", "triangle", "stripes", "noise"]))
    model = weights.fill(YolosForObjectDetection(config), seed, head_gain=1.5)  # on each of three layers
    with torch.no_grad():
        model.bbox_predictor.layers[-1].bias[2:] -= 2.5  # smaller boxes: none reaches beyond the picture
    return encoders.write_yolos(folder, model, shortest=64, longest=96)


def _two_towers(model: Any, seed: int) -> Any:
    weights.fill(model, seed, gain=2.0)
    with torch.no_grad():
        model.logit_scale.fill_(2.0)  # cosines times 7.4
    return model


VISION = {**WIDTH, "image_size": 32, "patch_size": 8, "num_hidden_layers": 1}


def clip(folder: Path, seed: int) -> float:
    hub.write_card(folder, "image-classification", "Tiny random CLIP, for labels of one's own choice")
    tokenizer = vocab.clip_bpe(_text(), 600)
    begin, end = (tokenizer.token_to_id(token) for token in vocab.CLIP_ENDS)
    ends = {"bos_token_id": begin, "eos_token_id": end, "pad_token_id": end}
    text = {**WIDTH, "num_hidden_layers": 1, "vocab_size": 600, "max_position_embeddings": 32, **ends}
    config = CLIPConfig(text_config=text, vision_config=VISION, projection_dim=32, **EAGER)
    names = dict.fromkeys(("eos_token", "pad_token", "unk_token"), vocab.CLIP_ENDS[1])
    files = {"bos_token": vocab.CLIP_ENDS[0], **names, "tokenizer_class": "CLIPTokenizer", "model_max_length": 32}
    return encoders.write_two_towers(folder, _two_towers(CLIPModel(config), seed), tokenizer, files)


def siglip(folder: Path, seed: int) -> float:
    hub.write_card(folder, "image-classification", "Tiny random SigLIP, for labels of one's own choice, each by itself")
    tokenizer = vocab.byte_bpe(_text(), 400, first=["<pad>", "</s>", "<unk>"])
    vocab.end_with(tokenizer, "</s>")
    ends = {"bos_token_id": 1, "eos_token_id": 1, "pad_token_id": 0}
    text = {**WIDTH, "num_hidden_layers": 1, "vocab_size": 400, "max_position_embeddings": 64, **ends}
    config = SiglipConfig(text_config={**text, "projection_size": 32}, vision_config=VISION, **EAGER)
    names = {"eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
    files = {**names, "tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 64}
    return encoders.write_two_towers(folder, _two_towers(SiglipModel(config), seed), tokenizer, files)


def _llama(seed: int, tokenizer: Tokenizer, **tokens: int) -> LlamaForCausalLM:
    size = tokenizer.get_vocab_size()
    shape = {"vocab_size": size, "num_key_value_heads": 1, "max_position_embeddings": 256, "tie_word_embeddings": True}
    torch.manual_seed(seed)
    return LlamaForCausalLM(LlamaConfig(**WIDTH, **shape, **tokens))


def llama_gqa(folder: Path, seed: int) -> float:
    """ChatML, no token before a plain prompt."""
    hub.write_card(folder, "text-generation", "Tiny Llama that knows one kind of story, GroupQueryAttention graph")
    specials = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    tokenizer = vocab.byte_bpe(train_text.corpus(seed), 400, first=specials)
    model = _llama(seed, tokenizer, bos_token_id=1, eos_token_id=2, pad_token_id=2)
    train_text.train(model, tokenizer, decoders.CHATML, ("", "<|im_end|>"), LLAMA_STEPS, seed)
    names = dict(zip(("unk_token", "bos_token", "eos_token"), specials)) | {"pad_token": "<|im_end|>"}
    files = {**names, "tokenizer_class": "GPT2Tokenizer", "chat_template": decoders.CHATML}
    decoders.write_files(folder, model, tokenizer, files, ["<|im_end|>"])
    decoders.write_grouped(folder, model, "fp16")
    return decoders.write_grouped(folder, model, "fp32")


def llama_classic(folder: Path, seed: int) -> float:
    """A beginning-of-text token before a prompt, two tokens that end a generation."""
    hub.write_card(
        folder, "text-generation", "Tiny Llama that knows one kind of story, classic graph with a growing cache"
    )
    specials = ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]
    tokenizer = vocab.byte_bpe(train_text.corpus(seed), 400, last=specials, split=vocab.QWEN_SPLIT)
    vocab.prepend(tokenizer, specials[0])
    first = tokenizer.token_to_id(specials[0])
    model = _llama(seed, tokenizer, bos_token_id=first, eos_token_id=first + 4, pad_token_id=first + 1)
    train_text.train(model, tokenizer, decoders.HEADERS, (specials[0], specials[1]), LLAMA_STEPS, seed)
    names = {"bos_token": specials[0], "eos_token": specials[4], "pad_token": specials[1]}
    files = {**names, "tokenizer_class": "PreTrainedTokenizerFast", "chat_template": decoders.HEADERS}
    decoders.write_files(folder, model, tokenizer, files, ["<|end_of_text|>", "<|eot_id|>"])
    return decoders.write_classic(folder, model)


def wav2vec2(folder: Path, seed: int) -> float:
    hub.write_card(folder, "asr", "Tiny wav2vec2 that spells a language of tones, CTC")
    tokenizer = vocab.characters(tones.LETTERS)
    shape = {
        **WIDTH,
        "num_hidden_layers": 1,
        "conv_dim": (16,) * 7,
        "num_conv_pos_embeddings": 16,
        "num_conv_pos_embedding_groups": 4,
    }
    still = dict.fromkeys(
        ("hidden_dropout", "activation_dropout", "attention_dropout", "final_dropout", "layerdrop"), 0.0
    )
    loss = {"ctc_loss_reduction": "mean", "ctc_zero_infinity": True, "mask_time_prob": 0.0}
    torch.manual_seed(seed)
    model = Wav2Vec2ForCTC(
        Wav2Vec2Config(vocab_size=tokenizer.get_vocab_size(), pad_token_id=0, **shape, **still, **loss)
    )
    train_speech.train_ctc(model, tokenizer.get_vocab(), steps=1500, seed=seed)
    torch.nn.utils.parametrize.remove_parametrizations(model.get_submodule(EXPORTED_WITHOUT_WEIGHT_NORM), "weight")
    return encoders.write_ctc(folder, model, tokenizer)


def whisper_tones(folder: Path, seed: int) -> float:
    hub.write_card(folder, "asr", "Tiny Whisper that hears a language of tones, windows of 4 s")
    text = [f" {word}" for names in tones.WORDS.values() for word in names]
    tokenizer = whisper_files.tokenizer(text * 10, 280, list(tones.WORDS), CLIP_SECONDS)
    shape = {"d_model": 24, "encoder_layers": 1, "decoder_layers": 1, "encoder_ffn_dim": 48, "decoder_ffn_dim": 48}
    heads = {"encoder_attention_heads": 2, "decoder_attention_heads": 2, "max_target_positions": 64}
    ids = tokenizer.get_vocab()
    quiet = {"suppress_tokens": [], "begin_suppress_tokens": [ids["<|endoftext|>"]]}
    config: WhisperConfig = whisper_files.config(tokenizer, CLIP_SECONDS, **shape, **heads, **quiet)
    torch.manual_seed(seed)
    model = WhisperForConditionalGeneration(config)
    tokens = train_speech.SpeechTokens(
        start=ids["<|startoftranscript|>"],
        end=ids["<|endoftext|>"],
        languages={code: ids[f"<|{code}|>"] for code in tones.WORDS},
        transcribe=ids["<|transcribe|>"],
        translate=ids["<|translate|>"],
        no_timestamps=ids[TASKS[-1]],
        words={code: [tokenizer.encode(f" {word}").ids for word in names] for code, names in tones.WORDS.items()},
    )
    extractor = WhisperFeatureExtractor(feature_size=config.num_mel_bins, chunk_length=CLIP_SECONDS)
    train_speech.train_whisper(model, extractor, tokens, steps=4000, seed=seed)
    whisper_files.write(folder, tokenizer, config, CLIP_SECONDS, **quiet)
    return whisper.write(folder, model, compact=True)


MODELS: dict[str, Callable[[Path, int], float]] = {
    "bert-sentiment": bert_sentiment,
    "bert-nli": bert_nli,
    "bert-ner": bert_ner,
    "bert-rerank": bert_rerank,
    "bert-qa": bert_qa,
    "bert-mask": bert_mask,
    "bert-embed": bert_embed,
    "bert-embed-cls": bert_embed_cls,
    "vit": vit,
    "yolos": yolos,
    "clip": clip,
    "siglip": siglip,
    "llama-gqa": llama_gqa,
    "llama-classic": llama_classic,
    "wav2vec2-ctc": wav2vec2,
    "whisper": whisper_tones,
}

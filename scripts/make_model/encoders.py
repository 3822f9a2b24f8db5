"""Models that answer in one run: BERT and DistilBERT, ViT, YOLOS, CLIP and SigLIP, wav2vec2 CTC."""

from pathlib import Path
from typing import Any

import onnx
import torch
from tokenizers import Tokenizer
from torch import nn
from transformers import PretrainedConfig

from . import hub, onnx_export, vocab

BERT_INPUTS = ["input_ids", "attention_mask", "token_type_ids"]
IMAGENET = {"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}
HALF = {"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}
BILINEAR, BICUBIC = 2, 3  # PIL's numbers for the resampling


def write_text(folder: Path, model: nn.Module, tokenizer: Tokenizer, tokenizer_class: str) -> float:
    """A BERT-like encoder: last_hidden_state of a bare model, else the logits of its head."""
    config: PretrainedConfig = model.config
    inputs = BERT_INPUTS if config.model_type == "bert" else BERT_INPUTS[:2]
    kind = type(model).__name__
    answers = ["last_hidden_state"] if kind.endswith("Model") else ["logits"]
    if "Question" in kind:
        answers = ["start_logits", "end_logits"]
    per_token = answers != ["logits"] or "Token" in kind or "Masked" in kind
    rows = {0: "batch_size", 1: "sequence_length"}
    axes = {name: rows for name in inputs} | dict.fromkeys(answers, rows if per_token else {0: "batch_size"})
    vocab.save(tokenizer, folder, _bert_tokenizer_config(config.max_position_embeddings, tokenizer_class))
    hub.write_config(folder, config, type(model).__name__)

    def example(lengths: list[int], seed: int) -> dict[str, torch.Tensor]:
        generator = torch.Generator().manual_seed(seed)
        shape = (len(lengths), max(lengths))
        ids = torch.randint(5, config.vocab_size, shape, generator=generator)
        mask = (torch.arange(shape[1]) < torch.tensor(lengths)[:, None]).long()
        types = (torch.arange(shape[1]) > shape[1] // 2).long().expand(shape).contiguous() * mask
        return dict(zip(inputs, [ids * mask, mask, types]))

    module = onnx_export.Outputs(model, inputs, answers)
    return _write(folder, module, example([7, 5], 0), answers, axes, [example([1], 1), example([19, 40, 3], 2)])


def _bert_tokenizer_config(length: int, tokenizer_class: str) -> dict[str, Any]:
    tokens = {f"{name}_token": f"[{name.upper()}]" for name in ("cls", "mask", "pad", "sep", "unk")}
    flags = {
        "clean_up_tokenization_spaces": True,
        "do_basic_tokenize": True,
        "do_lower_case": True,
        "never_split": None,
    }
    flags |= {"strip_accents": None, "tokenize_chinese_chars": True}
    return {**tokens, **flags, "model_max_length": length, "tokenizer_class": tokenizer_class}


PROMPTS = {"query": "a small question: ", "document": ""}


def write_pooling(folder: Path, width: int, length: int, mode: str) -> None:
    """The files by which sentence-transformers knows how token vectors become one, and what stands before texts:
    `mode` is mean or cls. Of cls the prompt's tokens are left out, so that the first one is the text's."""
    hub.write_json(
        folder / "1_Pooling" / "config.json",
        {
            "word_embedding_dimension": width,
            "pooling_mode_cls_token": mode == "cls",
            "pooling_mode_mean_tokens": mode == "mean",
            "pooling_mode_max_tokens": False,
            "pooling_mode_mean_sqrt_len_tokens": False,
            "include_prompt": mode != "cls",
        },
    )
    kinds = [("", "Transformer"), ("1_Pooling", "Pooling")]
    modules = [
        {"idx": index, "name": str(index), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for index, (path, kind) in enumerate(kinds)
    ]
    hub.write_json(folder / "modules.json", modules)
    hub.write_json(folder / "config_sentence_transformers.json", {"prompts": PROMPTS, "default_prompt_name": None})
    hub.write_json(folder / "sentence_bert_config.json", {"max_seq_length": length, "do_lower_case": False})


def write_vit(folder: Path, model: nn.Module) -> float:
    config = model.config
    hub.write_config(folder, config, "ViTForImageClassification")
    side = {"height": config.image_size, "width": config.image_size}
    flags = {"do_normalize": True, "do_rescale": True, "do_resize": True, "rescale_factor": 1 / 255}
    processor = {**flags, **HALF, "image_processor_type": "ViTImageProcessor", "resample": BILINEAR, "size": side}
    hub.write_json(folder / "preprocessor_config.json", processor)
    shape = (3, config.image_size, config.image_size)
    module = onnx_export.Outputs(model, ["pixel_values"], ["logits"])
    axes = {"pixel_values": {0: "batch_size"}, "logits": {0: "batch_size"}}
    return _write(
        folder, module, {"pixel_values": _noise(2, *shape)}, ["logits"], axes, [{"pixel_values": _noise(1, *shape)}]
    )


def write_yolos(folder: Path, model: nn.Module, shortest: int, longest: int) -> float:
    """YOLOS with free height and width: the position table is resampled in the graph."""
    config = model.config
    hub.write_config(folder, config, "YolosForObjectDetection")
    flags = {"do_normalize": True, "do_pad": True, "do_rescale": True, "do_resize": True, "rescale_factor": 1 / 255}
    size = {"shortest_edge": shortest, "longest_edge": longest}
    processor = {**flags, **IMAGENET, "format": "coco_detection", "image_processor_type": "YolosImageProcessor"}
    hub.write_json(folder / "preprocessor_config.json", processor | {"resample": BILINEAR, "size": size})
    module = onnx_export.Outputs(model, ["pixel_values"], ["logits", "pred_boxes"])
    image = {0: "batch_size", 1: "num_channels", 2: "height", 3: "width"}
    axes = {"pixel_values": image, "logits": {0: "batch_size"}, "pred_boxes": {0: "batch_size"}}
    sizes = [(2, 3, shortest, shortest + 32), (1, 3, shortest + 48, shortest), (1, 3, *config.image_size)]
    first, *others = [{"pixel_values": _noise(*size)} for size in sizes]
    return _write(folder, module, first, ["logits", "pred_boxes"], axes, others)


def write_two_towers(folder: Path, model: nn.Module, tokenizer: Tokenizer, files: dict[str, Any]) -> float:
    """CLIP or SigLIP in one graph, as the hub's exports are: any number of texts beside any number of pictures."""
    config = model.config
    text, side = config.text_config, config.vision_config.image_size
    inputs = ["input_ids", "pixel_values"]
    if config.model_type == "clip":
        inputs.append("attention_mask")  # SigLIP reads its padding
    hub.write_config(folder, config, type(model).__name__)
    vocab.save(tokenizer, folder, {**files, "model_input_names": [name for name in inputs if name != "pixel_values"]})
    flags = {"do_normalize": True, "do_rescale": True, "do_resize": True, "rescale_factor": 1 / 255, **HALF}
    processor: dict[str, Any] = {"image_processor_type": "SiglipImageProcessor", "size": {"height": side, "width": side}}
    if config.model_type == "clip":
        crop = {"do_center_crop": True, "crop_size": {"height": side, "width": side}}
        processor = {"image_processor_type": "CLIPImageProcessor", "size": {"shortest_edge": side}, **crop}
    hub.write_json(folder / "preprocessor_config.json", {**flags, **processor, "resample": BICUBIC})
    outputs = ["logits_per_image", "logits_per_text", "text_embeds", "image_embeds"]
    texts, pictures = {0: "text_batch_size", 1: "sequence_length"}, {0: "image_batch_size"}
    axes = {
        **{"input_ids": texts, "attention_mask": texts, "pixel_values": pictures},
        "logits_per_image": {0: "image_batch_size", 1: "text_batch_size"},
        "logits_per_text": {0: "text_batch_size", 1: "image_batch_size"},
        **{"text_embeds": {0: "text_batch_size"}, "image_embeds": {0: "image_batch_size"}},
    }

    def example(lengths: list[int], rows: int) -> dict[str, torch.Tensor]:
        longest = max(lengths) if config.model_type == "clip" else text.max_position_embeddings
        ids = torch.full((len(lengths), longest), text.eos_token_id)
        for row, length in enumerate(lengths):
            noise = torch.randint(5, 100, (length - 1,), generator=torch.Generator().manual_seed(row))
            ids[row, : length - 1] = noise
        mask = (torch.arange(longest) < torch.tensor(lengths)[:, None]).long()
        every = {"input_ids": ids, "pixel_values": _noise(rows, 3, side, side), "attention_mask": mask}
        return {name: every[name] for name in inputs}

    module = onnx_export.Outputs(model, inputs, outputs)
    return _write(folder, module, example([7, 5], 2), outputs, axes, [example([3], 1), example([4, 9, 6], 2)], True)


def write_ctc(folder: Path, model: nn.Module, tokenizer: Tokenizer) -> float:
    """wav2vec2 on raw samples at 16 kHz; the vocabulary is also kept as vocab.json, which Python reads."""
    hub.write_config(folder, model.config, "Wav2Vec2ForCTC")
    tokens = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
    flags = {"do_lower_case": False, "word_delimiter_token": "|", "replace_word_delimiter_char": " "}
    vocab.save(tokenizer, folder, {**tokens, **flags, "tokenizer_class": "Wav2Vec2CTCTokenizer"})
    hub.write_json(folder / "vocab.json", tokenizer.get_vocab())
    extractor = {"feature_extractor_type": "Wav2Vec2FeatureExtractor", "feature_size": 1, "sampling_rate": 16_000}
    flags = {"do_normalize": True, "padding_side": "right", "padding_value": 0.0, "return_attention_mask": False}
    hub.write_json(folder / "preprocessor_config.json", extractor | flags | {"processor_class": "Wav2Vec2Processor"})
    axes = {"input_values": {0: "batch_size", 1: "sequence_length"}, "logits": {0: "batch_size", 1: "frames"}}
    module = onnx_export.Outputs(model, ["input_values"], ["logits"])
    return _write(
        folder, module, {"input_values": _noise(2, 8000)}, ["logits"], axes, [{"input_values": _noise(1, 16_321)}]
    )


def _noise(*shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(sum(shape)))


def _write(
    folder: Path,
    module: nn.Module,
    inputs: dict[str, torch.Tensor],
    outputs: list[str],
    axes: onnx_export.Axes,
    others: list[dict[str, torch.Tensor]],
    compact: bool = False,
) -> float:
    path = folder / "onnx" / "model.onnx"
    path.parent.mkdir(parents=True, exist_ok=True)
    model = onnx_export.export(module, inputs, outputs, axes)
    if compact:
        onnx_export.compact(model.graph)
    onnx.save(model, path)
    return max(onnx_export.check(path, module, each) for each in [inputs, *others])

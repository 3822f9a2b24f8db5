"""Writes the JSON files of a model folder as the hub has them, whatever the installed transformers would write."""

import json
from pathlib import Path
from typing import Any

from transformers import PretrainedConfig


def write_json(path: Path, body: dict[str, Any] | list[Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", "utf-8")


def write_config(folder: Path, config: PretrainedConfig, architecture: str, **extra: Any) -> None:
    """config.json: the class's own settings, labels both ways, rope_theta at top level."""
    body = {key: value for key, value in config.to_diff_dict().items() if value is not None}
    for key in ("id2label", "label2id", "layer_types"):
        body.pop(key, None)
    rope = body.pop("rope_parameters", None)
    if rope:
        body["rope_theta"] = rope["rope_theta"]
    body = {"architectures": [architecture], **body, "torch_dtype": "float32"}
    if set(config.id2label.values()) != {"LABEL_0", "LABEL_1"}:
        body["id2label"] = {str(index): label for index, label in config.id2label.items()}
        body["label2id"] = {label: index for index, label in config.id2label.items()}
    write_json(folder / "config.json", body | extra)


def write_card(folder: Path, task: str, description: str, **extra: Any) -> None:
    """taskwire.json: what makes the folder a model of the catalogue."""
    write_json(folder / "taskwire.json", {"task": task, "description": description, **extra})


def labels(names: list[str]) -> dict[str, Any]:
    return {"id2label": dict(enumerate(names)), "label2id": {name: index for index, name in enumerate(names)}}

#!/usr/bin/env python3
"""Records test/fixtures/tei.json: what text-embeddings-inference's routes answer on the tiny models.

Run it after a tiny model changed, or to add a case. Tokens are those of Python's tokenizers, scores and vectors those of
PyTorch on the weights in the committed ONNX files, those with a prompt sentence-transformers', none of the service; the
shapes are the routes' documented ones.

Needs what make-golden.py needs, and sentence-transformers 6.2.
"""

import argparse
import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import transformers
from sentence_transformers import SentenceTransformer
from transformers import AutoTokenizer, pipeline
from transformers.utils import logging

from make_golden.reference import load, rounded
from make_golden.text import FORECAST, LONG, TEXTS, TOPIC
from make_model.encoders import PROMPTS

ROOT = Path(__file__).resolve().parent.parent
TOLERANCE = 1e-4
FROM_LEFT = {"truncate": True, "truncation_direction": "left"}
Case = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fixtures", type=Path, default=ROOT / "test" / "fixtures", help="holds models/tiny")
    fixtures = parser.parse_args().fixtures
    torch.set_num_threads(1)
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    models = fixtures / "models" / "tiny"
    cases = [*_embed(models), *_predict(models), *_rerank(models), *_tokens(models)]
    recorded = {"transformers": transformers.__version__, "torch": torch.__version__}
    body = {"recorded": recorded, "tolerance": TOLERANCE, "cases": cases}
    (fixtures / "tei.json").write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(f"{len(cases)} cases")


def _case(path: str, model: str, request: dict[str, Any], answer: Any) -> Case:
    return {"path": path, "model": f"tiny/{model}", "request": request, "answer": rounded(answer)}


def _embed(models: Path) -> list[Case]:
    model, tokenizer = load(models / "bert-embed"), AutoTokenizer.from_pretrained(models / "bert-embed")

    def vector(text: str, normalize: bool = True) -> torch.Tensor:
        with torch.no_grad():
            states = model(**tokenizer(text, truncation=True, return_tensors="pt")).last_hidden_state[0]
        mean = states.mean(0)
        return torch.nn.functional.normalize(mean, dim=0) if normalize else mean

    def states(text: str) -> torch.Tensor:
        with torch.no_grad():
            return model(**tokenizer(text, truncation=True, return_tensors="pt")).last_hidden_state[0]

    def vector_of_end(text: str) -> torch.Tensor:
        """Of its last tokens, between the special ones."""
        tokenizer.truncation_side = "left"
        ids = tokenizer(text, truncation=True, return_tensors="pt")
        tokenizer.truncation_side = "right"
        with torch.no_grad():
            return torch.nn.functional.normalize(model(**ids).last_hidden_state[0].mean(0), dim=0)

    source, sentences = TEXTS[0], [TEXTS[1], FORECAST, TEXTS[0]]
    cosines = [torch.dot(vector(source), vector(text)).item() for text in sentences]
    compared = {"inputs": {"source_sentence": source, "sentences": sentences}}
    return [
        _case("/embed", "bert-embed", {"inputs": TEXTS[0]}, [vector(TEXTS[0])]),
        _case("/embed", "bert-embed", {"inputs": TEXTS}, [vector(text) for text in TEXTS]),
        _case("/embed", "bert-embed", {"inputs": [LONG], "truncate": True}, [vector(LONG)]),
        _case("/embed", "bert-embed", {"inputs": TEXTS[:1], "normalize": False}, [vector(TEXTS[0], normalize=False)]),
        _case("/similarity", "bert-embed", compared, cosines),
        _case("/embed", "bert-embed", {"inputs": LONG, **FROM_LEFT}, [vector_of_end(LONG)]),
        _case("/embed_all", "bert-embed", {"inputs": TEXTS[0]}, [states(TEXTS[0])]),
        _case("/embed_all", "bert-embed", {"inputs": TEXTS[:3:2]}, [states(text) for text in TEXTS[:3:2]]),
        *_prompted(models),
    ]


def _prompted(models: Path) -> list[Case]:
    """By sentence-transformers itself, which reads the prompts and whether their tokens are pooled."""
    cases = []
    for name in ("bert-embed", "bert-embed-cls"):
        with tempfile.TemporaryDirectory() as copy:
            folder = Path(copy) / name
            shutil.copytree(models / name, folder)
            load(models / name).save_pretrained(folder)
            encode = SentenceTransformer(str(folder), device="cpu", local_files_only=True).encode
            for prompt in ("query", "document"):
                vectors = encode(TEXTS[:2], prompt_name=prompt, normalize_embeddings=True)
                cases.append(_case("/embed", name, {"inputs": TEXTS[:2], "prompt_name": prompt}, vectors))
    return cases


def _classifier(folder: Path) -> Any:
    classify = pipeline("text-classification", model=load(folder), tokenizer=AutoTokenizer.from_pretrained(folder))

    def scores(first: str, second: str | None = None, raw: bool = False, side: str = "right") -> list[dict[str, Any]]:
        pair = {"text": first} | ({} if second is None else {"text_pair": second})
        options = {"function_to_apply": "none"} if raw else {}
        classify.tokenizer.truncation_side = side
        found = classify(pair, top_k=None, truncation=True, **options)
        return sorted(found, key=lambda each: -each["score"])

    return scores


def _predict(models: Path) -> list[Case]:
    mood, entails = _classifier(models / "bert-sentiment"), _classifier(models / "bert-nli")
    raw = {"raw_scores": True}
    return [
        _case("/predict", "bert-sentiment", {"inputs": TEXTS[0]}, mood(TEXTS[0])),
        _case("/predict", "bert-sentiment", {"inputs": TEXTS[0], **raw}, mood(TEXTS[0], raw=True)),
        _case("/predict", "bert-sentiment", {"inputs": [[each] for each in TEXTS]}, [mood(each) for each in TEXTS]),
        _case("/predict", "bert-nli", {"inputs": [TOPIC, FORECAST]}, entails(TOPIC, FORECAST)),
        _case(
            "/predict",
            "bert-nli",
            {"inputs": [[TOPIC, FORECAST], [TOPIC], [FORECAST, TOPIC]], **raw},
            [entails(TOPIC, FORECAST, True), entails(TOPIC, None, True), entails(FORECAST, TOPIC, True)],
        ),
        _case("/predict", "bert-sentiment", {"inputs": LONG, **FROM_LEFT}, mood(LONG, side="left")),
        _case("/predict", "bert-nli", {"inputs": [TOPIC, LONG], **FROM_LEFT}, entails(TOPIC, LONG, side="left")),
    ]


def _rerank(models: Path) -> list[Case]:
    compare = _classifier(models / "bert-rerank")
    query = "which city has rain"

    def ranked(raw: bool, with_text: bool) -> list[dict[str, Any]]:
        found = [
            {"index": i, "score": compare(query, text, raw)[0]["score"]} | ({"text": text} if with_text else {})
            for i, text in enumerate(TEXTS)
        ]
        return sorted(found, key=lambda each: -each["score"])

    request = {"query": query, "texts": TEXTS}
    return [
        _case("/rerank", "bert-rerank", request, ranked(False, False)),
        _case(
            "/rerank", "bert-rerank", {**request, "raw_scores": True, "return_text": True}, ranked(True, True)
        ),
    ]


def _tokens(models: Path) -> list[Case]:
    cases = []
    for name in ("bert-embed", "llama-classic"):
        tokenizer = AutoTokenizer.from_pretrained(models / name)

        def pieces(text: str, special: bool = True) -> list[dict[str, Any]]:
            encoding = tokenizer(text, add_special_tokens=special).encodings[0]
            return [
                {"id": id, "text": token, "special": True, "start": None, "stop": None}
                if is_special
                else {"id": id, "text": text[start:stop], "special": False, "start": start, "stop": stop}
                for id, token, is_special, (start, stop) in zip(
                    encoding.ids, encoding.tokens, encoding.special_tokens_mask, encoding.offsets, strict=True
                )
            ]

        # As the tokenizers library has it, which text-embeddings-inference is built on: no cleaning up after it.
        decode = tokenizer.backend_tokenizer.decode
        ids = [tokenizer(text).input_ids for text in (TEXTS[0], TEXTS[3])]
        bare = {"inputs": TEXTS[0], "add_special_tokens": False}
        shown = {"ids": ids[0], "skip_special_tokens": False}
        cases += [
            _case("/tokenize", name, {"inputs": TEXTS[0]}, [pieces(TEXTS[0])]),
            _case("/tokenize", name, bare, [pieces(TEXTS[0], special=False)]),
            _case("/tokenize", name, {"inputs": [TEXTS[3], LONG]}, [pieces(TEXTS[3]), pieces(LONG)]),
            *_prompted_tokens(name, pieces),
            _case("/decode", name, {"ids": ids}, [decode(each) for each in ids]),
            _case("/decode", name, shown, [decode(ids[0], skip_special_tokens=False)]),
        ]
    return cases


def _prompted_tokens(name: str, pieces: Callable[[str], list[dict[str, Any]]]) -> list[Case]:
    if name != "bert-embed":
        return []
    request = {"inputs": TEXTS[0], "prompt_name": "query"}
    return [_case("/tokenize", name, request, [pieces(PROMPTS["query"] + TEXTS[0])])]


if __name__ == "__main__":
    main()

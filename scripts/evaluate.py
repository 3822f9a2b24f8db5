"""Measure the starter models through a running service: held-out data over its task routes, one table. Run after training, or to check a deployment:
python scripts/evaluate.py --data DIR --url http://127.0.0.1:8080 --key KEY [model ...] [--write-cards]"""

from __future__ import annotations

import argparse
import datetime
import io
import json
import random
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
import wave
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY / "scripts" / "train"))

import voices  # noqa: E402
from corpora import Clinc, Example, read_jsonl, sentiment_tests  # noqa: E402
from metrics import Found, Truth, average_precision, precision_recall, spearman, word_errors  # noqa: E402
from phrases import EVERYDAY  # noqa: E402

MARKERS = ("<!-- measured-through-the-service:begin -->", "<!-- measured-through-the-service:end -->")
Rows = dict[str, str]


class Service:
    """The task routes of one service, called with one key."""

    def __init__(self, url: str, key: str, parallel: int) -> None:
        self.base, self.key, self.parallel = f"{url.rstrip('/')}/v1/inference", key, parallel

    def post(self, task: str, body: bytes, content_type: str, query: dict[str, str] | None = None) -> dict[str, Any]:
        url = f"{self.base}/{task}" + (f"?{urllib.parse.urlencode(query)}" if query else "")
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": content_type}
        # Batches of 256 texts on a busy machine may need more than the minute that the service allows by default.
        patience = {"x-wait-for-model": "true", "x-request-timeout-ms": "280000"}
        request = urllib.request.Request(url, body, headers | patience)
        try:
            with urllib.request.urlopen(request, timeout=300) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise SystemExit(f"{task}: {error.code} {error.read().decode(errors='replace')[:500]}") from None

    def json(self, task: str, fields: dict[str, Any]) -> dict[str, Any]:
        return self.post(task, json.dumps(fields).encode(), "application/json")

    def form(self, task: str, file: bytes, name: str, fields: dict[str, str]) -> dict[str, Any]:
        mark = uuid.uuid4().hex
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in fields.items()
        ]
        kind = "audio/wav" if name.endswith(".wav") else "image/jpeg"
        parts.append(
            f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: {kind}\r\n\r\n'.encode()
            + file
        )
        return self.post(
            task, b"".join(parts) + f"\r\n--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"
        )

    def many(self, call: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
        with ThreadPoolExecutor(self.parallel) as pool:
            return list(pool.map(call, items))

    def in_chunks(self, task: str, model: str, texts: Sequence[str], result: str) -> list[Any]:
        """The answers' `result` arrays joined, 256 texts a request."""
        chunks = [list(texts[begin : begin + 256]) for begin in range(0, len(texts), 256)]
        answers = self.many(lambda chunk: self.json(task, {"model": model, "inputs": chunk})[result], chunks)
        return [row for answer in answers for row in answer]


def right_share(service: Service, model: str, tests: Sequence[Example], labels: Sequence[str]) -> float:
    answers = service.in_chunks("text-classification", model, [test.text for test in tests], "results")
    return 100 * float(
        np.mean([answer["labels"][0] == labels[test.label] for answer, test in zip(answers, tests, strict=True)])
    )


def sentiment(service: Service, model: str, data: Path) -> Rows:
    tests = sentiment_tests(data / "text-classification") | {"everyday phrases (hand-written)": EVERYDAY}
    return {
        f"{name}, {len(part)} texts": f"{right_share(service, model, part, ('negative', 'positive')):.1f} % right"
        for name, part in tests.items()
    }


def topics(service: Service, model: str, data: Path) -> Rows:
    clinc = Clinc(data / "text-classification" / "clinc150")
    inside, outside = clinc.split("test"), clinc.out_of_scope("test")
    return {
        f"CLINC150 test, {len(inside)} questions, eleven labels": f"{right_share(service, model, inside, clinc.labels):.1f} % right",
        f"CLINC150 out-of-scope test, {len(outside)} questions": f"{right_share(service, model, outside, clinc.labels):.1f} % found to be `{Clinc.OTHER}`",
    }


def flowers(service: Service, model: str, data: Path) -> Rows:
    files = sorted((data / "image-classification" / "flowers" / "test").glob("*/*.jpg"))
    answers = service.many(
        lambda path: service.post("image-classification", path.read_bytes(), "image/jpeg", {"model": model}), files
    )
    right = [answer["labels"][0] == path.parent.name for answer, path in zip(answers, files, strict=True)]
    rows = {f"flowers test, {len(files)} photos, top-1": f"{100 * np.mean(right):.1f} % right"}
    for label in sorted({path.parent.name for path in files}):
        own = [ok for ok, path in zip(right, files, strict=True) if path.parent.name == label]
        rows[f"{label}, {len(own)} photos"] = f"recall {100 * np.mean(own):.1f} %"
    return rows


def fruit(service: Service, model: str, data: Path) -> Rows:
    folder = data / "object-detection" / "fruit"
    photos = json.loads((folder / "test.json").read_text())
    threshold = json.loads((REPOSITORY / "models" / model / "taskwire.json").read_text())["threshold"]

    def detect(fields: dict[str, str]) -> list[Found]:
        answers = service.many(
            lambda photo: service.form(
                "object-detection", (folder / photo["file"]).read_bytes(), "photo.jpg", {"model": model, **fields}
            ),
            photos,
        )
        edges = ("xmin", "ymin", "xmax", "ymax")
        return [
            Found(index, item["label"], item["score"], [item["box"][edge] for edge in edges])
            for index, answer in enumerate(answers)
            for item in answer["objects"]
        ]

    truth = [
        Truth(index, item["label"], item["box"]) for index, photo in enumerate(photos) for item in photo["objects"]
    ]
    found, default = detect({"threshold": "0.01"}), detect({})
    precision, recall = precision_recall(default, truth, 0.0)
    at50, at75 = (average_precision(found, truth, least) for least in (0.5, 0.75))
    name = f"fruit test, {len(photos)} photos, {len(truth)} objects"
    return {
        f"{name}, AP50 (threshold 0.01)": f"{np.mean(list(at50.values())):.1f} ({', '.join(f'{label} {value:.1f}' for label, value in at50.items())})",
        f"{name}, AP75 (threshold 0.01)": f"{np.mean(list(at75.values())):.1f}",
        f"{name}, at the default threshold {threshold:g}": f"precision {precision:.1f} %, recall {recall:.1f} %",
    }


def wav(sound: np.ndarray, rate: int = voices.RATE) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((sound.clip(-1, 1) * 32767).astype("<i2").tobytes())
    return buffer.getvalue()


def digits(service: Service, model: str, data: Path) -> Rows:
    singles: list[tuple[bytes, str]] = []
    for path in sorted((data / "asr" / "fsdd").glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if int(Path(name).stem.split("_")[2]) < 5]
            singles += [(archive.read(name), voices.WORDS[int(Path(name).stem.split("_")[0])]) for name in names]
    test = [clip for clip in voices.fsdd(data / "asr") if clip.index < 5]
    rng, speakers = random.Random(1), sorted({clip.speaker for clip in test})

    def strings(count: int) -> list[tuple[bytes, str]]:
        made = [
            voices.plain_sentence([clip for clip in test if clip.speaker == speaker], count, rng)
            for speaker in speakers
            for _ in range(15)
        ]
        return [(wav(sound), " ".join(words)) for sound, words in made]

    def error_rate(files: list[tuple[bytes, str]]) -> str:
        answers = service.many(lambda file: service.form("asr", file[0], "digits.wav", {"model": model})["text"], files)
        pairs = [word_errors(wanted, text) for (_, wanted), text in zip(files, answers, strict=True)]
        return f"WER {100 * sum(errors for errors, _ in pairs) / sum(words for _, words in pairs):.1f} %"

    silence = service.form("asr", wav(np.zeros(3 * voices.RATE)), "silence.wav", {"model": model})["text"]
    return {
        f"FSDD test, known speakers, {len(singles)} single digits, as recorded (8 kHz)": error_rate(singles),
        "90 strings of 4 of them with digital silence between": error_rate(strings(4)),
        "90 strings of 10 of them": error_rate(strings(10)),
        "3 s of digital silence": repr(silence),
    }


def sentences(service: Service, model: str, data: Path) -> Rows:
    folder = data / "embeddings"

    def embed(texts: list[str]) -> np.ndarray:
        return np.array(service.in_chunks("embeddings", model, texts, "embeddings"))

    rows: Rows = {}
    for split in ("dev", "test"):
        pairs = read_jsonl(folder / "stsb" / f"{split}.jsonl.gz")
        cosines = (embed([pair["a"] for pair in pairs]) * embed([pair["b"] for pair in pairs])).sum(1)
        rows[f"STS benchmark {split}, {len(pairs)} pairs"] = (
            f"Spearman {spearman(cosines.tolist(), [pair['score'] for pair in pairs]):.3f}"
        )
    known, asked = read_jsonl(folder / "banking77_train.jsonl.gz"), read_jsonl(folder / "banking77_test.jsonl.gz")
    nearest = (embed([row["text"] for row in asked]) @ embed([row["text"] for row in known]).T).argmax(1)
    right = [known[index]["label"] == row["label"] for index, row in zip(nearest, asked, strict=True)]
    return rows | {
        "Banking77 test, nearest training question has the same intent": f"{100 * np.mean(right):.1f} % right"
    }


PROMPTS = (
    "Tell me a story about a dragon.|Hello!|What is your name?|Write a short story about a girl and her dog.|Give me a list of three fruits.|"
    "How are you today?|Tell me about the sea.|What color is the sky?|Write a story about a robot who learns to paint.|Who are you?|"
    "Can you help me?|Tell me a bedtime story."
).split("|")


def storyteller(service: Service, model: str, data: Path) -> Rows:
    """Answers to read. "English" means at least four words, nine in ten of which occur in Dolly's answers."""
    answers = [row["response"] for row in read_jsonl(data / "text-generation" / "dolly15k_train.jsonl.gz")]
    known = set(re.findall(r"[a-z']+", " ".join(answers).lower()))
    english, tokens, began = 0, 0, time.monotonic()
    for prompt in PROMPTS:
        answer = service.json(
            "text-generation",
            {
                "model": model,
                "messages": [{"role": "user", "content": prompt}],
                "max_tokens": 80,
                "temperature": 0.7,
                "seed": 1,
            },
        )
        text, words = answer["generated_text"], re.findall(r"[a-z']+", answer["generated_text"].lower())
        english += len(words) >= 4 and sum(word in known for word in words) >= 0.9 * len(words)
        tokens += answer["usage"]["completion_tokens"]
        print(f"> {prompt}\n{text.strip()}\n", flush=True)
    seconds = time.monotonic() - began
    return {
        f"{len(PROMPTS)} prompts answered in English words": f"{english} of {len(PROMPTS)}",
        "speed, one request at a time": f"{tokens / seconds:.0f} tokens/s",
    }


MEASURES: dict[str, Callable[[Service, str, Path], Rows]] = {
    measure.__name__: measure for measure in (sentiment, topics, flowers, fruit, digits, sentences, storyteller)
}


def write_card(model: str, rows: Rows) -> None:
    path = REPOSITORY / "models" / model / "README.md"
    text = path.read_text(encoding="utf8")
    if not all(marker in text for marker in MARKERS):
        raise SystemExit(f"{path}: no place for the results ({MARKERS[0]})")
    before, after = text.split(MARKERS[0])[0], text.split(MARKERS[1])[1]
    table = "\n".join(
        ["| held-out data | result |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows.items())]
    )
    body = f"{MARKERS[0]}\n{datetime.date.today().isoformat()}, by `scripts/evaluate.py`:\n\n{table}\n{MARKERS[1]}"
    path.write_text(before + body + after, encoding="utf8")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the starter models through a running service.")
    parser.add_argument("models", nargs="*", metavar="model", help=f"of {', '.join(MEASURES)}; default: all")
    parser.add_argument(
        "--data", type=Path, required=True, help="data folder, laid out as scripts/train/README.md says"
    )
    parser.add_argument("--url", default="http://127.0.0.1:8080")
    parser.add_argument("--key", required=True, help="API key of the service")
    parser.add_argument("--parallel", type=int, default=8, help="requests at a time")
    parser.add_argument("--write-cards", action="store_true", help="put the results into the model cards")
    options = parser.parse_args()
    if unknown := set(options.models) - set(MEASURES):
        parser.error(f"no such model: {', '.join(sorted(unknown))}")
    service = Service(options.url, options.key, options.parallel)
    table = [("model", "held-out data", "result")]
    for name in options.models or MEASURES:
        began, model = time.monotonic(), f"taskwire/{name}"
        rows = MEASURES[name](service, model, options.data)
        print(f"{model}: {time.monotonic() - began:.0f} s", flush=True)
        table += [(model, key, value) for key, value in rows.items()]
        if options.write_cards:
            write_card(model, rows)
    widths = [max(len(row[column]) for row in table) for column in (0, 1)]
    for row in table:
        print(f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]}")


if __name__ == "__main__":
    main()

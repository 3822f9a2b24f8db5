"""What the training scripts share: arguments, CPU budget, seeding, checkpoints, the loop, ONNX export, model cards.

Imported, never run."""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch

from corpora import read_jsonl as read_jsonl

REPOSITORY = Path(__file__).resolve().parents[2]
# Between these markers scripts/evaluate.py writes what it measured through the running service.
SERVICE_BEGIN = "<!-- measured-through-the-service:begin -->"
SERVICE_END = "<!-- measured-through-the-service:end -->"


@dataclass(frozen=True)
class Run:
    """One training run: where things are and how long it may take."""

    name: str
    data: Path
    out: Path
    work: Path
    minutes: float
    seed: int
    resume: bool
    options: argparse.Namespace


def start(name: str, minutes: float, add_options: Callable[[argparse.ArgumentParser], object] | None = None) -> Run:
    parser = argparse.ArgumentParser(description=f"Train, measure, export and describe models/taskwire/{name}.")
    parser.add_argument(
        "--data", type=Path, required=True, help="data folder, laid out as scripts/train/README.md says"
    )
    parser.add_argument(
        "--minutes", type=float, default=minutes, help=f"CPU minutes per torch thread (default {minutes:g})"
    )
    parser.add_argument("--out", type=Path, default=REPOSITORY / "models" / "taskwire" / name)
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in .work/")
    parser.add_argument("--seed", type=int, default=0)
    if add_options:
        add_options(parser)
    options = parser.parse_args()
    work = REPOSITORY / ".work" / name
    work.mkdir(parents=True, exist_ok=True)
    if not options.resume:
        for checkpoint in work.glob("*.pt"):
            checkpoint.unlink()
    seed_everything(options.seed)
    return Run(name, options.data, options.out, work, options.minutes, options.seed, options.resume, options)


def seed_everything(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


class Clock:
    """Seconds of this process's CPU time per torch thread: neither a busy machine nor a stopped process shortens a run."""

    def __init__(self, spent_seconds: float = 0.0) -> None:
        self._origin = self._now() - spent_seconds

    def seconds(self) -> float:
        return self._now() - self._origin

    @staticmethod
    def _now() -> float:
        return time.process_time() / torch.get_num_threads()


class Average:
    """Exponential moving average of the weights: at the end of a short run steadier than the weights themselves."""

    def __init__(self, model: torch.nn.Module, decay: float = 0.998) -> None:
        self.decay = decay
        self.state = {key: value.detach().clone() for key, value in model.state_dict().items()}

    @torch.no_grad()
    def update(self, model: torch.nn.Module, step: int) -> None:
        decay = min(self.decay, (1 + step) / (10 + step))
        for key, value in model.state_dict().items():
            if value.dtype.is_floating_point:
                self.state[key].lerp_(value, 1 - decay)
            else:
                self.state[key].copy_(value)


def _random_state() -> dict[str, Any]:
    return {"python": random.getstate(), "numpy": np.random.get_state(), "torch": torch.get_rng_state()}


def _restore_random_state(state: dict[str, Any]) -> None:
    random.setstate(state["python"])
    np.random.set_state(state["numpy"])
    torch.set_rng_state(state["torch"])


@dataclass(frozen=True)
class Recipe:
    learning_rate: float
    weight_decay: float = 0.05
    warmup_steps: int = 200
    clip: float = 1.0
    average: float = 0.998
    log_every: int = 100
    checkpoint_seconds: float = 120.0
    # bfloat16 matrix products and convolutions: two to three times as fast on processors with AVX512-BF16, no gain elsewhere.
    bfloat16: bool = False
    betas: tuple[float, float] = (0.9, 0.98)


def _optimizer(model: torch.nn.Module, recipe: Recipe) -> torch.optim.AdamW:
    matrices = [p for p in model.parameters() if p.requires_grad and p.ndim >= 2]
    vectors = [p for p in model.parameters() if p.requires_grad and p.ndim < 2]
    groups = [{"params": matrices, "weight_decay": recipe.weight_decay}, {"params": vectors, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=recipe.learning_rate, betas=recipe.betas)


def fit(
    run: Run,
    model: torch.nn.Module,
    loss_of: Callable[[float], torch.Tensor],
    recipe: Recipe,
    *,
    phase: str = "train",
    minutes: float | None = None,
    evaluate: Callable[[], str] | None = None,
) -> int:
    """Minimise `loss_of(fraction of the budget used)` until the budget is used up; cosine schedule over the budget.

    The model ends up holding the averaged weights. `evaluate` is logged at every quarter. Returns the steps done.
    """
    budget = 60 * (run.minutes if minutes is None else minutes)
    path = run.work / f"{phase}.pt"
    optimizer = _optimizer(model, recipe)
    average = Average(model, recipe.average)
    step, clock = 0, Clock()
    if run.resume and path.exists():
        saved = torch.load(path, weights_only=False)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        average.state = saved["average"]
        _restore_random_state(saved["random"])
        step, clock = saved["step"], Clock(saved["spent"])
        print(f"{phase}: resumed at step {step}, {saved['spent'] / 60:.1f} of {budget / 60:.1f} minutes", flush=True)

    def save() -> None:
        state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "average": average.state}
        torch.save(
            state | {"random": _random_state(), "step": step, "spent": clock.seconds()}, path.with_suffix(".tmp")
        )
        os.replace(path.with_suffix(".tmp"), path)

    model.train()
    saved_at, quarter, losses = clock.seconds(), int(4 * min(1.0, clock.seconds() / budget)), []
    while (fraction := clock.seconds() / budget) < 1:
        rate = (
            recipe.learning_rate * min(1.0, (step + 1) / recipe.warmup_steps) * 0.5 * (1 + math.cos(math.pi * fraction))
        )
        for group in optimizer.param_groups:
            group["lr"] = rate
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=recipe.bfloat16):
            loss = loss_of(fraction)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), recipe.clip)
        optimizer.step()
        step += 1
        average.update(model, step)
        losses.append(loss.item())
        if step % recipe.log_every == 0:
            print(
                f"{phase}: step {step} {clock.seconds():.0f} s loss {np.mean(losses[-recipe.log_every :]):.4f}",
                flush=True,
            )
        if clock.seconds() - saved_at > recipe.checkpoint_seconds:
            save()
            saved_at = clock.seconds()
        if evaluate and int(4 * fraction) > quarter:
            quarter = int(4 * fraction)
            live = {key: value.clone() for key, value in model.state_dict().items()}
            model.load_state_dict(average.state)
            print(f"{phase}: at {fraction:.0%} {evaluate()}", flush=True)
            model.load_state_dict(live)
            model.train()
    save()
    model.load_state_dict(average.state)
    model.eval()
    print(f"{phase}: {step} steps in {clock.seconds() / 60:.1f} minutes", flush=True)
    return step


def export_onnx(
    module: torch.nn.Module,
    examples: Sequence[dict[str, torch.Tensor]],
    outputs: Sequence[str],
    path: Path,
    *,
    dynamic: dict[str, dict[int, str]],
    tolerance: float = 1e-3,
) -> float:
    """Write one fp32 file and hold onnxruntime to PyTorch on every example (the first one is traced). Returns the largest difference."""
    path.parent.mkdir(parents=True, exist_ok=True)
    module.eval()
    names = list(examples[0])
    with torch.no_grad():
        torch.onnx.export(
            module,
            tuple(examples[0].values()),
            str(path),
            input_names=names,
            output_names=list(outputs),
            dynamic_axes=dynamic,
            opset_version=17,
            dynamo=False,
        )
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    worst = 0.0
    for example in examples:
        with torch.no_grad():
            expected = module(*example.values())
        expected = expected if isinstance(expected, tuple) else (expected,)
        got = session.run(list(outputs), {name: value.numpy() for name, value in example.items()})
        for want, have in zip(expected, got, strict=True):
            worst = max(worst, float(np.abs(want.numpy() - have).max()))
    print(f"onnx: {path.stat().st_size / 1e6:.2f} MB, largest difference from PyTorch {worst:.2e}", flush=True)
    if not worst < tolerance:
        raise SystemExit(f"the exported graph differs from PyTorch by {worst:.2e}, more than {tolerance:.0e}")
    return worst


def write_json(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf8")


def parameters(model: torch.nn.Module) -> int:
    return sum(p.numel() for p in model.parameters())


def table(metrics: dict[str, str]) -> str:
    return "\n".join(
        ["| held-out data | result |", "|---|---|", *(f"| {key} | {value} |" for key, value in metrics.items())]
    )


def processor_name() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []:
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown processor"


def write_card(run: Run, *, model: str, metrics: dict[str, str], steps: int) -> None:
    """Fill cards/<name>.md in and write it as the model's README.md; the service's figures of earlier weights go."""
    print(table(metrics), flush=True)
    trained = (
        f"`python scripts/train/{run.name}.py --data DIR --minutes {run.minutes:g} --seed {run.seed}`: {steps} steps in "
        f"{run.minutes:g} minutes of CPU time a thread, {torch.get_num_threads()} thread(s) of an {processor_name()}, "
        f"PyTorch {torch.__version__.split('+')[0]}, no GPU."
    )
    service = (
        f"Filled in by `python scripts/evaluate.py --data DIR --url URL --key KEY --write-cards {run.name}`.\n\n"
        f"{SERVICE_BEGIN}\nNot measured yet.\n{SERVICE_END}"
    )
    measured = f"Printed by the training script, from the model that was exported and held to its ONNX file:\n\n{table(metrics)}"
    text = (Path(__file__).parent / "cards" / f"{run.name}.md").read_text(encoding="utf8")
    for name, value in {"model": model, "trained": trained, "metrics": measured, "service": service}.items():
        text = text.replace("{{" + name + "}}", value)
    (run.out / "README.md").write_text(text, encoding="utf8")

"""Train models/taskwire/storyteller, the starter text-generation model: a small Llama-shaped decoder. Run it when the storybook, the mix or the model's shape changes."""

from __future__ import annotations

import argparse
import os
import shutil

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from transformers import LlamaConfig, LlamaForCausalLM

from harness import Clock, Run, parameters, start, write_card, write_json
from storybook.probes import PROBES
from storyteller_data import BOOKS, PAD_ID, VOCABULARY, Corpus
from storyteller_export import build_graph, check, hub_files

WINDOW = 2048
ROW, STEP_TOKENS, POOL_TOKENS = 512, 4096, 131072
# Every sixth pool is packed into rows as long as the window, so that every position is trained.
LONG_EVERY = 6
MUON_RATE, ADAM_RATE, WARMUP_STEPS = 0.004, 3e-3, 100
# The rate is constant, then falls to zero over the last part of the budget: a longer run can go on from a checkpoint taken before.
DECAY = 0.3
CHECKPOINT_SECONDS, EVALUATE_SECONDS = 180, 1200
PROMPTS = [
    "Once upon a time",
    "Write a short story about a fox.",
    "What is machine learning?",
    "What is the capital of France?",
]


def build() -> LlamaForCausalLM:
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=VOCABULARY,
            hidden_size=256,
            intermediate_size=688,
            num_hidden_layers=6,
            num_attention_heads=4,
            num_key_value_heads=2,
            max_position_embeddings=WINDOW,
            tie_word_embeddings=True,
            bos_token_id=None,
            eos_token_id=0,
            pad_token_id=PAD_ID,
            rms_norm_eps=1e-5,
            attn_implementation="sdpa",
        )
    )


def optimizers(model: LlamaForCausalLM) -> list[torch.optim.Optimizer]:
    """Muon for the matrices inside the layers, AdamW for embeddings and norms."""
    matrices = [p for name, p in model.named_parameters() if p.ndim == 2 and "embed" not in name]
    others = [p for name, p in model.named_parameters() if p.ndim != 2 or "embed" in name]
    return [
        torch.optim.Muon(matrices, lr=MUON_RATE, weight_decay=0.05, momentum=0.95, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(others, lr=ADAM_RATE, betas=(0.9, 0.98), weight_decay=0.0),
    ]


class Trainer:
    def __init__(self, run: Run, corpus: Corpus, model: LlamaForCausalLM) -> None:
        self.run, self.corpus, self.model = run, corpus, model
        self.optimizers = optimizers(model)
        self.path = run.work / "train.pt"
        self.step = self.tokens = self.pool = self.row = 0
        self.clock = Clock()
        self.bf16 = run.options.precision == "bf16"
        self.forward = torch.compile(model, dynamic=False) if run.options.compile else model

    def loss(self, rows: torch.Tensor, reduction: str = "mean", compiled: bool = True) -> torch.Tensor:
        with torch.autocast("cpu", torch.bfloat16, enabled=self.bf16):
            logits = (self.forward if compiled else self.model)(input_ids=rows, use_cache=False).logits
        targets = rows[:, 1:].masked_fill(rows[:, 1:] == PAD_ID, -100)
        return F.cross_entropy(logits[:, :-1].float().flatten(0, 1), targets.flatten(), reduction=reduction)

    def train(self) -> None:
        budget = 60 * self.run.minutes
        saved_at = evaluated_at = self.clock.seconds()
        recent: list[float] = []
        while (fraction := self.clock.seconds() / budget) < 1:
            length = WINDOW if self.pool % LONG_EVERY == LONG_EVERY - 1 else ROW
            rows, batch = self.corpus.pool(self.pool, POOL_TOKENS, length), STEP_TOKENS // length
            while self.row + batch <= len(rows) and (fraction := self.clock.seconds() / budget) < 1:
                recent.append(self.update(torch.stack(rows[self.row : self.row + batch]), fraction))
                self.row += batch
                if self.step % 50 == 0:
                    seconds = self.clock.seconds()
                    print(
                        f"step {self.step} {seconds / 60:.1f} min {self.tokens / 1e6:.2f} M tokens, loss {sum(recent[-50:]) / len(recent[-50:]):.3f}, {self.tokens / seconds:.0f} tokens/s",
                        flush=True,
                    )
                if self.clock.seconds() - saved_at > CHECKPOINT_SECONDS:
                    self.save()
                    saved_at = self.clock.seconds()
                if self.clock.seconds() - evaluated_at > EVALUATE_SECONDS:
                    self.report(100)
                    evaluated_at = self.clock.seconds()
            if self.row + batch > len(rows):
                self.pool, self.row = self.pool + 1, 0
        self.save()

    def update(self, rows: torch.Tensor, fraction: float) -> float:
        scale = min(1.0, (self.step + 1) / WARMUP_STEPS, (1 - fraction) / DECAY)
        for optimizer, rate in zip(self.optimizers, (MUON_RATE, ADAM_RATE), strict=True):
            for group in optimizer.param_groups:
                group["lr"] = rate * scale
        loss = self.loss(rows)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        self.step += 1
        self.tokens += rows.numel()
        return loss.item()

    @torch.no_grad()
    def validation_loss(self, documents: list[list[int]]) -> float:
        """Nats a token over whole documents, each alone in its window."""
        total, count = 0.0, 0
        for ids in documents:
            rows = torch.tensor([ids[:WINDOW]])
            total += self.loss(rows, "sum", compiled=False).item()
            count += rows.numel() - 1
        return total / count

    @torch.no_grad()
    def loss_by_position(self, documents: list[list[int]]) -> tuple[float, float]:
        """Whether text far from the start is predicted as well as text near it, on the same stretch of each document."""
        losses: list[list[float]] = [[], []]
        for ids in documents:
            if len(ids) < WINDOW:
                continue
            for kind, first in enumerate((WINDOW - 512, 0)):
                rows = torch.tensor([ids[first:WINDOW]])
                logits = self.model(input_ids=rows, use_cache=False).logits[0, -257:-1]
                losses[kind].append(F.cross_entropy(logits, rows[0, -256:]).item())
        near, far = (sum(each) / len(each) for each in losses)
        return near, far

    @torch.no_grad()
    def sample(self, prompt: str, chat: bool, temperature: float = 0.0, tokens: int = 160) -> str:
        text = f"<|user|>{prompt}<|end|><|assistant|>" if chat else prompt
        ids = torch.tensor([self.corpus.tokenizer.encode(text).ids])
        out = self.model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=tokens,
            do_sample=temperature > 0,
            temperature=temperature or None,
            pad_token_id=PAD_ID,
        )
        return self.corpus.tokenizer.decode(out[0, ids.shape[1] :].tolist())

    def probe(self) -> tuple[int, list[str]]:
        """Greedy answers to questions in wordings never trained: how many hold a right word, and the others."""
        failed = []
        for prompt, words in PROBES:
            reply = self.sample(prompt, chat=True, tokens=60)
            if not any(word in reply for word in words):
                failed.append(f"[{prompt}] {reply!r}")
        return len(PROBES) - len(failed), failed

    def report(self, limit: int | None = None) -> dict[str, str]:
        self.model.eval()
        metrics = {
            f"loss in nats a token, {name}": f"{self.validation_loss(documents[:limit]):.3f}"
            for name, documents in self.corpus.validation.items()
        }
        near, far = self.loss_by_position(self.corpus.validation[BOOKS])
        metrics["the same tokens of those chapters, at positions 256 to 511 / 1792 to 2047"] = f"{near:.3f} / {far:.3f}"
        right, failed = self.probe()
        metrics["newcomers' prompts in wordings not trained, greedy answer with a right word"] = (
            f"{right} of {len(PROBES)}"
        )
        print("\n".join([f"{name}: {value}" for name, value in metrics.items()] + failed), flush=True)
        for prompt in PROMPTS:
            print(f"[{prompt}] {self.sample(prompt, chat=prompt != PROMPTS[0], temperature=0.7)!r}", flush=True)
        self.model.train()
        return metrics

    def save(self) -> None:
        state = {
            "model": self.model.state_dict(),
            "optimizers": [o.state_dict() for o in self.optimizers],
            "step": self.step,
            "tokens": self.tokens,
            "pool": self.pool,
            "row": self.row,
            "spent": self.clock.seconds(),
        }
        torch.save(state, self.path.with_suffix(".tmp"))
        os.replace(self.path.with_suffix(".tmp"), self.path)

    def load(self) -> None:
        state = torch.load(self.path, weights_only=True)
        self.model.load_state_dict(state["model"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        self.step, self.tokens, self.pool, self.row = state["step"], state["tokens"], state["pool"], state["row"]
        self.clock = Clock(state["spent"])
        print(f"resumed at step {self.step}, {state['spent'] / 60:.1f} minutes", flush=True)


def describe(model: LlamaForCausalLM) -> str:
    c = model.config
    return (
        f"Llama-shaped decoder: {c.num_hidden_layers} layers of {c.hidden_size}, {c.num_attention_heads} heads over {c.num_key_value_heads} key-value heads, "
        f"window of {c.max_position_embeddings}, own byte-level BPE vocabulary of {c.vocab_size} (digits one by one), input and output embedding shared, "
        f"{parameters(model) / 1e6:.2f} M parameters, fp32, exported by onnxruntime-genai's builder as a GroupQueryAttention graph."
    )


def add_options(parser: argparse.ArgumentParser) -> None:
    fast_bf16 = torch.cpu._is_avx512_bf16_supported()
    parser.add_argument(
        "--precision",
        choices=["bf16", "fp32"],
        default="bf16" if fast_bf16 else "fp32",
        help="of matrix products in training; bf16 pays where the processor has it",
    )
    parser.add_argument(
        "--compile",
        action=argparse.BooleanOptionalAction,
        default=shutil.which("g++") is not None,
        help="compile the training step (needs g++)",
    )


def main() -> None:
    run = start("storyteller", 200, add_options)
    corpus = Corpus(run.data, run.seed)
    path = run.work / "tokenizer.json"
    corpus.tokenize(Tokenizer.from_file(str(path)) if run.resume and path.exists() else corpus.train_tokenizer(path))
    trainer = Trainer(run, corpus, build())
    print(
        f"{parameters(trainer.model) / 1e6:.2f} M parameters, {sum(map(len, (i for ids in corpus.ids.values() for i in ids))) / 1e6:.2f} M tokens of real text",
        flush=True,
    )
    if run.resume and trainer.path.exists():
        trainer.load()
    trainer.train()
    metrics = trainer.report()
    model = trainer.model.eval()
    tokenizer = hub_files(model, path, run.out)
    metrics |= check(model, tokenizer, build_graph(model, run.out, run.work))
    write_json(
        run.out / "taskwire.json",
        {
            "task": "text-generation",
            "default": True,
            "license": "cc-by-sa-3.0",
            "description": "Very small English model: stories, poems, greetings, simple questions",
        },
    )
    write_card(run, model=describe(model), metrics=metrics, steps=trainer.step)


if __name__ == "__main__":
    main()

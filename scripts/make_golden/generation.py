"""Golden cases of text-generation: greedy, so that they can be compared."""

from pathlib import Path
from typing import Any

import torch
from transformers import AutoTokenizer, LogitsProcessor, LogitsProcessorList

from .reference import STABLE, Case, case, load

PROMPTS = ["Once upon a time there was a small fox", "The river", "One day the hare met a tired", "Zürich 👍🏽 is"]
CHAT = [{"role": "user", "content": "Tell me about the fox."}]
HISTORY = [
    {"role": "system", "content": "You are a poet."},
    {"role": "user", "content": "Tell me about the owl."},
    {"role": "assistant", "content": "Oh clever owl, sing of song in the garden!"},
    {"role": "user", "content": "Tell me about the duck."},
]
ENDING = "tokens_used counts the token that ended the text"


class Penalties(LogitsProcessor):
    """OpenAI's: a token loses `frequency` for each time it was generated and `presence` once; `bias` is added."""

    def __init__(
        self, prompt: int, frequency: float = 0.0, presence: float = 0.0, bias: dict[int, float] | None = None
    ) -> None:
        self.prompt, self.frequency, self.presence, self.bias = prompt, frequency, presence, bias or {}

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        counts = torch.bincount(input_ids[0, self.prompt :], minlength=scores.shape[-1]).to(scores)
        scores = scores - self.frequency * counts - self.presence * (counts > 0)
        for token, value in self.bias.items():
            scores[:, token] += value
        return scores


class Writer:
    """One tiny model with its tokenizer; answers in the shape of the text-generation route."""

    def __init__(self, models: Path, name: str) -> None:
        self.name = f"tiny/{name}"
        self.model, self.tokenizer = load(models / name), AutoTokenizer.from_pretrained(models / name)

    def write(
        self, prompt: str | list[dict[str, str]], fields: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Response and reference: the tokens, their log-probabilities before any penalty, and the narrowest choice."""
        ids = self._ids(prompt, fields.get("truncate_prompt_tokens"))
        limit = fields["max_tokens"]
        penalties = Penalties(
            len(ids),
            fields.get("frequency_penalty", 0.0),
            fields.get("presence_penalty", 0.0),
            {int(token): value for token, value in fields.get("logit_bias", {}).items()},
        )
        out = self.model.generate(
            torch.tensor([ids]),
            attention_mask=torch.ones(1, len(ids), dtype=torch.long),
            do_sample=False,
            max_new_tokens=limit,
            min_new_tokens=fields.get("min_tokens"),
            repetition_penalty=fields.get("repetition_penalty", 1.0),
            logits_processor=LogitsProcessorList([penalties]),
            output_scores=True,
            output_logits=True,
            return_dict_in_generate=True,
        )
        best = torch.stack(out.scores)[:, 0].topk(2).values
        if float((best[:, 0] - best[:, 1]).min()) < STABLE:
            raise ValueError(f"{self.name}: two tokens are nearly tied after {prompt!r}")
        new = out.sequences[0, len(ids) :].tolist()
        text, new, reason = self._finish(new, fields.get("stop_sequences", []), limit)
        whole = prompt + text if isinstance(prompt, str) else text
        usage = {"prompt_tokens": len(ids), "completion_tokens": len(new), "total_tokens": len(ids) + len(new)}
        logprobs = torch.stack(out.logits)[: len(new), 0].log_softmax(-1)
        response = {"generated_text": whole, "tokens_used": len(new), "finish_reason": reason, "usage": usage}
        return response, {"token_ids": new, "logprobs": logprobs[range(len(new)), new], "top": self._top(logprobs)}

    def _ids(self, prompt: str | list[dict[str, str]], limit: int | None = None) -> list[int]:
        if isinstance(prompt, str):
            self.tokenizer.truncation_side = "left"
            return self.tokenizer(prompt, truncation=limit is not None, max_length=limit).input_ids
        text = self.tokenizer.apply_chat_template(prompt, add_generation_prompt=True, tokenize=False)
        return self.tokenizer(text, add_special_tokens=False).input_ids

    def _finish(self, new: list[int], stops: list[str], limit: int) -> tuple[str, list[int], str]:
        """Cuts before the first stop string, as soon as the text so far holds it."""
        for count in range(1, len(new) + 1):
            text = self.tokenizer.decode(new[:count], skip_special_tokens=True)
            found = [text.index(stop) for stop in stops if stop in text]
            if found:
                return text[: min(found)], new[:count], "stop"
        ends = self.model.generation_config.eos_token_id
        ended = new[-1] in (ends if isinstance(ends, list) else [ends])
        return self.tokenizer.decode(new, skip_special_tokens=True), new, "stop" if ended else "length"

    def _top(self, logprobs: torch.Tensor) -> list[list[dict[str, Any]]]:
        best = logprobs.topk(3)
        return [
            [{"token_id": token, "logprob": value} for token, value in zip(tokens, values, strict=True)]
            for tokens, values in zip(best.indices.tolist(), best.values.tolist(), strict=True)
        ]

    def case(self, title: str, prompt: str | list[dict[str, str]], note: str | None = None, **fields: Any) -> Case:
        fields = {"max_tokens": 24} | fields
        changes = fields.keys() - {"max_tokens", "logprobs"}
        response, reference = self.write(prompt, fields)
        if changes and response == self.write(prompt, {"max_tokens": fields["max_tokens"]})[0]:
            raise ValueError(f"{title}: {sorted(changes)} change nothing")
        source = {"prompt": prompt} if isinstance(prompt, str) else {"messages": prompt}
        reference = {"token_ids": reference["token_ids"]} if not fields.get("logprobs") else reference
        extra = {"note": note} if note else {}
        return case(
            title, {"model": self.name, **source, "temperature": 0, **fields}, response, reference=reference, **extra
        )

    def scored(self, title: str, prompt: str) -> Case:
        """What the model thinks of a prompt's own tokens."""
        ids = self._ids(prompt)
        with torch.no_grad():
            logprobs = self.model(torch.tensor([ids])).logits[0, :-1].log_softmax(-1)
        known = [
            {"token_id": token, "logprob": float(row[token]), "top": top[:2]}
            for token, row, top in zip(ids[1:], logprobs, self._top(logprobs), strict=True)
        ]
        response = {
            "generated_text": prompt,
            "tokens_used": 0,
            "finish_reason": "length",
            "usage": {"prompt_tokens": len(ids), "completion_tokens": 0, "total_tokens": len(ids)},
            "prompt_logprobs": [{"token_id": ids[0], "logprob": None, "top": []}, *known],
        }
        # A GPU adds in another order, and unlikely tokens show it most: 4e-4 at e^-9.6.
        request = {"model": self.name, "prompt": prompt, "max_tokens": 0, "prompt_logprobs": 2}
        return case(title, request, response, tolerance=1e-3)


def generation(models: Path) -> list[Case]:
    grouped, classic = Writer(models, "llama-gqa"), Writer(models, "llama-classic")
    plain, reference = grouped.write(PROMPTS[0], {"max_tokens": 24})
    text = plain["generated_text"].removeprefix(PROMPTS[0])
    stop = text[19:24]  # begins and ends inside words
    banned = str(reference["token_ids"][0])
    return [
        grouped.case("a prompt", PROMPTS[0]),
        grouped.case("messages", CHAT, "generated_text is the answer alone"),
        grouped.case("messages with system and history", HISTORY),
        grouped.case("a prompt with umlaut and emoji", PROMPTS[3]),
        grouped.case("the model ends the text", PROMPTS[0], ENDING, max_tokens=100),
        grouped.case("min_tokens puts the end off", CHAT, max_tokens=60, min_tokens=14),
        grouped.case(
            "a stop sequence across tokens", PROMPTS[0], "the text ends before it", stop_sequences=["never seen", stop]
        ),
        grouped.case(
            "repetition_penalty", PROMPTS[3], "over prompt and answer, as transformers has it", repetition_penalty=1.8
        ),
        grouped.case("frequency_penalty", PROMPTS[3], "over the answer alone, as OpenAI has it", frequency_penalty=2.0),
        grouped.case("presence_penalty", PROMPTS[3], "over the answer alone, as OpenAI has it", presence_penalty=2.0),
        grouped.case("logit_bias", PROMPTS[0], "bans the first token of the plain answer", logit_bias={banned: -100}),
        grouped.case(
            "logprobs", PROMPTS[1], "reference.logprobs: natural logarithms, before penalties", logprobs=3, max_tokens=8
        ),
        grouped.scored("log-probabilities of a prompt", PROMPTS[0]),
        grouped.case("the end of a prompt", PROMPTS[2], "its last four tokens", truncate_prompt_tokens=4),
        _batch(grouped, PROMPTS),
        classic.case("a prompt, classic graph", PROMPTS[0], "a beginning-of-text token is put before the prompt"),
        classic.case(
            "messages, classic graph", HISTORY, "the template writes the beginning-of-text token: it is there once"
        ),
        classic.case(
            "the end of a prompt, classic graph",
            PROMPTS[0],
            "the token that begins texts and the last four",
            truncate_prompt_tokens=5,
        ),
        classic.scored("log-probabilities of a prompt, classic graph", PROMPTS[0]),
        _batch(classic, PROMPTS[:3]),
    ]


def _batch(writer: Writer, prompts: list[str]) -> Case:
    answers = [writer.write(prompt, {"max_tokens": 16}) for prompt in prompts]
    return case(
        f"prompts of different lengths in one request answer as they do alone, {writer.name}",
        {"model": writer.name, "prompt": prompts, "temperature": 0, "max_tokens": 16},
        {"results": [response for response, _ in answers], "generated_text": answers[0][0]["generated_text"]},
        reference={"token_ids": [reference["token_ids"] for _, reference in answers]},
    )

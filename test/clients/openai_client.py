"""OpenAI's own client for Python, unchanged but for the base URL and the key. Prints what it saw, as JSON.

Run by test/clients/openai-python.test.ts: python openai_client.py URL KEY MODEL SOUND
"""
import json
import sys

import openai

url, key, model, sound = sys.argv[1:]
client = openai.OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0)
messages = [{"role": "user", "content": "Tell me about the bear."}]
greedy = {"model": model, "messages": messages, "temperature": 0}
seen = {}

chat = client.chat.completions.create(**greedy)
seen["chat"] = [chat.choices[0].message.content, chat.choices[0].finish_reason, chat.usage.total_tokens]

chunks = list(client.chat.completions.create(**greedy, stream=True, stream_options={"include_usage": True}))
choices = [choice for chunk in chunks for choice in chunk.choices]
seen["stream"] = [
    "".join(choice.delta.content or "" for choice in choices),
    choices[0].delta.role,
    choices[-1].finish_reason,
    chunks[-1].usage.total_tokens,
]

with client.chat.completions.stream(**greedy) as stream:
    stream.until_done()
    seen["collected"] = stream.get_final_completion().choices[0].message.content

several = client.chat.completions.create(model=model, messages=messages, n=2, seed=5, temperature=2, max_tokens=20)
seen["several"] = [choice.message.content for choice in several.choices]

named = client.chat.completions.create(**greedy, max_tokens=3, logprobs=True, top_logprobs=2)
entries = named.choices[0].logprobs.content
seen["logprobs"] = [[entry.token, bytes(entry.bytes).decode(), len(entry.top_logprobs)] for entry in entries]

called = client.chat.completions.create(
    model=model,
    messages=messages,
    tools=[{"type": "function", "function": {"name": "now"}}],
    tool_choice="required",
    parallel_tool_calls=False,
    temperature=0,
    max_tokens=90,
)
call = called.choices[0].message.tool_calls[0]
seen["call"] = [call.type, call.function.name, json.loads(call.function.arguments)]

schema = {
    "type": "object",
    "properties": {"old": {"type": "boolean"}},
    "required": ["old"],
    "additionalProperties": False,
}
form = {"type": "json_schema", "json_schema": {"name": "bear", "strict": True, "schema": schema}}
parsed = client.chat.completions.create(model=model, messages=messages, response_format=form, temperature=0)
seen["form"] = json.loads(parsed.choices[0].message.content)

text = client.completions.create(model=model, prompt="Once", max_tokens=3, temperature=0, logprobs=1)
seen["completion"] = [text.choices[0].text, text.choices[0].logprobs.tokens]
seen["models"] = [one.id for one in client.models.list()]
seen["model"] = client.models.retrieve(model).id

# Without encoding_format this client asks for base64.
packed = client.embeddings.create(model="taskwire/sentences", input=["a dog", "a puppy"]).data
plain = client.embeddings.create(model="taskwire/sentences", input=["a dog", "a puppy"], encoding_format="float").data
pairs = [(a, b) for one, other in zip(packed, plain) for a, b in zip(one.embedding, other.embedding)]
seen["vectors"] = [len(packed[0].embedding), max(abs(a - b) for a, b in pairs)]


def hear(**fields):
    with open(sound, "rb") as file:
        answer = client.audio.transcriptions.create(file=file, model="taskwire/digits", **fields)
        return list(answer) if fields.get("stream") else answer


verbose = hear(response_format="verbose_json", timestamp_granularities=["word", "segment"], language="en")
seen["heard"] = [
    hear().text,
    hear(response_format="text"),
    verbose.text,
    [word.word for word in verbose.words],
    [segment.id for segment in verbose.segments],
]
seen["subtitles"] = [hear(response_format="srt")[:10], hear(response_format="vtt")[:6]]
seen["streamed"] = [[event.type, getattr(event, "text", event.to_dict().get("delta"))] for event in hear(stream=True)]


def failure(**fields):
    try:
        client.chat.completions.create(**{**greedy, **fields})
    except openai.APIStatusError as error:
        return [type(error).__name__, error.status_code, error.code, error.param, error.request_id is not None]


seen["errors"] = [failure(model="no/model"), failure(temperature=3), failure(messages=[])]
print(json.dumps(seen))

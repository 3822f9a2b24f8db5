"""LiteLLM's SDK, unchanged but for the base URL and the key. Prints what it saw, as JSON.

Run by test/clients/litellm.test.ts: python litellm_client.py URL KEY PROVIDER_FILE SOUND
"""
import json
import os
import sys

import litellm
from litellm.llms.openai_like.json_loader import JSONProviderRegistry, SimpleProviderConfig

url, key, provider_file, sound = sys.argv[1:]
here = {"api_base": f"{url}/v1", "api_key": key, "max_retries": 0}
messages = [{"role": "user", "content": "Tell me about the bear."}]
chat = {"model": "openai/tiny/llama-gqa", "messages": messages, "temperature": 0, **here}
seen = {}


def text_of(chunks):
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


answer = litellm.completion(**chat)
seen["chat"] = [answer.choices[0].message.content, answer.choices[0].finish_reason, answer.usage.total_tokens]
chunks = list(litellm.completion(**chat, stream=True, stream_options={"include_usage": True}))
seen["stream"] = [text_of(chunks), chunks[-1].usage.total_tokens]
called = litellm.completion(
    **chat,
    tools=[{"type": "function", "function": {"name": "now"}}],
    tool_choice="required",
    parallel_tool_calls=False,
    max_tokens=90,
)
seen["call"] = called.choices[0].message.tool_calls[0].function.name
text = litellm.text_completion(
    model="text-completion-openai/tiny/llama-gqa", prompt="Once", max_tokens=3, temperature=0, **here
)
seen["text"] = text.choices[0].text
vectors = litellm.embedding(model="openai/taskwire/sentences", input=["a dog", "a puppy"], **here)
seen["vectors"] = [len(one["embedding"]) for one in vectors.data] + [vectors.usage.prompt_tokens]
# In OpenAI's form, in DeepInfra's (below `inference/`), and in that of text-embeddings-inference.
seen["ranks"] = [
    [
        [one["index"], one["relevance_score"]]
        for one in litellm.rerank(
            model=f"{provider}/tiny/bert-rerank",
            query="which city has rain",
            documents=[
                "Snow and wind, then sun.",
                "The movie was not what they said it would be; two hours of rain, mud and silence.",
            ],
            api_base=f"{url}{path}",
            api_key=key,
        ).results
    ]
    for provider, path in (("hosted_vllm", "/v1"), ("deepinfra", "/v1/openai"), ("huggingface", ""))
]
os.environ["DEEPINFRA_API_BASE"] = f"{url}/v1/openai"
elsewhere = litellm.completion(
    model="deepinfra/tiny/llama-gqa", messages=messages, temperature=0, max_completion_tokens=2, api_key=key
)
seen["deepinfra"] = [elsewhere.choices[0].message.content, elsewhere.choices[0].finish_reason]
with open(sound, "rb") as file:
    heard = litellm.transcription(model="openai/taskwire/digits", file=file, **here)
seen["heard"] = [heard.text, heard.duration]
# Hugging Face's chat route below a model's own address, with keys that are not OpenAI's.
spoken = litellm.completion(
    **{**chat, "model": "huggingface/tiny/llama-gqa", "api_base": f"{url}/v1/chat/completions"}
)
seen["huggingface"] = spoken.choices[0].message.content

with open(provider_file) as file:
    for name, entry in json.load(file).items():
        JSONProviderRegistry._providers[name] = SimpleProviderConfig(name, entry)
os.environ["TASKWIRE_API_KEY"] = key
os.environ["TASKWIRE_API_BASE"] = f"{url}/v1"
provided = litellm.completion(
    model="taskwire/tiny/llama-gqa", messages=messages, temperature=0, max_completion_tokens=2
)
seen["provider"] = [provided.choices[0].message.content, provided.choices[0].finish_reason]


def failure(**fields):
    try:
        litellm.completion(**{**chat, **fields})
    except litellm.exceptions.APIError as error:
        return [type(error).__name__, error.status_code]
    except Exception as error:
        return [type(error).__name__, error.status_code]


seen["errors"] = [
    failure(model="openai/no/model"),
    failure(api_key="inf_wrong"),
    failure(top_p=3),
    failure(messages=[{"role": "user", "content": "bear " * 400}]),
]
print(json.dumps(seen))

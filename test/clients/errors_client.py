"""Meets every error with one of the clients. Prints, as JSON, what it showed of each: class, status, message, id.

Run by test/clients/errors.test.ts: python errors_client.py CLIENT URL CASES; cases are {key, model, input}. With
CLIENT "patience" it is OpenAI's client as it comes, which tries again.
"""
import io
import json
import sys

name, url, cases = sys.argv[1:]
TOO_LONG = "x" * 11 * 2**20
WAV = b"RIFF\0\0\0\0WAVEfmt " + b"\xfe" * 50
TEXTS = {"large": TOO_LONG, "poison": f"poison for {name}"}


def text_of(case):
    return TEXTS.get(case.get("input"), "x")


def with_requests(case):
    import requests

    headers = {"Authorization": f"Bearer {case['key']}"}
    if case.get("input") == "other media":
        files = {"image": ("a.wav", WAV, "audio/wav")}
        answer = requests.post(f"{url}/v1/inference/image-classification", headers=headers, files=files)
    else:
        body = {"model": f"{case['model']}/labels", "inputs": text_of(case)}
        body |= {"top_k": 0} if case.get("input") == "wrong field" else {}
        answer = requests.post(f"{url}/v1/inference/text-classification", headers=headers, json=body)
    error = answer.json()["error"]
    return [error["code"], answer.status_code, error["message"], error["request_id"] == answer.headers["x-request-id"]]


def openai_chat(client, case):
    return client.chat.completions.create(
        model=f"{case['model']}/writer",
        messages=[{"role": "user", "content": text_of(case)}],
        temperature=9 if case.get("input") == "wrong field" else 0,
    )


def with_openai(case):
    import openai

    client = openai.OpenAI(base_url=f"{url}/v1", api_key=case["key"], max_retries=0)
    try:
        if case.get("input") == "other media":
            client.audio.transcriptions.create(model="test/sounds", file=("a.mp3", io.BytesIO(b"text")))
        else:
            openai_chat(client, case)
    except openai.APIStatusError as error:
        return [type(error).__name__, error.status_code, error.message, (error.request_id or "")[:4] == "req_"]


def with_huggingface(case):
    from huggingface_hub import InferenceClient
    from huggingface_hub.errors import HfHubHTTPError

    picture = case.get("input") == "other media"
    model = "test/pictures" if picture else f"{case['model']}/labels"
    client = InferenceClient(base_url=f"{url}/models/{model}", token=case["key"])
    try:
        if picture:
            client.image_classification(WAV)
        else:
            client.text_classification(text_of(case), top_k=0 if case.get("input") == "wrong field" else None)
    except HfHubHTTPError as error:
        return [type(error).__name__, error.response.status_code, str(error), "req_" in str(error)]


def with_litellm(case):
    import litellm

    here = {"api_base": f"{url}/v1", "api_key": case["key"], "max_retries": 0}
    try:
        if case.get("input") == "other media":
            litellm.transcription(model="openai/test/sounds", file=("a.mp3", io.BytesIO(b"text")), **here)
        else:
            litellm.completion(
                model=f"openai/{case['model']}/writer",
                messages=[{"role": "user", "content": text_of(case)}],
                temperature=9 if case.get("input") == "wrong field" else 0,
                **here,
            )
    except Exception as error:
        return [type(error).__name__, error.status_code, str(error), True]


def with_patience(case):
    import openai

    try:
        answer = openai_chat(openai.OpenAI(base_url=f"{url}/v1", api_key=case["key"]), case)
        return ["answer", 200, answer.choices[0].message.content, True]
    except openai.APIStatusError as error:
        return [type(error).__name__, error.status_code, error.message, True]


ask = {
    "requests": with_requests,
    "openai": with_openai,
    "huggingface": with_huggingface,
    "litellm": with_litellm,
    "patience": with_patience,
}[name]
print(json.dumps([ask(case) for case in json.loads(cases)]))

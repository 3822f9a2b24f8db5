"""Prints a text as it is written: python stream.py <url> <key> <model> <prompt>"""

import json
import sys

import requests

url, token, model, prompt = sys.argv[1:]
response = requests.post(
    f"{url}/v1/inference/text-generation/stream",
    headers={"Authorization": f"Bearer {token}"},
    json={"model": model, "prompt": prompt, "max_tokens": 24, "temperature": 0},
    stream=True,
)
for line in response.iter_lines(decode_unicode=True):
    if line.startswith("data: "):
        print(json.loads(line[6:])["token"], flush=True)

"""Prints a text: python generate.py <url> <key> <model> <prompt>"""

import sys

import requests

url, token, model, prompt = sys.argv[1:]
response = requests.post(
    f"{url}/v1/inference/text-generation",
    headers={"Authorization": f"Bearer {token}"},
    json={"model": model, "prompt": prompt, "max_tokens": 24, "temperature": 0},
)
print(response.json()["generated_text"])

"""Prints what a picture shows: python upload.py <url> <key> <model> <file>"""

import sys

import requests

url, token, model, path = sys.argv[1:]
with open(path, "rb") as file:
    response = requests.post(
        f"{url}/v1/inference/image-classification",
        headers={"Authorization": f"Bearer {token}"},
        data={"model": model, "top_k": 2},
        files={"image": file},
    )
answer = response.json()
for label, score in zip(answer["labels"], answer["scores"]):
    print(label, score)

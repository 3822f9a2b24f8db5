import os

from openai import OpenAI
client = OpenAI(
    api_key=os.environ["KEY"],
    base_url=f"{os.environ['URL']}/api/v1/inference",
)
response = client.chat.completions.create(
    model=os.environ["MODEL"],
    messages=[
        {"role": "user", "content": "Explain quantum computing in 3 sentences."}
    ],
)
print(response.choices[0].message.content)

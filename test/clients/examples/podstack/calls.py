import os

import openai

client = openai.OpenAI(
    api_key=os.environ["KEY"],
    base_url=f"{os.environ['URL']}/inference/v1"
)

response = client.chat.completions.create(
    model=os.environ["MODEL"],
    messages=[
        {"role": "system", "content": "You are a helpful assistant."},
        {"role": "user", "content": "Explain quantum computing in simple terms."}
    ],
    temperature=0.7,
    max_tokens=500
)

print(response.choices[0].message.content)

response = client.embeddings.create(
    model=os.environ["EMBEDDINGS_MODEL"],
    input="The quick brown fox jumps over the lazy dog."
)

print(response.data[0].embedding[:5])  # First 5 dimensions

with open(os.environ["AUDIO"], "rb") as audio_file:
    response = client.audio.transcriptions.create(
        model=os.environ["AUDIO_MODEL"],
        file=audio_file
    )

print(response.text)

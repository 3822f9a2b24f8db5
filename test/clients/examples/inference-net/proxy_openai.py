import os

from openai import OpenAI

# Initialize client with your proxy URL
client = OpenAI(
    base_url=os.environ["PROXY_URL"],  # Your proxy URL
    api_key=os.environ["PROXY_KEY"]    # Your proxy API key
)

# Non-streaming response
response = client.chat.completions.create(
    model="llama-3.1-8b-instruct",
    messages=[{"role": "user", "content": "Explain quantum computing in simple terms"}]
)

print(response.choices[0].message.content)

# Streaming response
response = client.chat.completions.create(
    model="llama-3.1-8b-instruct",
    messages=[{"role": "user", "content": "Write a Python function to sort a list"}],
    stream=True
)

for chunk in response:
    if chunk.choices[0].delta.content is not None:
        print(chunk.choices[0].delta.content, end="")

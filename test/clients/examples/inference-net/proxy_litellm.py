import os

import litellm

# Configure LiteLLM to use your proxy
response = litellm.completion(
    model="litellm_proxy/llama-3.2-3b-instruct",
    messages=[{"role": "user", "content": "What are the benefits of renewable energy?"}],
    api_base=os.environ["PROXY_URL"],
    api_key=os.environ["PROXY_KEY"]
)

print(response.choices[0].message.content)

# Configure LiteLLM to use your proxy with streaming
response = litellm.completion(
    model="litellm_proxy/llama-3.1-8b-instruct",
    messages=[{"role": "user", "content": "Implement a binary search algorithm"}],
    api_base=os.environ["PROXY_URL"],
    api_key=os.environ["PROXY_KEY"],
    stream=True
)

for chunk in response:
    if hasattr(chunk.choices[0], 'delta') and chunk.choices[0].delta.content is not None:
        print(chunk.choices[0].delta.content, end="")

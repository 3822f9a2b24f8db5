import os
import litellm
from litellm import completion

os.environ["OPENAI_API_KEY"] = os.environ["KEY"]
os.environ["OPENAI_API_BASE"] = f"{os.environ['URL']}/v1"
model = f"openai/{os.environ['MODEL']}"

messages = [{"content": "What is the capital of France?", "role": "user"}]

# Inference call
response = completion(
    model=model,
    messages=messages
)

print(response)

messages = [{"content": "Write a short poem about AI", "role": "user"}]

# Inference call with streaming
response = completion(
    model=model,
    messages=messages,
    stream=True
)

for chunk in response:
    print(chunk)

tools = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "Get the current weather in a location",
            "parameters": {
                "type": "object",
                "properties": {
                    "location": {
                        "type": "string",
                        "description": "The city and state, e.g. San Francisco, CA"
                    },
                    "unit": {
                        "type": "string",
                        "enum": ["celsius", "fahrenheit"]
                    }
                },
                "required": ["location"]
            }
        }
    }
]

response = completion(
    model=model,
    messages=[{"role": "user", "content": "What's the weather like in New York?"}],
    tools=tools,
    tool_choice="auto"
)

print(response)

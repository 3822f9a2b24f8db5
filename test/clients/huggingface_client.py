"""Hugging Face's own client for Python, unchanged but for the address and the key. Prints what it saw, as JSON.

Run by test/clients/huggingface-python.test.ts: python huggingface_client.py URL KEY SAMPLES
"""
import dataclasses
import json
import sys

from huggingface_hub import InferenceClient
from huggingface_hub.errors import HfHubHTTPError, OverloadedError, ValidationError

url, key, samples = sys.argv[1:]
mount = "/v1/inference"


def at(model):
    return InferenceClient(base_url=f"{url}{mount}/{model}", token=key)


def plain(value):
    if dataclasses.is_dataclass(value):
        return {name: plain(field) for name, field in dataclasses.asdict(value).items() if field is not None}
    return [plain(one) for one in value] if isinstance(value, list) else value


def failure(call):
    try:
        call()
    except (HfHubHTTPError, ValidationError, OverloadedError) as error:
        response = getattr(error, "response", None)
        return [type(error).__name__, response.status_code if response is not None else None, str(error)]


def rows(array):
    return [[float(number) for number in row] for row in array]


def see():
    seen = {}
    writer = at("tiny/llama-gqa")
    seen["text"] = writer.text_generation("Once", max_new_tokens=3)
    detailed = writer.text_generation("Once", max_new_tokens=3, details=True, return_full_text=True, top_n_tokens=2)
    seen["details"] = plain(detailed)
    seen["stream"] = list(writer.text_generation("Once", max_new_tokens=3, stream=True))
    events = list(writer.text_generation("Once", max_new_tokens=3, stream=True, details=True))
    seen["events"] = [plain(event) for event in events]
    seen["stopped"] = plain(writer.text_generation("Once", max_new_tokens=20, stop=[" time"], details=True))
    messages = [{"role": "user", "content": "Tell me about the bear."}]
    seen["chat"] = writer.chat_completion(messages, temperature=0).choices[0].message.content
    chunks = list(writer.chat_completion(messages, temperature=0, stream=True))
    seen["chat_stream"] = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    schema = {"type": "object", "properties": {"old": {"type": "boolean"}}, "required": ["old"]}
    form = {"type": "json_schema", "json_schema": {"name": "bear", "schema": schema}}
    seen["form"] = json.loads(writer.chat_completion(messages, temperature=0, response_format=form).choices[0].message.content)
    seen["sentiment"] = plain(at("taskwire/sentiment").text_classification("I love it"))
    seen["entities"] = plain(at("tiny/bert-ner").token_classification("Ann Lee met John in New York"))
    zero = at("tiny/bert-nli").zero_shot_classification("The bear eats honey.", candidate_labels=["food", "money"])
    seen["zero_shot"] = plain(zero)
    seen["vector"] = rows([at("taskwire/sentences").feature_extraction("a dog")])
    seen["vectors"] = rows(at("taskwire/sentences").feature_extraction(["a dog", "a puppy"]))
    seen["likeness"] = at("taskwire/sentences").sentence_similarity("a dog", other_sentences=["a puppy", "a tax form"])
    seen["rose"] = plain(at("taskwire/flowers").image_classification(f"{samples}/rose.jpg"))
    seen["rose_best"] = plain(at("taskwire/flowers").image_classification(f"{samples}/rose.jpg", top_k=1))
    shown = at("tiny/siglip").zero_shot_image_classification(
        f"{samples}/rose.jpg", candidate_labels=["a rose", "a train"], hypothesis_template="{}!"
    )
    seen["shown"] = plain(shown)
    question = {"question": "Who eats honey?", "context": "The bear eats honey."}
    seen["answer"] = plain(at("tiny/bert-qa").question_answering(**question))
    seen["fills"] = plain(at("tiny/bert-mask").fill_mask("the [MASK] is good"))
    with open(f"{samples}/fruit.jpg", "rb") as file:
        fruit = file.read()
    seen["fruit"] = plain(at("taskwire/fruit").object_detection(fruit))
    seen["fruit_sure"] = plain(at("taskwire/fruit").object_detection(fruit, threshold=1))
    seen["speech"] = plain(at("taskwire/digits").automatic_speech_recognition(f"{samples}/digits.wav"))
    seen["errors"] = [
        failure(lambda: InferenceClient(base_url=f"{url}{mount}/taskwire/sentiment", token="inf_wrong").text_classification("x")),
        failure(lambda: at("no/model").text_classification("x")),
        failure(lambda: at("taskwire/sentiment").text_classification("x", top_k=0)),
        failure(lambda: at("taskwire/flowers").image_classification(f"{samples}/digits.wav")),
        failure(lambda: writer.text_generation("bear " * 900)),
    ]
    return seen


seen = see()
mount = "/models"
seen["same"] = [name for name, value in see().items() if value != seen[name] and name != "errors"]
# Only the provider's own clients ask for these.
hosted = InferenceClient(model=f"{url}/models/taskwire/sentiment", provider="hf-inference", token=key)
seen["hosted"] = [hosted.health_check(), hosted.get_endpoint_info()]
print(json.dumps(seen))

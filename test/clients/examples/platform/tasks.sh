# Every task example, one answer a line.
post() {
  curl -s "$URL/v1/inference/$1" -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" -d @- -w '\n'
}
post text-classification <<< '{
"model": "'"$LABELS_MODEL"'",
"inputs": "I love this product! It'"'"'s amazing."
}'
post image-classification <<< '{
"model": "'"$PICTURES_MODEL"'",
"image_url": "'"$IMAGE_URL"'"
}'
# Or with base64 encoded image
post image-classification <<< '{
"model": "'"$PICTURES_MODEL"'",
"image": "data:image/jpeg;base64,'"$(base64 -w 0 "$IMAGE")"'"
}'
post embeddings <<< '{
"model": "'"$EMBEDDINGS_MODEL"'",
"inputs": ["Hello world", "Machine learning is fun"]
}'
# Text generation parameters
post text-generation <<< '{
"model": "'"$MODEL"'",
"prompt": "Your input text",
"max_tokens": 100,
"temperature": 0.7,
"top_p": 0.9,
"top_k": 50,
"frequency_penalty": 0.0,
"presence_penalty": 0.0,
"stop_sequences": ["\n"],
"seed": 42
}'

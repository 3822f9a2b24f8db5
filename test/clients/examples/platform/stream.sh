curl -sN "$URL/v1/inference/text-generation/stream" -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" -d '{
"model": "'"$MODEL"'",
"prompt": "Write a short story",
"max_tokens": 500,
"stream": true
}'

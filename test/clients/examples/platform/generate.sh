curl "$URL/v1/inference/text-generation" \
-H "Authorization: Bearer $KEY" \
-H "Content-Type: application/json" \
-d '{
"model": "'"$MODEL"'",
"prompt": "Once upon a time",
"max_tokens": 100,
"temperature": 0.7
}'

curl -N -X POST "$URL/api/v1/inference/chat/completions" \
-H "Authorization: Bearer $KEY" \
-H "Content-Type: application/json" \
-d '{
"model": "'"$MODEL"'",
"messages": [{"role": "user", "content": "Hello!"}],
"stream": true
}'

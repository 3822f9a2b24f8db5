# The two endpoints, by JSON with a data URL and by a form, one answer a line.
AUTH="Authorization: bearer $KEY"
curl -s "$URL/v1/openai/chat/completions" -H "$AUTH" -H "Content-Type: application/json" -w '\n' \
  -d '{"model": "'"$MODEL"'", "messages": [{"role": "user", "content": "Hello!"}]}'
curl -s "$URL/v1/inference/$MODEL" -H "$AUTH" -H "Content-Type: application/json" -w '\n' \
  -d '{"input": "Once upon a time"}'
curl -s "$URL/v1/inference/$PICTURES_MODEL" -H "$AUTH" -H "Content-Type: application/json" -w '\n' -d @- <<< '{
  "image": "data:image/jpeg;base64,'"$(base64 -w 0 "$IMAGE")"'"
}'
curl -s "$URL/v1/inference/$PICTURES_MODEL" -H "$AUTH" -F "image=@$IMAGE" -w '\n'
curl -s "$URL/v1/inference/$AUDIO_MODEL" -H "$AUTH" -F "audio=@$AUDIO" -w '\n'

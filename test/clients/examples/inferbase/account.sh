# Every account route, one answer a line: a key that is made, listed and revoked; credit, its transactions, usage.
base="$URL/api/v1/inference"
call() {
  curl -s "$base/$1" -H "Authorization: Bearer $KEY" -w '\n' "${@:2}"
}
made=$(call keys -H "Content-Type: application/json" -d '{"name": "made by curl"}')
echo "$made"
call keys
id=$(sed -E 's/.*"id":"([^"]+)".*/\1/' <<< "$made")
call "keys/$id" -X DELETE -o /dev/null -w '%{http_code}\n'
call credits
call credits/transactions
call usage

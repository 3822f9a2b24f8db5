curl "$URL/api/v1/inference/models/$MODEL/health"

curl "$URL/v1/models"
curl "$URL/v1/models/$MODEL"

# Run once by MongoDB's image, before the store is reachable: the user that generated servers log in as.
client=$(command -v mongosh || command -v mongo)
"$client" "$PNAME" --quiet --eval "db.createUser({
  user: '${PNAME}_user', pwd: '${PNAME}_pwd', roles: [{role: 'readWrite', db: '$PNAME'}]})"

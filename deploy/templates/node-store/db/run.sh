# MongoDB, where the base image is one. On any other base image the data folder is served over HTTP, for servers
# that only read, and for trying the template where no MongoDB image can be pulled.
if command -v mongod >/dev/null 2>&1; then exec docker-entrypoint.sh mongod; fi
exec httpd -f -p 27017 -h /data/db

#!/usr/bin/env bash
# A Temporal server on PostgreSQL that talks to nobody without a certificate:
#
#   SQL_HOST=db SQL_USER=temporal SQL_PASSWORD=... bench/farm/server.sh FOLDER
#
# The user is one who may create databases. FOLDER has the authority's ca.pem and ca.key, the server's
# certificate and one for clients and workers, me.pem and me.key; what is missing there is made. BIND_ON_IP is this
# machine's address for others (default: 127.0.0.1), TEMPORAL_NAMESPACE the namespace (tsp). Needs openssl,
# and in the PATH what the README installs. May be started again at any time.
set -euo pipefail

mkdir -p "$1" && cd "$1"
export BIND_ON_IP=${BIND_ON_IP:-127.0.0.1} SQL_PORT=${SQL_PORT:-5432} SQL_PLUGIN=postgres12
namespace=${TEMPORAL_NAMESPACE:-tsp}

key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650)
umask 077
[ -e ca.pem ] || openssl req -x509 "${key[@]}" -subj "/CN=$namespace" -keyout ca.key -out ca.pem
for name in server me; do
  [ -e $name.pem ] || openssl req -x509 -CA ca.pem -CAkey ca.key "${key[@]}" -subj "/CN=$name" -keyout $name.key -out $name.pem \
    -addext "subjectAltName=DNS:temporal,DNS:localhost,DNS:$(hostname),IP:$BIND_ON_IP" \
    -addext basicConstraints=critical,CA:false -addext extendedKeyUsage=serverAuth,clientAuth
done

for db in temporal temporal_visibility; do
  schema=postgresql/v12/${db#temporal_}
  if ! sql --db $db update-schema --schema-name "$schema" >schema.log 2>&1; then # of a new database
    sql --db $db create
    sql --db $db setup-schema --version 0.0
    sql --db $db update-schema --schema-name "$schema"
  fi
done >>schema.log 2>&1 || { cat schema.log >&2; exit 1; }

(
  export TEMPORAL_ADDRESS=$BIND_ON_IP:${FRONTEND_GRPC_PORT:-7233} TEMPORAL_TLS_SERVER_CA_CERT_PATH=ca.pem TEMPORAL_TLS_CLIENT_CERT_PATH=me.pem TEMPORAL_TLS_CLIENT_KEY_PATH=me.key
  for _ in {1..60}; do
    temporal operator namespace describe --namespace "$namespace" || temporal operator namespace create --namespace "$namespace" --retention 30d && break
    sleep 1
  done >/dev/null 2>&1
) &

export DB=$SQL_PLUGIN POSTGRES_SEEDS=$SQL_HOST DB_PORT=$SQL_PORT POSTGRES_USER=$SQL_USER POSTGRES_PWD=${SQL_PASSWORD:-}
export TEMPORAL_TLS_REQUIRE_CLIENT_AUTH=true TEMPORAL_TLS_INTERNODE_SERVER_NAME=temporal TEMPORAL_TLS_FRONTEND_SERVER_NAME=temporal
export TEMPORAL_TLS_SERVER_CA_CERT=ca.pem TEMPORAL_TLS_SERVER_CERT=server.pem TEMPORAL_TLS_SERVER_KEY=server.key
export TEMPORAL_TLS_CLIENT1_CA_CERT=ca.pem TEMPORAL_TLS_FRONTEND_CERT=server.pem TEMPORAL_TLS_FRONTEND_KEY=server.key
export LOG_LEVEL=${LOG_LEVEL:-warn} DYNAMIC_CONFIG_FILE_PATH=dynamic.yaml
# One partition of each task queue: with the usual four, work lies in one while a worker asks another.
[ -e dynamic.yaml ] || printf 'matching.numTaskqueue%sPartitions: [{value: 1}]\n' Read Write >dynamic.yaml
exec server --allow-no-auth start

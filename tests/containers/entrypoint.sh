#!/bin/sh
# The entry point of the tests' image: RabbitMQ or PostgreSQL from Debian's packages, told by the environment variables of the official images which and how.
set -eu

if [ -n "${RABBITMQ_DEFAULT_USER:-}" ]; then
  printf '[rabbitmq_management].\n' >/etc/rabbitmq/enabled_plugins
  cat >/etc/rabbitmq/rabbitmq.conf <<END
listeners.tcp.default = 5672
default_user = $RABBITMQ_DEFAULT_USER
default_pass = $RABBITMQ_DEFAULT_PASS
loopback_users = none
log.console = true
log.file = false
disk_free_limit.absolute = 50MB
END
  unset RABBITMQ_DEFAULT_USER RABBITMQ_DEFAULT_PASS
  export HOME=/var/lib/rabbitmq RABBITMQ_NODENAME=claims@localhost RUNNING_UNDER_SYSTEMD=true
  export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="+sbwt none +sbwtdcpu none +sbwtdio none"
  exec setpriv --reuid rabbitmq --regid rabbitmq --init-groups /usr/lib/rabbitmq/bin/rabbitmq-server
fi

if [ -n "${POSTGRES_PASSWORD:-}" ]; then
  programs=$(echo /usr/lib/postgresql/*/bin)
  export PATH="$programs:$PATH" PGDATA=/var/lib/postgresql/tests
  as_postgres() { setpriv --reuid postgres --regid postgres --init-groups "$@"; }
  printf '%s\n' "$POSTGRES_PASSWORD" >/tmp/password
  chown postgres /tmp/password
  as_postgres initdb -D "$PGDATA" -U "$POSTGRES_USER" -A scram-sha-256 --pwfile=/tmp/password -E UTF8 --locale=C --no-sync >/dev/null
  rm /tmp/password
  printf 'host all all all scram-sha-256\n' >>"$PGDATA/pg_hba.conf"
  # The database is made before anybody can come in by the network.
  printf 'CREATE DATABASE "%s";\n' "$POSTGRES_DB" | as_postgres postgres --single -D "$PGDATA" postgres >/dev/null
  exec setpriv --reuid postgres --regid postgres --init-groups postgres -D "$PGDATA" -c listen_addresses='*' "$@"
fi

echo "Neither RABBITMQ_DEFAULT_USER nor POSTGRES_PASSWORD is set." >&2
exit 1

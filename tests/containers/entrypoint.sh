#!/bin/sh
# The entry point of the tests' image: RabbitMQ or PostgreSQL, told which and how by the environment variables of the vendors' images.
set -eu

as() {
  user=$1
  shift
  exec setpriv --reuid "$user" --regid "$user" --init-groups "$@"
}

if [ -n "${RABBITMQ_DEFAULT_USER:-}" ]; then
  install -d -o rabbitmq -g rabbitmq /etc/rabbitmq /var/lib/rabbitmq /var/log/rabbitmq
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
  # With it the server is the container's first process, which a stop of the container asks to end.
  export RUNNING_UNDER_SYSTEMD=true
  export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="+sbwt none +sbwtdcpu none +sbwtdio none"
  as rabbitmq rabbitmq-server
fi

if [ -n "${POSTGRES_PASSWORD:-}" ]; then
  export PGDATA=/var/lib/postgresql/tests
  install -d -o postgres -g postgres /var/lib/postgresql /run/postgresql
  printf '%s\n' "$POSTGRES_PASSWORD" >/tmp/password
  chown postgres /tmp/password
  (as postgres initdb -U "$POSTGRES_USER" -A scram-sha-256 --pwfile=/tmp/password -E UTF8 --locale=C --no-sync >/dev/null)
  rm /tmp/password
  printf 'host all all all scram-sha-256\n' >>"$PGDATA/pg_hba.conf"
  # The database is made before anybody can come in by the network.
  (printf 'CREATE DATABASE "%s";\n' "$POSTGRES_DB" | as postgres postgres --single postgres >/dev/null)
  as postgres postgres -c listen_addresses='*' "$@"
fi

echo "Neither RABBITMQ_DEFAULT_USER nor POSTGRES_PASSWORD is set." >&2
exit 1

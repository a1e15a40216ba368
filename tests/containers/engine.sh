# Sourced by tests/run.sh for --containers: a container engine of the run's own, with an image made from Debian's packages. Expects $data and say.
# Everything it makes lies below $data/engine, and engine_stop ends and removes it.

engine_image=claims-tests/servers:latest engine_pid='' engine_socket='' engine_short='' engine_bridge=''
engine_call() { curl -sS --fail-with-body --max-time 300 --unix-socket "$engine_socket" "$@"; }

# engine_start: 0 when an engine runs and has the image; otherwise $engine_why says what is missing here.
engine_start() {
  engine_why=
  local folder=$data/engine began=$SECONDS
  if [ "$(id -u)" != 0 ]; then engine_why="only root can start a container engine"; return 1; fi
  if ! command -v apt-get >/dev/null; then engine_why="the image is made from Debian's packages, and there is no apt-get"; return 1; fi
  if ! grep -qE ' (cgroup|cgroup2) ' /proc/self/mounts; then engine_why="no cgroups are mounted"; return 1; fi
  if ! (need_packages "docker.io=dockerd" "debootstrap=debootstrap" "curl=curl"); then engine_why="docker.io and debootstrap cannot be installed"; return 1; fi
  mkdir -p "$folder"
  engine_daemon "$folder" || return 1
  engine_make_image "$folder" || return 1
  say "A container engine ($(sed -n 's/.*graphdriver(s)=\([a-z0-9]*\).*/\1/p' "$folder/log" | tail -1)) with RabbitMQ and PostgreSQL after $((SECONDS - began)) s."
  export DOCKER_HOST="unix://$engine_socket" DOCKER_API_VERSION=1.41 TESTCONTAINERS_RYUK_DISABLED=true TESTCONTAINERS_HOST_OVERRIDE=127.0.0.1
  export CLAIMS_TEST_BROKER_IMAGE=$engine_image CLAIMS_POSTGRES_IMAGE=$engine_image
  unset CLAIMS_TEST_BROKER CLAIMS_TEST_BROKER_MANAGEMENT CLAIMS_POSTGRES
}

engine_daemon() {
  local folder=$1 driver waited
  # The paths of sockets are 107 bytes long at most, and the engine's own add up to 60 to what it is given.
  engine_short=$folder
  if [ ${#folder} -gt 45 ]; then engine_short=$(mktemp -d /tmp/claims-engine.XXXXXX); fi
  engine_socket=$engine_short/s
  [ -e /sys/class/net/docker0 ] || engine_bridge=docker0
  # overlay2 copies nothing, but not on every file system; vfs works on all.
  for driver in overlay2 vfs; do
    setpriv --pdeathsig TERM dockerd --storage-driver "$driver" --iptables=false --ip-masq=false --ip-forward=false --ip 127.0.0.1 --cgroup-parent "/claims-tests-$$" \
      --data-root "$folder/data" --exec-root "$engine_short/x" --pidfile "$folder/pid" -H "unix://$engine_socket" >>"$folder/log" 2>&1 </dev/null &
    engine_pid=$!
    for waited in $(seq 150); do
      if engine_call "http://engine/_ping" >/dev/null 2>&1; then return 0; fi
      kill -0 "$engine_pid" 2>/dev/null || break
      sleep 0.2
    done
    engine_end "$engine_pid"
    engine_pid=
  done
  engine_why="dockerd does not start: $(grep -v 'level=info' "$folder/log" | tail -1 | cut -c1-300)"
  return 1
}

engine_make_image() {
  local folder=$1 root=$1/root release mirror
  release=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
  mirror=$(apt-get indextargets --no-release-info --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null \
    | awk -v release="$release" '$2 == release && $3 == "main" { print $1; exit }')
  if [ -z "$mirror" ]; then engine_why="apt's sources name no mirror of $release"; return 1; fi
  # What no test reads is not unpacked, nothing is flushed to disk, no cluster is made and no server started.
  mkdir -p "$root/etc/dpkg/dpkg.cfg.d" "$root/etc/postgresql-common/createcluster.d" "$root/usr/sbin"
  printf '%s\n' force-unsafe-io 'path-exclude=/usr/share/doc/*' 'path-exclude=/usr/share/man/*' 'path-exclude=/usr/share/locale/*' 'path-exclude=/usr/share/i18n/*' \
    >"$root/etc/dpkg/dpkg.cfg.d/tests"
  printf 'create_main_cluster = false\n' >"$root/etc/postgresql-common/createcluster.d/tests.conf"
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod 755 "$root/usr/sbin/policy-rc.d"
  say "Unpacking Debian's rabbitmq-server and postgresql …"
  if ! timeout --kill-after=10 900 debootstrap --variant=minbase --include=rabbitmq-server,postgresql "$release" "$root" "$mirror" >"$folder/debootstrap" 2>&1; then
    engine_why="debootstrap refuses: $(grep -E '^E:' "$folder/debootstrap" | tail -1)"
    return 1
  fi
  install -m 755 "$repo/tests/containers/entrypoint.sh" "$root/entrypoint.sh"
  if ! tar -C "$root" --exclude=./var/cache/apt --exclude=./var/lib/apt --exclude='./usr/lib/*/libLLVM*' -c . \
    | engine_call -X POST -H 'Content-Type: application/x-tar' -T - "http://engine/v1.41/images/create?fromSrc=-&repo=${engine_image%:*}&tag=${engine_image#*:}" \
      --url-query 'changes=ENTRYPOINT ["/entrypoint.sh"]' >"$folder/import" 2>&1 || grep -q '"error"' "$folder/import"; then
    engine_why="the image is not taken: $(tail -1 "$folder/import")"
    return 1
  fi
  rm -rf "$root"
}

# engine_has IMAGE: whether the engine has it or gets it.
engine_has() {
  engine_call "http://engine/v1.41/images/$1/json" >/dev/null 2>&1 && return 0
  engine_call -X POST "http://engine/v1.41/images/create?fromImage=${1%:*}&tag=${1##*:}" >"$data/engine/pull" 2>&1 && ! grep -q '"error"' "$data/engine/pull"
}

engine_stop() {
  local folder=$data/engine container pid mount
  [ -e "$folder" ] || return 0
  if [ -n "$engine_pid" ]; then
    for container in $(engine_call "http://engine/v1.41/containers/json?all=1" 2>/dev/null | grep -o '"Id":"[0-9a-f]*"' | cut -d'"' -f4); do
      engine_call -X DELETE "http://engine/v1.41/containers/$container?force=1&v=1" >/dev/null || say "Container $container does not go by itself."
    done
    engine_end "$engine_pid"
  fi
  # Each container has a process of the engine's above it that outlives an engine which was killed; it names the engine's socket.
  for pid in $(grep -laF -f <(printf '%s' "$engine_short/x/containerd/") /proc/[0-9]*/cmdline 2>/dev/null | grep -o '[0-9]\+' || true); do
    say "Process $pid of the engine was left, and is ended."
    for container in $(cat "/proc/$pid/task/$pid/children" 2>/dev/null); do kill -9 "$container" 2>/dev/null || true; done
    kill -9 "$pid" 2>/dev/null || true
  done
  awk -v a="$folder/" -v b="$engine_short/" 'index($2, a) == 1 || index($2, b) == 1 { print $2 }' /proc/self/mounts | sort -r | while read -r mount; do umount -l "$mount" || true; done
  if [ -n "$engine_bridge" ] && [ -e "/sys/class/net/$engine_bridge" ]; then ip link delete "$engine_bridge" || say "The network bridge $engine_bridge stays."; fi
  find /sys/fs/cgroup -depth -type d -path "*/claims-tests-$$*" -exec rmdir {} + 2>/dev/null || true
  rm -rf "$folder" "$engine_short"
}

# engine_end PID: asks it to end, and makes it.
engine_end() {
  kill "$1" 2>/dev/null || true
  for _ in $(seq 300); do
    kill -0 "$1" 2>/dev/null || break
    sleep 0.1
  done
  kill -9 "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

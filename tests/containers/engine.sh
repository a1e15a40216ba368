# Sourced by tests/run.sh for --containers: the container engine that answers, else one of the run's own, and in it an image of RabbitMQ and PostgreSQL.
# Expects $repo, $data, $own_data and $run, say and need_packages.

engine_why='' engine_pid='' engine_paths='' engine_bridge=''

# engine_start: 0 when servers run in containers from here on; 1 when there can be none here, 2 when something is broken; then $engine_why says what.
engine_start() {
  local began=$SECONDS took="the one that answers"
  # The image is made of the packages that the tests need anyway, as they are installed: that takes seconds, and no network.
  if ! command -v apt-cache >/dev/null || ! dpkg-query -W rabbitmq-server postgresql >/dev/null 2>&1; then
    engine_why="the image is made of Debian's packages rabbitmq-server and postgresql, and they are not installed"
    return 1
  fi
  if ! { command -v docker >/dev/null && timeout 20 docker version >/dev/null 2>&1; }; then
    took="one of our own, as none answers"
    engine_begin || return 1
  fi
  DOCKER_HOST=$(docker context inspect --format '{{.Endpoints.docker.Host}}')
  DOCKER_API_VERSION=$(docker version --format '{{.Server.APIVersion}}')
  # Its helper, which removes what tests leave, would be one more image to be had: engine_stop does that.
  export DOCKER_HOST DOCKER_API_VERSION CLAIMS_TEST_CONTAINERS=$run TESTCONTAINERS_RYUK_DISABLED=true
  # As the ports are: on 127.0.0.1 only, where "localhost" is ::1 first.
  [[ $DOCKER_HOST != unix:* ]] || export TESTCONTAINERS_HOST_OVERRIDE=${TESTCONTAINERS_HOST_OVERRIDE:-127.0.0.1}

  engine_image || return 2
  if ! engine_why=$(docker run --rm --label "claims-tests=$run" -p 127.0.0.1::5672 --entrypoint /bin/true "$CLAIMS_POSTGRES_IMAGE" 2>&1); then
    engine_why="a container does not run: ${engine_why//$'\n'/ }"
    # In some sandboxes an engine starts and may do nothing.
    [ -n "$engine_pid" ] && return 1 || return 2
  fi
  say "Container engine: $took ($(docker info --format '{{.ServerVersion}}, {{.Driver}}')), with $CLAIMS_POSTGRES_IMAGE, after $((SECONDS - began)) s."
}

# engine_begin: an engine of our own, whose data are in $data/engine and are kept where --data names a folder.
engine_begin() {
  local driver log=$data/engine/log
  if [ "$(id -u)" != 0 ]; then engine_why="no container engine answers, and only root can start one"; return 1; fi
  if ! (need_packages "docker.io=dockerd" && need_packages "docker-cli=docker"); then engine_why="no container engine answers, and docker.io cannot be installed"; return 1; fi
  # Two of them would give the same addresses on the same bridge.
  exec 7>/run/claims-engine.lock
  flock 7
  mkdir -p "$data/engine"
  # A socket's path has 107 bytes at most, and the engine adds up to 60 of its own.
  engine_paths=$(mktemp -d /tmp/claims-engine.XXXXXX)
  [ -e /sys/class/net/docker0 ] || engine_bridge=docker0
  export DOCKER_HOST=unix://$engine_paths/socket
  # overlay2 copies nothing, but not on every file system; vfs works on all.
  for driver in overlay2 vfs; do
    set -m # Ctrl-C is the run's, which ends it in its order.
    setpriv --pdeathsig TERM dockerd --storage-driver "$driver" --iptables=false --ip6tables=false --ip-masq=false --ip-forward=false --ip 127.0.0.1 \
      --data-root "$data/engine/data" --exec-root "$engine_paths/exec" --pidfile "$engine_paths/pid" -H "$DOCKER_HOST" >>"$log" 2>&1 </dev/null 7>&- &
    engine_pid=$!
    set +m
    for _ in $(seq 150); do
      if docker version >/dev/null 2>&1; then return 0; fi
      kill -0 "$engine_pid" 2>/dev/null || break
      sleep 0.2
    done
    engine_end
  done
  engine_why="no container engine answers, and dockerd does not start: $(grep -v 'level=info' "$log" | tail -1 | cut -c1-300)"
  return 1
}

# engine_image: makes the image, unless the engine has it, of the same packages, from before.
engine_image() {
  local folder=$repo/tests/containers rootfs packages image path
  # Others may be wanted.
  if [ -n "${CLAIMS_TEST_BROKER_IMAGE:-}" ] && [ -n "${CLAIMS_POSTGRES_IMAGE:-}" ]; then return 0; fi
  packages=$(apt-cache depends --recurse --installed --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances \
    rabbitmq-server postgresql base-files bash dash coreutils sed grep mawk util-linux | grep '^[a-z0-9]' | sort -u)
  # shellcheck disable=SC2086 # one word a package
  image=claims-tests/servers:$({ cat "$folder"/*.sh; dpkg-query -W $packages 2>/dev/null; } | sha256sum | cut -c1-12)
  export CLAIMS_TEST_BROKER_IMAGE=$image CLAIMS_POSTGRES_IMAGE=$image
  ! docker image inspect "$image" >/dev/null 2>&1 || return 0

  # Those of other packages, from before; one that is in use stays.
  docker images -q "${image%:*}" | xargs -r docker rmi >/dev/null 2>&1 || true
  rootfs=$(mktemp -d "$data/rootfs.XXXXXX")
  mkdir "$rootfs/etc"
  grep -hE '^(root|postgres|rabbitmq):' /etc/passwd >"$rootfs/etc/passwd"
  grep -hE '^(root|postgres|rabbitmq):' /etc/group >"$rootfs/etc/group"
  install -m 755 "$folder/entrypoint.sh" "$rootfs/"
  # What a server does not read stays out, and so does what compiles PostgreSQL's queries, which is a third of it all. No name may come twice.
  # shellcheck disable=SC2086
  { dpkg -L $packages 2>/dev/null; find /etc/alternatives; } | grep '^/' \
    | grep -vE '^/(usr/share/(doc|man|locale|i18n|info|lintian)/|usr/lib/.*(libLLVM|/llvmjit))' | sed -E 's#^/(s?bin|lib[0-9]*)/#/usr/\1/#' | sort -u \
    | while read -r path; do [ ! -e "$path" ] || printf '%s\n' "${path#/}"; done >"$rootfs/files"
  if ! tar -c -C / --no-recursion -T "$rootfs/files" -C "$rootfs" etc/passwd etc/group entrypoint.sh \
    | docker import --change 'ENTRYPOINT ["/entrypoint.sh"]' --change 'ENV HOME=/var/lib/rabbitmq RABBITMQ_NODENAME=claims@localhost' \
      --change "ENV PATH=/usr/lib/rabbitmq/bin:$(echo /usr/lib/postgresql/*/bin | tr ' ' :):/usr/sbin:/usr/bin" - "$image" >"$rootfs/said" 2>&1; then
    engine_why="the image is not taken: $(tail -1 "$rootfs/said")"
    return 1
  fi
  rm -rf "$rootfs"
}

# engine_has IMAGE: whether it has the image, or gets it from its registry.
engine_has() {
  docker image inspect "$1" >/dev/null 2>&1 || timeout 300 docker pull -q "$1" >/dev/null 2>&1
}

# engine_stop: ends what the run started, whatever became of it.
engine_stop() {
  local pid mount
  if [ -n "${CLAIMS_TEST_CONTAINERS:-}" ] && { [ -z "$engine_pid" ] || kill -0 "$engine_pid" 2>/dev/null; }; then
    # In an engine of our own also those of a run that was killed.
    docker ps -aq --filter "label=claims-tests$([ -n "$engine_pid" ] || printf '=%s' "$run")" | xargs -r docker rm -fv >/dev/null \
      || say "Containers with the label claims-tests=$run may be left."
  fi
  [ -n "$engine_paths" ] || return 0
  engine_end
  # Each container has a process of the engine's above it that outlives an engine which was killed; it names the engine's socket.
  for pid in $(grep -laF -f <(printf '%s' "$engine_paths/") /proc/[0-9]*/cmdline 2>/dev/null | grep -o '[0-9]\+' || true); do
    say "Process $pid of the engine was left, and is ended."
    # shellcheck disable=SC2046 # one word a process
    kill -9 $(cat "/proc/$pid/task/$pid/children" 2>/dev/null) "$pid" 2>/dev/null || true
  done
  awk -v data="$data/engine/" -v paths="$engine_paths/" 'index($2, data) == 1 || index($2, paths) == 1 { print $2 }' /proc/self/mounts | sort -r \
    | while read -r mount; do umount -l "$mount" || true; done
  if [ -n "$engine_bridge" ] && [ -e "/sys/class/net/$engine_bridge" ]; then ip link delete "$engine_bridge" || true; fi
  rm -rf "$engine_paths" ${own_data:+"$data/engine"}
}

# engine_end: asks our engine to end, and makes it.
engine_end() {
  [ -n "$engine_pid" ] || return 0
  kill "$engine_pid" 2>/dev/null || true
  for _ in $(seq 300); do
    kill -0 "$engine_pid" 2>/dev/null || break
    sleep 0.1
  done
  kill -9 "$engine_pid" 2>/dev/null || true
  wait "$engine_pid" 2>/dev/null || true
  engine_pid=
}

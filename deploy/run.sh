#!/usr/bin/env bash
# Runs the whole system: see deploy/run.sh --help, and README.md.
set -euo pipefail
repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=deploy/build/common.sh
source "$repo/deploy/build/common.sh"

servers=()
previous=
for argument in "$@"; do
  case "$previous $argument" in
    "--broker local" | *" --broker=local") servers+=("rabbitmq-server=/usr/lib/rabbitmq/bin/rabbitmq-server") ;;
    "--store local" | *" --store=local") servers+=("postgresql=/usr/lib/postgresql/*/bin/postgres") ;;
  esac
  previous=$argument
done

# What dotnet itself needs comes first: apt-get works for one at a time. The servers are installed while it builds: one waits for the network, the other for the processors.
need_dotnet
installing=
if [ "$(id -u)" = 0 ]; then
  need_packages "${servers[@]}" &
  installing=$!
  # However it ends, it leaves no half-installed package.
  trap 'wait "$installing" || true' EXIT
else
  need_packages "${servers[@]}"
fi
build_when_changed services/Standalone
[ -z "$installing" ] || wait "$installing"
trap - EXIT
export CLAIMS_HOME="${CLAIMS_HOME:-$repo/data}"
run_built services/Standalone "$@"

#!/usr/bin/env bash
# Runs the whole system: see deploy/run.sh --help, and README.md.
set -euo pipefail
repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=deploy/build/common.sh
source "$repo/deploy/build/common.sh"

previous=
for argument in "$@"; do
  case "$previous $argument" in
    "--broker local" | *" --broker=local") need_packages "rabbitmq-server=/usr/lib/rabbitmq/bin/rabbitmq-server" ;;
    "--store local" | *" --store=local") need_packages "postgresql=/usr/lib/postgresql/*/bin/postgres" ;;
  esac
  previous=$argument
done

need_dotnet
build_when_changed services/Standalone
export CLAIMS_HOME="${CLAIMS_HOME:-$repo/data}"
run_built services/Standalone "$@"

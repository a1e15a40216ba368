#!/usr/bin/env bash
# Builds everything with the analyzers on, runs every suite, and ends with one line: N passed, N failed[, N skipped].
#   tests/run.sh [--data DIR] [SUITE …]      SUITE: a folder name under tests/, all when absent
set -euo pipefail
repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=deploy/build/common.sh
source "$repo/deploy/build/common.sh"

data=${TESTS_DATA:-}
suites=()
while [ $# -gt 0 ]; do
  case $1 in
    --data) data=${2:?--data needs a folder}; shift 2 ;;
    --data=*) data=${1#*=}; shift ;;
    -*) say "Unknown option $1. Use: tests/run.sh [--data DIR] [SUITE …]"; exit 2 ;;
    *) suites+=("$1"); shift ;;
  esac
done

# Every process of this run carries this mark in its environment, whatever session or user it moved to: what is left at the end is found by it.
CLAIMS_TESTS_RUN="run-$$-$(date +%s)"
export CLAIMS_TESTS_RUN

# What runs beside the others has a mark of its own, so that their ends are not its end.
marks="$CLAIMS_TESTS_RUN"
left_behind() {
  local environ pid
  for environ in /proc/[0-9]*/environ; do
    pid=${environ#/proc/}
    pid=${pid%/environ}
    [ "$pid" = "$$" ] || [ "$pid" = "$BASHPID" ] && continue
    { tr '\0' '\n' <"$environ"; } 2>/dev/null | grep -qxE "CLAIMS_TESTS_RUN=($marks)" && printf '%s\n' "$pid"
  done
  return 0
}

end_left_behind() {
  local pids
  pids=$(left_behind)
  [ -z "$pids" ] && return 0
  # shellcheck disable=SC2086 # one word a pid
  kill $pids 2>/dev/null || true
  for _ in $(seq 50); do
    pids=$(left_behind)
    [ -z "$pids" ] && return 0
    sleep 0.1
  done
  # shellcheck disable=SC2086
  kill -9 $pids 2>/dev/null || true
}

own_data=
if [ -z "$data" ]; then
  data=$(mktemp -d "${TMPDIR:-/tmp}/claims-tests.XXXXXX")
  chmod 755 "$data" # PostgreSQL and RabbitMQ run as users of their own
  own_data=$data
fi
mkdir -p "$data"
data=$(cd "$data" && pwd)
export TESTS_DATA=$data

finish() {
  marks="$CLAIMS_TESTS_RUN|$CLAIMS_TESTS_RUN-beside"
  end_left_behind
  if [ -n "$own_data" ] && [ "${failed:-1}" = 0 ]; then rm -rf "$own_data"; fi
}
trap finish EXIT
trap 'exit 130' INT TERM

need_dotnet
need_packages "rabbitmq-server=/usr/lib/rabbitmq/bin/rabbitmq-server" "postgresql=/usr/lib/postgresql/*/bin/postgres" \
  "openssh-server=/usr/sbin/sshd" "amqp-tools=amqp-publish" "curl=curl" "jq=jq" "nodejs=node" "npm=npm" \
  "chromium=chromium" "fonts-dejavu-core=/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"

# Fewer histories than by hand; deploy/claims simulate runs as many as are asked for.
export CLAIMS_SIMULATION_SEEDS=${CLAIMS_SIMULATION_SEEDS:-400}

# The last line is always printed, and within 39 minutes of the start: what is not done by then counts as failed.
suite_seconds=$((25 * 60)) all_seconds=$((38 * 60))
seconds_left() {
  local left=$((all_seconds - SECONDS))
  printf '%s' "$((left < suite_seconds ? left : suite_seconds))"
}

# A signal is heard while something runs, and what runs is in a group of its own that end_left_behind ends.
run_waiting() {
  local code=0
  set -m
  "$@" >&2 </dev/null &
  set +m
  wait "$!" || code=$?
  return "$code"
}

cd "$repo" # whose global.json says which SDK
say "Building everything …"
mkdir -p "$repo/artifacts"
exec 9>"$repo/artifacts/build.lock"
# deploy/run.sh and deploy/claims build the same.
if ! flock -w "$suite_seconds" 9 || ! run_waiting timeout --kill-after=30 "$(seconds_left)" dotnet build "$repo/ClaimsTransfer.sln" -c Release -v q -nologo -m:2 9>&-; then
  say "The build failed: counted as one failure."
  printf '0 passed, 1 failed\n'
  exit 1
fi
exec 9>&-
# The commands under test find themselves built.
mark_built services/Standalone
mark_built services/Cli

if [ ${#suites[@]} -eq 0 ]; then
  for project in "$repo"/tests/*/*.csproj; do
    if grep -q '<IsTestProject>true' "$project"; then suites+=("$(basename "$(dirname "$project")")"); fi
  done
fi

passed=0 failed=0 skipped=0

# run_suite SUITE SECONDS: its results stand in $data/results/SUITE.
run_suite() {
  rm -rf "$data/results/$1"
  mkdir -p "$data/results/$1"
  timeout --kill-after=15 "$2" dotnet test "$repo/tests/$1" -c Release --no-build --nologo -v q \
    --logger "trx;LogFileName=results.trx" --logger "console;verbosity=minimal" --results-directory "$data/results/$1"
}

# count_suite SUITE EXIT-CODE
count_suite() {
  local suite=$1 code=$2 results="$data/results/$1" counters suite_passed suite_failed suite_total suite_skipped
  counters=$(grep -o '<Counters [^>]*>' "$results/results.trx" 2>/dev/null || true)
  count() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$counters"; }
  if [ -z "$counters" ]; then
    say "$suite did not finish (exit code $code): counted as one failure."
    failed=$((failed + 1))
    return 0
  fi
  suite_passed=$(count passed) suite_failed=$(count failed) suite_total=$(count total)
  passed=$((passed + suite_passed))
  failed=$((failed + suite_failed))
  suite_skipped=$((suite_total - suite_passed - suite_failed))
  skipped=$((skipped + suite_skipped))
  if [ "$code" != 0 ] && [ "$suite_failed" = 0 ]; then
    say "$suite ended with exit code $code without a failed test: counted as one failure."
    failed=$((failed + 1))
  fi
  if [ "$suite_total" = 0 ]; then
    say "$suite has no tests: counted as one failure."
    failed=$((failed + 1))
  fi
  if [ "$suite_skipped" != 0 ]; then
    say "Skipped in $suite:"
    awk '/<UnitTestResult /{name=""; if (match($0, /testName="[^"]*"/)) name=substr($0, RSTART+10, RLENGTH-11); skip = /outcome="NotExecuted"/}
         skip && /<Message>/{sub(/.*<Message>/, ""); sub(/<\/Message>.*/, ""); print "  " name ": " $0; skip=0}' "$results/results.trx" >&2
  fi
}

# Suites that mostly wait, for connectors, brokers and whole systems, run beside the others, one after the other.
run_beside() {
  local suite seconds code
  CLAIMS_TESTS_RUN="$CLAIMS_TESTS_RUN-beside"
  marks=$CLAIMS_TESTS_RUN
  for suite in "$@"; do
    seconds=$(seconds_left) code=0
    [ "$seconds" -gt 0 ] || continue
    run_suite "$suite" "$seconds" >"$data/$suite.out" 2>&1 || code=$?
    printf '%s' "$code" >"$data/$suite.code"
    end_left_behind
  done
}

beside=() beside_pid='' others=()
for suite in "${suites[@]}"; do
  case $suite in
    Conformance.Tests | Isolation.Tests | Journeys | Packages.Tests) beside+=("$suite") ;;
    *) others+=("$suite") ;;
  esac
done
if [ ${#beside[@]} -gt 0 ]; then
  say "== ${beside[*]}: beside the others"
  for suite in "${beside[@]}"; do rm -rf "$data/$suite.out" "$data/$suite.code" "$data/results/$suite"; done
  set -m
  run_beside "${beside[@]}" </dev/null &
  beside_pid=$!
  set +m
fi

for suite in ${others[@]+"${others[@]}"}; do
  # To timeout, 0 would be no limit at all.
  seconds=$(seconds_left)
  if [ "$seconds" -le 0 ]; then
    say "$suite was not reached in the time there is: counted as one failure."
    failed=$((failed + 1))
    continue
  fi
  say "== $suite"
  code=0
  run_waiting run_suite "$suite" "$seconds" || code=$?
  count_suite "$suite" "$code"
  end_left_behind
done

if [ -n "$beside_pid" ]; then
  wait "$beside_pid" || say "What ran beside ended with exit code $?."
  for suite in "${beside[@]}"; do
    say "== $suite"
    [ ! -f "$data/$suite.out" ] || cat "$data/$suite.out" >&2
    count_suite "$suite" "$(cat "$data/$suite.code" 2>/dev/null || printf 'none')"
  done
fi

summary="$passed passed, $failed failed"
[ "$skipped" = 0 ] || summary="$summary, $skipped skipped"
printf '%s\n' "$summary"
[ "$failed" = 0 ]

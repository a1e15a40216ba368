#!/usr/bin/env bash
# Builds everything with the analyzers on, runs every suite, and ends with one line: N passed, N failed[, N skipped].
#   tests/run.sh [--data DIR] [--long] [SUITE …]      SUITE: a folder name under tests/, all when absent
#   tests/run.sh [--data DIR] --containers            the transport suite, the store tests and a journey, with servers in containers
#   --long: the same cases with as many claims and seeds as confidence asks for, where otherwise fewer do.
set -euo pipefail
repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=deploy/build/common.sh
source "$repo/deploy/build/common.sh"

data=${TESTS_DATA:-}
suites=() containers=
while [ $# -gt 0 ]; do
  case $1 in
    --data) data=${2:?--data needs a folder}; shift 2 ;;
    --data=*) data=${1#*=}; shift ;;
    --containers) containers=1; shift ;;
    --long) export CLAIMS_LONG=1; shift ;;
    -*) say "Unknown option $1. Use: tests/run.sh [--data DIR] [--long] [--containers | SUITE …]"; exit 2 ;;
    *) suites+=("$1"); shift ;;
  esac
done

# Every process of this run carries a mark in its environment, whatever session or user it moved to: what is left at the end is found by it. Each suite has its
# own below that of the run, so that the end of one is not the end of another.
run="run-$$-$(date +%s)"
own_data=
if [ -z "$data" ]; then
  data=$(mktemp -d "${TMPDIR:-/tmp}/claims-tests.XXXXXX")
  chmod 755 "$data" # PostgreSQL and RabbitMQ run as users of their own
  own_data=$data
fi
mkdir -p "$data"
data=$(cd "$data" && pwd)
export TESTS_DATA=$data

passed=0 failed=0 skipped=0 done=

# However it ends, nothing is left running and the last line is printed.
finish() {
  local summary
  trap '' INT TERM
  end_marked "CLAIMS_TESTS_RUN=$run/"
  ! declare -F engine_stop >/dev/null || engine_stop
  if [ -z "$done" ]; then
    say "It ended before it was done: counted as one failure."
    failed=$((failed + 1))
  fi
  if [ -n "$own_data" ] && [ "$failed" = 0 ]; then rm -rf "$own_data"; fi
  summary="$passed passed, $failed failed"
  [ "$skipped" = 0 ] || summary="$summary, $skipped skipped"
  printf '%s\n' "$summary"
}
trap finish EXIT
trap 'exit 130' INT TERM

need_dotnet
need_packages "rabbitmq-server=/usr/lib/rabbitmq/bin/rabbitmq-server" "postgresql=/usr/lib/postgresql/*/bin/postgres" \
  "openssh-server=/usr/sbin/sshd" "amqp-tools=amqp-publish" "curl=curl" "jq=jq" "nodejs=node" "npm=npm" \
  "chromium-headless-shell=chromium-headless-shell" "fonts-dejavu-core=/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"

# Fewer histories than by hand; deploy/claims simulate runs as many as are asked for.
[ -n "${CLAIMS_LONG:-}" ] || export CLAIMS_SIMULATION_SEEDS=${CLAIMS_SIMULATION_SEEDS:-100}

# Tests start some hundred short .NET processes. To guard their code against being written to costs each a sixth of its start, and to compile it anew for a long run while they
# begin (until it was quiet for 1,000 ms, in hexadecimal) some more.
export DOTNET_EnableWriteXorExecute=0 DOTNET_TC_CallCountingDelayMs=3E8

# What hangs is ended and is a failure; what is only slow is said and is none.
hang_seconds=$((20 * 60)) expected_seconds=$((32 * 60))

# start NAME COMMAND …: in a group of its own, below NAME's mark; its process id is $!.
start() {
  local name=$1
  shift
  set -m
  CLAIMS_TESTS_RUN="$run/$name/" "$@" </dev/null &
  set +m
}

# Those whose tests wait for brokers, whole systems and browsers to come up in time; the longest begin first.
heavy="Journeys Console.Tests Conformance.Tests Isolation.Tests Connectors.Tests Defaults.Tests Benchmarks"

# use_containers: has the engine, and says which suites and tests run on it. Where there can be no engine it is one test that was not run, never one that failed.
declare -A filter_of=()
use_containers() {
  local code=0 stores suite
  # shellcheck source=tests/containers/engine.sh
  source "$repo/tests/containers/engine.sh"
  engine_start || code=$?
  if [ "$code" != 0 ]; then
    say "No containers: $engine_why. Counted as $([ "$code" = 1 ] && printf 'skipped' || printf 'one failure')."
    [ "$code" = 1 ] && skipped=1 || failed=1
    done=1
    exit $((code - 1))
  fi
  stores='FullyQualifiedName~ostgres'
  export CLAIMS_SQLSERVER_IMAGE=${CLAIMS_SQLSERVER_IMAGE:-mcr.microsoft.com/mssql/server:2022-latest}
  if engine_has "$CLAIMS_SQLSERVER_IMAGE"; then
    stores="$stores|FullyQualifiedName~SqlServer|FullyQualifiedName~sqlserver"
  else
    say "SQL Server: the engine neither has $CLAIMS_SQLSERVER_IMAGE nor gets it. Counted as skipped."
    skipped=1
  fi
  # How fast something is, is measured once, and not here.
  stores="($stores)&FullyQualifiedName!~How_fast"
  suites=(Defaults.Tests Journeys Console.Tests Payments.Tests Connectors.Tests Routing.Tests Ingest.Tests Sandbox.Tests)
  heavy="${suites[*]}"
  for suite in "${suites[@]}"; do filter_of[$suite]=$stores; done
  filter_of[Journeys]="FullyQualifiedName~When_broker_and_store_run_elsewhere&$stores"
  filter_of[Defaults.Tests]="($stores)|FullyQualifiedName~OnNative|FullyQualifiedName~OnMassTransit"
  expected_seconds=$((6 * 60))
}
[ -z "$containers" ] || use_containers

say "Building everything …"
mkdir -p "$repo/artifacts"
exec 9>"$repo/artifacts/build.lock"
# deploy/run.sh and deploy/claims build the same.
if ! flock -w "$hang_seconds" 9 || ! { build_within=$hang_seconds start build build ClaimsTransfer.sln -m:2 >&2 9>&- && wait "$!"; }; then
  say "The build failed: counted as one failure."
  failed=1 done=1
  exit 1
fi
exec 9>&-
cd "$repo" # whose global.json says which SDK
# The commands under test find themselves built.
mark_built services/Standalone
mark_built services/Cli
say "Built after $SECONDS s."

if [ ${#suites[@]} -eq 0 ]; then
  for suite in $heavy; do
    if [ -d "$repo/tests/$suite" ]; then suites+=("$suite"); fi
  done
  for project in "$repo"/tests/*/*.csproj; do
    suite=$(basename "$(dirname "$project")")
    if grep -q '<IsTestProject>true' "$project" && [[ " ${suites[*]} " != *" $suite "* ]]; then suites+=("$suite"); fi
  done
fi

# start_suite SUITE: its output is $data/SUITE.out and its results stand in $data/results/SUITE.
start_suite() {
  local suite=$1
  rm -rf "$data/results/$suite"
  mkdir -p "$data/results/$suite"
  start "$suite" dotnet test "$repo/tests/$suite/bin/Release/net10.0/ClaimsTransfer.$suite.dll" --nologo \
    ${filter_of[$suite]:+--filter "${filter_of[$suite]}"} \
    --logger "trx;LogFileName=results.trx" --logger "console;verbosity=normal" --results-directory "$data/results/$suite" >"$data/$suite.out" 2>&1
}

# count_suite SUITE EXIT-CODE
count_suite() {
  local suite=$1 code=$2 results="$data/results/$1" counters suite_passed suite_failed suite_total suite_skipped
  say "== $suite (until $SECONDS s)"
  # One line a test is for whoever looks while it runs; how it began says nothing.
  sed -E '/^  (Passed|Skipped) /d; /^$/d; /^(Starting test|A total of|NUnit Adapter|Running all|Running selected|Results File)|NUnit3TestExecutor/d
    /^\[testcontainers\.org|^  (Host|(Server|Kernel|API) Version|Operating System|Total Memory): /d' "$data/$suite.out" >&2
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
    say "Skipped in $suite, by reason:"
    awk '/<UnitTestResult /{skip = /outcome="NotExecuted"/}
         skip && /<Message>/{sub(/.*<Message>/, ""); sub(/<\/Message>.*/, ""); count[$0]++; skip = 0}
         END {for (why in count) printf "%6d  %s\n", count[why], why}' "$results/results.trx" >&2
  fi
}

# end_hung SUITE: ends it when it has finished no test for too long.
end_hung() {
  local now
  printf -v now '%(%s)T' -1
  [ $((now - $(stat -c %Y "$data/$1.out"))) -gt "$hang_seconds" ] || return 0
  say "$1 has finished no test for $((hang_seconds / 60)) minutes: it hangs, and is ended."
  end_marked "CLAIMS_TESTS_RUN=$run/$1/"
}

# Heavy suites wait for connectors, brokers and whole systems, and start many processes: more of them than processors, and brokers and pages do not come up in their time. A
# light one beside them takes what they leave while they wait.
heavy_waiting=() light_waiting=()
for suite in "${suites[@]}"; do
  if [[ " $heavy " == *" $suite "* ]]; then heavy_waiting+=("$suite"); else light_waiting+=("$suite"); fi
done
lanes=$(nproc) light_lanes=1
declare -A suite_of=()
# running KIND: how many of them run.
running() {
  local suite count=0
  for suite in "${suite_of[@]}"; do
    if [[ " $heavy " == *" $suite "* ]]; then [ "$1" = light ] || count=$((count + 1)); else [ "$1" = heavy ] || count=$((count + 1)); fi
  done
  printf '%s' "$count"
}
while [ ${#heavy_waiting[@]} -gt 0 ] || [ ${#light_waiting[@]} -gt 0 ] || [ ${#suite_of[@]} -gt 0 ]; do
  while [ ${#heavy_waiting[@]} -gt 0 ] && [ "$(running heavy)" -lt "$lanes" ]; do
    start_suite "${heavy_waiting[0]}"
    suite_of[$!]=${heavy_waiting[0]}
    heavy_waiting=("${heavy_waiting[@]:1}")
  done
  # Where no heavy one is left, light ones have the processors.
  [ ${#heavy_waiting[@]} -gt 0 ] || light_lanes=$((lanes + 1 - $(running heavy)))
  while [ ${#light_waiting[@]} -gt 0 ] && [ "$(running light)" -lt "$light_lanes" ]; do
    start_suite "${light_waiting[0]}"
    suite_of[$!]=${light_waiting[0]}
    light_waiting=("${light_waiting[@]:1}")
  done
  sleep 1
  for pid in "${!suite_of[@]}"; do
    suite=${suite_of[$pid]}
    if kill -0 "$pid" 2>/dev/null; then
      end_hung "$suite"
    else
      code=0
      wait "$pid" || code=$?
      unset "suite_of[$pid]"
      count_suite "$suite" "$code"
      end_marked "CLAIMS_TESTS_RUN=$run/$suite/"
    fi
  done
done

# print_slowest: of all results, those that took longest, with what had to be made before them: fixtures are made between two tests.
print_slowest() {
  local suite
  for suite in "${suites[@]}"; do
    [ -f "$data/results/$suite/results.trx" ] || continue
    awk 'function value(name) { return match($0, " " name "=\"[^\"]*\"") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : "" }
         function seconds(time) { split(substr(time, 12), part, /[:.+Z-]/); return part[1] * 3600 + part[2] * 60 + part[3] + ("0." part[4]) }
         /<Times /          { print seconds(value("start")), seconds(value("start")), "" }
         /<UnitTestResult / { ids[++n] = value("testId"); names[n] = value("testName"); from[n] = seconds(value("startTime")); to[n] = seconds(value("endTime")) }
         /<UnitTest /       { id = value("id") }
         /<TestMethod /     { class = value("className"); sub(/.*\./, "", class); fixture[id] = class }
         END                { for (i = 1; i <= n; i++) print from[i], to[i], fixture[ids[i]] " " names[i] }' "$data/results/$suite/results.trx" \
      | sort -n | awk -v suite="$suite" '
          { before = NR > 1 && $1 > last ? $1 - last : 0; took = $2 - $1 + before; if ($2 > last) last = $2
            if (NF > 2) { $1 = $2 = ""; printf "%8.1f %8.1f  %s%s\n", took, before, suite, $0 } }'
  done | sort -rn | sed -n '1,20{s/&quot;/"/g; s/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g; p}' | cut -c1-160
}

# print_failed: by name and first line, so that whoever reads only the end knows.
print_failed() {
  local suite
  for suite in "${suites[@]}"; do
    [ -f "$data/results/$suite/results.trx" ] || continue
    awk -v suite="$suite" '
      /<UnitTestResult /{failed = /outcome="Failed"/; match($0, /testName="[^"]*"/); name = substr($0, RSTART + 10, RLENGTH - 11)}
      failed && /<Message>/{sub(/.*<Message>/, ""); sub(/<\/Message>.*/, ""); print "  " suite " " name ": " $0; failed = 0}' "$data/results/$suite/results.trx"
  done | sed 's/&quot;/"/g; s/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g; s/&#x[0-9A-F]*;/ /g' | cut -c1-300
}
# print_servers: which servers the tests had, and why, as they said it.
print_servers() {
  local suite
  for suite in "${suites[@]}"; do
    grep -hE '^(RabbitMQ|PostgreSQL|SQL Server): ' "$data/$suite.out" || true
  done | sort | uniq -c
}
say ""
say "Servers:"
print_servers >&2
say ""
say "The slowest twenty, in seconds, and how much of it was before the test itself:"
print_slowest >&2
if [ "$failed" != 0 ]; then
  say ""
  say "What failed:"
  print_failed >&2
fi
[ "$SECONDS" -le "$expected_seconds" ] || say "Warning: it took $((SECONDS / 60)) minutes; with two idle processors $((expected_seconds / 60)) are enough."

done=1
[ "$failed" = 0 ]

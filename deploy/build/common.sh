# Sourced by deploy/run.sh, deploy/claims and tests/run.sh: finds what is needed, installs what is missing, builds when something changed.
# Expects $repo. Everything said goes to stderr: stdout belongs to the command.

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0

say() { printf '%s\n' "$*" >&2; }

# The name of the Debian package with .NET's cultures, which SqlClient needs: without them a .NET program ends before its first line.
icu_package() {
  case "$(. /etc/os-release 2>/dev/null && printf '%s %s' "${ID:-}" "${VERSION_ID:-}")" in
    "debian 12"*) printf libicu72 ;;
    "debian 13"*) printf libicu76 ;;
    "ubuntu 22.04") printf libicu70 ;;
    "ubuntu 24.04") printf libicu74 ;;
    *) printf libicu-dev ;;
  esac
}

need_dotnet() {
  compgen -G '/usr/lib*/libicuuc.so.*' >/dev/null || need_packages "$(icu_package)=/usr/lib/*/libicuuc.so.*"
  if ! command -v dotnet >/dev/null && [ -x "${HOME:-}/.dotnet/dotnet" ]; then
    export PATH="$HOME/.dotnet:$PATH" DOTNET_ROOT="$HOME/.dotnet"
  fi
  if ! command -v dotnet >/dev/null || ! dotnet --list-sdks | grep '^1[0-9]\.' >/dev/null; then
    say "The .NET 10 SDK is needed and was not found."
    say "Install it from https://dotnet.microsoft.com/download/dotnet/10.0 (Debian, Ubuntu: dotnet-sdk-10.0), then run this again."
    exit 1
  fi
}

# need_packages NAME=PATH-OR-COMMAND …: installs the Debian packages whose file or command is not there.
need_packages() {
  local missing=() pair name probe made_policy= failed_install=
  for pair in "$@"; do
    name=${pair%%=*} probe=${pair#*=}
    command -v "$probe" >/dev/null 2>&1 || compgen -G "$probe" >/dev/null || missing+=("$name")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "Installing ${missing[*]} …"
    # The packages' own services are not started: what is needed runs with its own ports and data.
    if [ ! -e /usr/sbin/policy-rc.d ]; then
      printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d
      made_policy=1
    fi
    # Standard input may be the claims.
    apt-get update -qq >&2 </dev/null || say "apt-get update failed; trying with the lists there are."
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null 2>&1 </dev/null || failed_install=1
    [ -z "$made_policy" ] || rm -f /usr/sbin/policy-rc.d
    [ -z "$failed_install" ] && return 0
    say "apt-get install ${missing[*]} failed; run it by hand to see why."
    exit 1
  fi
  say "Missing: ${missing[*]}. Install them, for instance:  sudo apt-get install --no-install-recommends ${missing[*]}"
  exit 1
}

# What the build depends on, as one hash: paths, sizes and times of all sources under the given folders.
sources_hash() {
  (cd "$repo" && find contracts services deploy/build deploy/municipalities.yaml Directory.Build.props global.json .editorconfig "$@" \
    \( -name bin -o -name obj \) -prune -o -type f ! -name '*.md' -printf '%p %s %T@\n' | LC_ALL=C sort | sha256sum | cut -d' ' -f1)
}

# end_marked NAME=VALUE: ends every process that has it in its environment, whatever session or user it moved to, and waits for their end.
end_marked() {
  local pids attempt
  for attempt in $(seq 50); do
    # Without the mark itself: grep would find grep.
    pids=$(env -u "${1%%=*}" grep -laF "$1" /proc/[0-9]*/environ 2>/dev/null | grep -o '[0-9]\+' || true)
    [ -z "$pids" ] && return 0
    # shellcheck disable=SC2086 # one word a pid
    [ "$attempt" != 1 ] || kill $pids 2>/dev/null || true
    sleep 0.1
  done
  # shellcheck disable=SC2086
  kill -9 $pids 2>/dev/null || true
}

# build PROJECT ARGUMENT …: in Release, with one compiler for all its projects, which so starts and warms up once; it ends with the build.
# From the repository, whose global.json says which SDK. Where $build_within is set, it is ended after so many seconds.
# Guarding its own code against being written to, and counting branches for later, cost a compiler that runs for a minute a sixth of its processor time.
build() {
  local project=$1 name code=0
  shift
  name="claims-build-$$-$(date +%s)"
  (cd "$repo" && CLAIMS_BUILD=$name DOTNET_EnableWriteXorExecute=0 DOTNET_TieredPGO=0 exec ${build_within:+timeout --kill-after=30 "$build_within"} dotnet build "$project" -c Release -v q -nologo -p:UseSharedCompilation=true -p:SharedCompilationId="$name" "$@") </dev/null || code=$?
  end_marked "CLAIMS_BUILD=$name"
  return "$code"
}

program_of() { printf '%s' "$repo/$1/bin/Release/net10.0/ClaimsTransfer.$(basename "$1").dll"; }

# build_when_changed PROJECT [EXTRA SOURCE FOLDER …]: builds the project (Release, without analyzers) unless nothing changed since the last time.
build_when_changed() {
  local project=$1 stamp hash
  shift
  mkdir -p "$repo/artifacts"
  stamp="$repo/artifacts/built-$(basename "$project")"
  exec 9>"$repo/artifacts/build.lock"
  flock 9
  hash=$(sources_hash "$@")
  if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$hash" ] || [ ! -f "$(program_of "$project")" ]; then
    need_dotnet
    say "Building $project …"
    rm -f "$stamp"
    if ! build "$project" -p:RunAnalyzers=false 9>&- >"$repo/artifacts/build.log" 2>&1; then
      cat "$repo/artifacts/build.log" >&2
      say "The build of $project failed; the log is above."
      exit 1
    fi
    printf '%s' "$hash" >"$stamp"
  fi
  exec 9>&-
}

# mark_built PROJECT [EXTRA SOURCE FOLDER …]: the project was built just now by other means, so build_when_changed need not.
mark_built() {
  local project=$1
  shift
  mkdir -p "$repo/artifacts"
  sources_hash "$@" | tr -d '\n' >"$repo/artifacts/built-$(basename "$project")"
}

# run_built PROJECT ARGUMENT …: becomes the built program.
run_built() {
  local project=$1
  shift
  need_dotnet
  exec dotnet "$(program_of "$project")" "$@"
}

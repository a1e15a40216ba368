#!/usr/bin/env bash
# Makes services/Console/wwwroot/dkfds again from the npm package in package.json. Needed only when its version changes: what it makes is committed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/console-assets.XXXXXX")
trap 'rm -rf "$work"' EXIT
cp "$here/package.json" "$here/select.mjs" "$work/"
cd "$work"
npm install --no-package-lock --ignore-scripts --no-audit --no-fund --silent
node select.mjs node_modules/dkfds "$here/../wwwroot/dkfds"

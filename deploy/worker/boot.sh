#!/bin/bash
# Builds Beam's boot, the entry point of a worker, into a folder: boot.sh FOLDER. Go's checksum database vouches for what is fetched.
set -euo pipefail
to=$(mkdir -p "$1" && cd "$1" && pwd)
module=$(cat "$(dirname "$0")/boot.module")
command -v go > /dev/null || { echo "Go is missing, which Beam's boot is built with: https://go.dev/dl" >&2; exit 1; }

CGO_ENABLED=0 GOBIN="$to" go install -trimpath -ldflags="-s -w" "$module"
mv "$to/container" "$to/boot"

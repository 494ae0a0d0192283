#!/bin/bash
# Builds Beam's boot, the entry point of a worker, into a folder: boot.sh typescript|python|java FOLDER.
# The version is pinned; Go's checksum database vouches for what is fetched.
set -euo pipefail
module=$(cat "$(dirname "$0")/boot.$1")
mkdir -p "$2"
to=$(cd "$2" && pwd)
command -v go > /dev/null || { echo "Go is missing, which Beam's boot is built with: https://go.dev/dl" >&2; exit 1; }

CGO_ENABLED=0 GOBIN="$to" go install -trimpath -ldflags="-s -w" "$module"
mv "$to/container" "$to/boot"

#!/bin/bash
# Builds Beam's boot, the entry point of a worker, into a folder: boot.sh typescript|python|java FOLDER.
# boot/LANGUAGE/go.mod pins Beam's version, what boot is made of (newer than Beam's own list, which has known weaknesses), and Go itself;
# go.sum holds every module's digest, Go's checksum database vouches for both. The same bytes on every machine of one kind.
set -euo pipefail
pinned=$(cd "$(dirname "$0")/boot/$1" && pwd)
mkdir -p "$2"
to=$(cd "$2" && pwd)
command -v go > /dev/null || { echo "Go is missing, which Beam's boot is built with: https://go.dev/dl" >&2; exit 1; }
[ -n "$(go env GOTOOLCHAIN)" ] || { echo "$(go version) is too old: 1.21 or newer, which brings the pinned one: https://go.dev/dl" >&2; exit 1; }

cd "$pinned"
GOTOOLCHAIN=$(sed -n 's/^toolchain //p' go.mod) CGO_ENABLED=0 go build -mod=readonly -buildvcs=false -trimpath -ldflags="-s -w" \
  -o "$to/boot" "$(sed -n 's/^tool //p' go.mod)"

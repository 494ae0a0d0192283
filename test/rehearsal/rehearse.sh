#!/bin/bash
# `make rehearse`: prepares what is missing, which may need the network, then rehearses in a network that has a loopback address alone.
# Where this machine does not allow that, the summary says so. `rehearse.sh SCRIPT`: the same for another program that runs the staged graph.
set -euo pipefail
cd "$(dirname "$0")/../.."
node -r ts-node/register test/rehearsal/prepare.ts

rehearsal=(node -r ts-node/register "${1:-test/rehearsal/main.ts}")
loopback=(unshare -rn build/python/bin/python test/rehearsal/in_loopback.py)
if "${loopback[@]}" true 2> /dev/null; then
  export REHEARSAL_NETWORK=loopback
  exec "${loopback[@]}" "${rehearsal[@]}"
fi
exec "${rehearsal[@]}"

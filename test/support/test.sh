#!/bin/bash
# `make test`: format, lint and types, then every test on the Node that is installed and on the others of 20, 22 and 24.
# Ends with the counts of all runs on a line of their own.
set -uo pipefail
cd "$(dirname "$0")/../.."

say() { printf '\n── %s\n' "$*"; }
failed=0
mkdir -p build
export TEST_COUNTS="$PWD/build/test-counts.ndjson"
rm -f "$TEST_COUNTS"

say "format and lint"
npx biome check --error-on-warnings . || failed=1

say "types"
npx tsc --noEmit || failed=1

say "tools for the tests"
node -r ts-node/register test/support/setup.ts || failed=1

say "tests on Node $(node --version)"
npx mocha || failed=1

# The other versions side by side: each waits for its emulators more than it works.
others=()
for major in 20 22 24; do
  [[ $(node --version) == v$major.* ]] && continue
  node="$PWD/build/nodes/node_modules/node-$major/bin/node"
  if [ -x "$node" ]; then
    "$node" node_modules/mocha/bin/mocha.js > "build/test-node-$major.log" 2>&1 &
    others+=("$major:$!")
  else
    say "SKIPPED: Node $major cannot be had from npm for this platform"
    echo '{"passed":0,"failed":0,"skipped":1,"reasons":["no Node '"$major"' for this platform"]}' >> "$TEST_COUNTS"
  fi
done
for other in "${others[@]}"; do
  wait "${other#*:}" || failed=1
  say "tests on Node ${other%:*}"
  cat "build/test-node-${other%:*}.log"
done

say "all runs"
node test/support/sum-counts.js "$TEST_COUNTS" "$failed"

#!/bin/bash
# Builds the folder of the worker image: build.sh [FOLDER], by default build/worker. It is the same here and in the image's build.
# Needs the packages of `npm ci`, and Go or a boot that is built already (BOOT=its path). What has not changed is not built again.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=deploy/worker
to=${1:-build/worker}
package=$to/node_modules/regulated-streaming-pipeline

digest() { # of files, by name and content
  find "$@" -type f ! -name '*.map' -print0 | sort -z | xargs -0 sha256sum | sha256sum
}

# part NAME BUILD INPUT…: runs BUILD where the inputs differ from the last time's. The stamp comes last: a kill leaves nothing that looks ready.
part() {
  local stamp=$to/.made/$1 build=$2 now
  shift 2
  now=$(digest "$@")
  [ "$now" = "$(cat "$stamp" 2> /dev/null)" ] && return
  rm -f "$stamp"
  "$build"
  echo "$now" > "$stamp"
}

boot() {
  if [ -n "${BOOT:-}" ]; then cp "$BOOT" "$to/boot"; else "$here/boot.sh" typescript "$to"; fi
}

packages() {
  node "$here/packages.js" "$to"
  rm -f "$to/.made/project"
}

# The modules that register functions for workers, what these import, and what before.js needs.
project() {
  local registering config=$to/.made/tsconfig.json
  registering=$(grep -rlF --include='*.ts' 'requireForSerialization(' pipeline | sed "s#.*#\"$PWD/&\"#" | paste -sd,)
  echo "{ \"extends\": \"$PWD/$here/tsconfig.json\", \"files\": [$registering, \"$PWD/deploy/defects.ts\"] }" > "$config"
  rm -rf "$package.new"
  node_modules/.bin/tsc --project "$config" --outDir "$package.new" >&2
  cp package.json LICENSE "$package.new/"
  rm -rf "$package"
  mv "$package.new" "$package"
  cp -R "$here/folder/." "$to/"
}

mkdir -p "$to/.made"
if command -v flock > /dev/null; then exec 9> "$to/.made/lock" && flock 9; fi
part boot boot "$here/boot.sh" "$here/boot/typescript"
part packages packages package-lock.json "$here/packages.js" "$here/left-out.json"
part project project package.json "$here"/{tsconfig.json,folder} tsconfig.json pipeline transforms schemas deploy/deployment{.ts,} deploy/rules{.ts,}
node "$to/check.js"

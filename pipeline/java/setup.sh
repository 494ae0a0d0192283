#!/bin/bash
# Brings Beam's Java into build/java: the jars that pom.xml asks Maven for, each held against jars.sha256, and the classes of its sources.
# 165 MB the first time, a second afterwards. UPDATE=1 writes jars.sha256 anew, after a change of pom.xml.
set -euo pipefail
cd "$(dirname "$0")/../.."

home=pipeline/java
list=$home/jars.sha256
into=build/java

say() { echo "$*" >&2; exit 1; }
fetch() {
  command -v mvn > /dev/null || say "Maven is missing, which fetches Beam's Java: https://maven.apache.org/install.html (Debian: maven)"
  echo "fetching Beam's Java into $into (165 MB)"
  rm -rf "$into"
  mkdir -p "$into"
  mvn --quiet --batch-mode --file $home/pom.xml dependency:copy-dependencies -DincludeScope=runtime \
    -DoutputDirectory="$PWD/$into/jars" > "$into/mvn.log" 2>&1 || say "Maven cannot fetch it: $into/mvn.log says why"
}
# Every jar of the list, each as it should be, and no other.
as_listed() { diff -q <(cd "$into/jars" 2> /dev/null && LC_ALL=C sha256sum -- *) "$list" > /dev/null 2>&1; }

command -v javac > /dev/null || say "A JDK, 11 or newer, is missing: https://adoptium.net (Debian: default-jdk-headless)"
if [ -n "${UPDATE:-}" ]; then
  fetch
  (cd "$into/jars" && LC_ALL=C sha256sum -- *) > "$list"
fi
as_listed || fetch
as_listed || say "a jar is not what $list says, or one is missing or too many: hold $into/jars against it"

sources=("$home/Service.java" "$home/StorageWrite.java")
made_from="$(cat "$list" "${sources[@]}" | sha256sum)"
[ "$(cat "$into/.made-from" 2> /dev/null || true)" = "$made_from" ] && exit 0
rm -rf "$into/classes"
javac --release 11 -nowarn -cp "$into/jars/*" -d "$into/classes" "${sources[@]}"
# By this Beam finds it.
services=$into/classes/META-INF/services
mkdir -p "$services"
echo StorageWrite > "$services/org.apache.beam.sdk.schemas.transforms.SchemaTransformProvider"
echo "$made_from" > "$into/.made-from"

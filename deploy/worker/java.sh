#!/bin/bash
# Lays the folder of the Java worker's image out of what `make java` has brought: java.sh FOLDER, which becomes /opt/apache/beam. Boot wants
# some jars by names without versions, and is told of all others, one by one, by a file of options.
set -euo pipefail
cd "$(dirname "$0")/../.."
from=build/java
to=$1
beam=/opt/apache/beam

mkdir -p "$to/jars" "$to/options"
cp "$from"/jars/*.jar "$to/jars/"
cp -R "$from/classes" "$to/"
for name in beam-sdks-java-harness jamm slf4j-api slf4j-jdk14; do
  mv "$to/jars/$name"-[0-9]*.jar "$to/jars/$name.jar"
done
{
  printf '{"name":"classpath","enabled":true,"options":{"classpath":["%s/classes/"' "$beam"
  for jar in "$to"/jars/*.jar; do printf ',"%s/jars/%s"' "$beam" "${jar##*/}"; done
  printf ']}}\n'
} > "$to/options/option-classpath.json"

#!/bin/bash
# Brings DuckDB's extension httpfs, whose OpenSSL encrypts a table, into build/duckdb: by version and SHA-256, from PyPI. DuckDB itself
# sees to its signature as it loads it. 7 MB the first time, nothing afterwards. PYTHON names the interpreter; python3 is the default.
set -euo pipefail
cd "$(dirname "$0")/../../.."

lock=deploy/files/duckdb/httpfs.txt
into=build/duckdb
python=${PYTHON:-python3}

say() { echo "$*" >&2; exit 1; }
version=v$(sed -n 's/^duckdb-extension-httpfs==\([0-9.]*\).*/\1/p' $lock)
[ -s "$into/$version/httpfs.duckdb_extension" ] && exit 0
if [ -x build/python/bin/python ]; then python=build/python/bin/python; fi
"$python" -m pip --version > /dev/null 2>&1 || say "$python has no pip, which brings DuckDB's extension (Debian: python3-pip; or make setup)"

draft=$into/draft.$$
trap 'rm -rf "$draft"' EXIT
mkdir -p "$draft"
"$python" -m pip download --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary :all: -r $lock -d "$draft" \
  || say "pip cannot bring what $lock names: is there a network, and is this Linux or macOS on x86_64 or ARM?"
"$python" -m zipfile -e "$draft"/*.whl "$draft"
mkdir -p "$into/$version"
mv "$draft/duckdb_extension_httpfs/extensions/$version/httpfs.duckdb_extension" "$into/$version/"
echo "DuckDB's extension httpfs $version is in $into"

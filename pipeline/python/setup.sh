#!/bin/bash
# Installs the Python side into build/python: a venv with apache-beam and what it needs, by the hashes of requirements.txt.
# Quick the second time. PYTHON names the interpreter, 3.10 to 3.14; python3 is the default.
set -euo pipefail
cd "$(dirname "$0")/../.."

lock=pipeline/python/requirements.txt
venv=build/python
python=${PYTHON:-python3}

say() { echo "$*" >&2; exit 1; }
command -v "$python" > /dev/null || say "Python 3.10 or newer is missing: https://www.python.org/downloads (or name it: make setup PYTHON=…)"
"$python" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 14))' \
  || say "$("$python" --version 2>&1) will not do: apache-beam needs Python 3.10 to 3.14 (name one: make setup PYTHON=…)"

made_from="$(sha256sum < "$lock") $("$python" --version)"
[ "$(cat "$venv/.made-from" 2> /dev/null || true)" = "$made_from" ] && exit 0

echo "installing Beam's Python into $venv (about a minute)"
rm -rf "$venv"
"$python" -m venv "$venv" || say "$python cannot make a venv: install its venv module (Debian: python3-venv)"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r "$lock"
echo "$made_from" > "$venv/.made-from"

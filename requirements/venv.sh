#!/bin/sh
# Makes a virtual environment with the first Python that is new enough: `venv.sh DIR`. PYTHON names one to use instead.
set -eu

new_enough='import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))'

for python in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
  if "$python" -c "$new_enough" >/dev/null 2>&1; then
    exec "$python" -m venv "$1"
  fi
done

echo "comity: needs Python 3.11 or newer, with its venv module; found none of: ${PYTHON:-python3, python3.11 to python3.14}" >&2
echo "comity: install one (on Debian and Ubuntu: apt install python3 python3-venv), or say which: make PYTHON=/path/to/python3" >&2
exit 1

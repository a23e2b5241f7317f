#!/bin/sh
# Installs the peers that bench compares with, each in its own environment under bench/.peers: `make bench-peers`.
# Needs a Python with wheels of them (PYTHON, else the one of .venv), npm for Portkey, and a registry for each.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-../.venv/bin/python}

for list in peers/*.txt; do
  name=$(basename "$list" .txt)
  if [ ".peers/$name/.made" -nt "$list" ]; then continue; fi
  echo "bench: installing $name into bench/.peers/$name"
  "$python" -m venv --clear ".peers/$name"
  if ".peers/$name/bin/python" -m pip --disable-pip-version-check --no-input install -qq --no-deps -r "$list"
  then touch ".peers/$name/.made"
  else echo "bench: $name is not to be had here; its row will be missing" >&2
  fi
done

if [ ".peers/portkey/.made" -nt peers/portkey/package-lock.json ]; then exit 0; fi
echo "bench: installing portkey into bench/.peers/portkey"
mkdir -p .peers/portkey
cp peers/portkey/package.json peers/portkey/package-lock.json .peers/portkey/
if command -v npm > /dev/null && npm ci --prefix .peers/portkey --ignore-scripts --no-audit --no-fund --loglevel error
then touch .peers/portkey/.made
else echo "bench: portkey needs npm; its row will be missing" >&2
fi

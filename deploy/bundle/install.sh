#!/bin/sh
# Installs Comity from this folder, without a network: `sh install.sh /opt/comity`. PYTHON names the Python to use.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
python=${PYTHON:-python3}
wanted=$(cat "$here/PYTHON")

if [ $# -ne 1 ]; then
  echo "usage: sh install.sh DIR" >&2
  exit 2
fi
has=$("$python" -c 'import platform, sys; print(*sys.version_info[:2], sep=".", end=" ");
print(platform.system(), platform.machine())')
if [ "$has" != "$wanted" ]; then
  echo "comity: this bundle is for Python $wanted; $python is $has. Say which: PYTHON=/path/to/python3 sh install.sh $1" >&2
  exit 1
fi
sh "$here/verify.sh"
"$python" -m venv "$1"
# Neither a configuration of pip nor the environment may name an index.
env -i PATH="$PATH" PIP_CONFIG_FILE=/dev/null "$1/bin/python" -m pip install --disable-pip-version-check --no-input \
  --quiet --no-index --find-links "$here/wheels" --require-hashes --no-deps -r "$here/requirements.txt"
"$1/bin/comity" --version

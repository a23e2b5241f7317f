#!/bin/sh
# Resolves the dependencies of pyproject.toml into requirements/*.txt: exact versions with the hashes of every file of
# them, for every platform and every Python from 3.11 on. The files name no registry, so that any mirror serves.
set -eu
cd "$(dirname "$0")/.."

tool=$(mktemp -d)
trap 'rm -rf "$tool"' EXIT
python3 -m venv "$tool/venv"
"$tool/venv/bin/python" -m pip --disable-pip-version-check install --quiet "uv>=0.9"

compile() {
  "$tool/venv/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
    --custom-compile-command "make lock" --no-annotate --no-emit-index-url --no-emit-find-links "$@"
}

compile pyproject.toml --extra serve --extra node -o requirements/gateway.txt
compile pyproject.toml --extra all -c requirements/gateway.txt -o requirements/all.txt
compile --group dev -c requirements/all.txt -o requirements/dev.txt
compile --group build -c requirements/dev.txt -o requirements/build.txt
compile --group sbom -c requirements/dev.txt -o requirements/sbom.txt
compile --group helm -c requirements/dev.txt -o requirements/helm.txt
compile --group oscal -o requirements/oscal.txt
compile --group interop -o requirements/interop.txt

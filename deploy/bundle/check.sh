#!/bin/sh
# Whether a bundle installs into an empty environment and works there: `check.sh BUNDLE.tar`. Nothing of it stays.
set -eu
bundle=$(CDPATH='' cd -- "$(dirname -- "$1")" && pwd)/$(basename -- "$1")
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

tar -xf "$bundle" -C "$place"
sh "$place"/comity-*/install.sh "$place/installed"
cd "$place"
cp comity-*/examples/two-upstreams.yaml .
env -i PATH="$PATH" "$place/installed/bin/comity" check -c two-upstreams.yaml
env -i PATH="$PATH" "$place/installed/bin/comity" law test eu.gdpr | tail -n 1

#!/bin/sh
# Whether this folder holds what SHA256SUMS lists, and nothing else. Needs sha256sum alone.
set -eu
cd -- "$(dirname -- "$0")"

sha256sum --check --strict --quiet SHA256SUMS

# A file that the list does not name could be one that somebody added.
listed=$(cut -c 67- SHA256SUMS)
found=$(find . ! -type d ! -name SHA256SUMS | sed 's|^\./||' | LC_ALL=C sort)
if [ "$listed" != "$found" ]; then
  echo "comity: there are files that SHA256SUMS does not list, or links:" >&2
  printf '%s\n' "$listed" "$found" | LC_ALL=C sort | uniq -u >&2
  exit 1
fi
echo "every file is as SHA256SUMS says; its own digest, to be compared with the one that you were told:"
sha256sum SHA256SUMS

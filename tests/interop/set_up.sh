#!/bin/sh
# Sets up the foreign programs of `make interop` below a folder: `set_up.sh DIR`. What cannot be had here is left out, and
# said; the run then says of that verifier that it was not run.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
there=$(cd "$1" && pwd)
say() { echo "comity: interop: $*" >&2; }

# aics-witness asks for Python 3.12; the newest that runs is taken, a version manager's too, which may hide them
newest() {
  new_enough='import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))'
  managed=$(command -v pyenv >/dev/null 2>&1 && pyenv root 2>/dev/null || echo "${PYENV_ROOT:-$HOME/.pyenv}")
  for python in ${PYTHON:-} python3.14 python3.13 python3.12 python3 "$managed"/versions/3.1[2-9]*/bin/python3; do
    if "$python" -c "$new_enough" >/dev/null 2>&1; then
      echo "$python"
      return
    fi
  done
  say "no Python 3.12 or newer: aics-witness will not run"
  echo "$there/../bin/python"
}

python() {
  "$(newest)" -m venv --clear "$there/python" &&
    "$there/python/bin/python" -m pip --disable-pip-version-check --no-input install -qq --require-hashes --no-deps \
      -r "$here/../../requirements/interop.txt"
}

# golang.org/x/mod comes from Debian's package, whose signature apt has checked: installed, or unpacked here
go_module() {
  [ -d /usr/share/gocode/src/golang.org/x/mod/sumdb ] && return
  rm -rf "$there/debian" && mkdir "$there/debian" && cd "$there/debian" &&
    apt-get download -qq golang-golang-x-mod-dev >/dev/null 2>&1 &&
    dpkg-deb -x golang-golang-x-mod-dev_*.deb . &&
    dpkg-deb -f golang-golang-x-mod-dev_*.deb Version >version
}

javascript() {
  command -v node >/dev/null && command -v npm >/dev/null &&
    mkdir -p "$there/npm" && cp "$here"/npm/* "$there/npm/" &&
    (cd "$there/npm" && npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error >/dev/null)
}

(python) || say "no Python packages could be installed: Go, aics-witness and cwt will not run"
(go_module) || say "golang-golang-x-mod-dev cannot be had (it is Debian's): Go will not run"
(javascript) || say "no node, or no packages for it: @transmute/cose will not run"

#!/bin/bash
# Runs the program that builds, once this instance is set up. 75 (EX_TEMPFAIL): not ready yet, try again later.
set -eu
export PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root

if [[ ! -e /var/lib/galley/ready && ${1:-} != self-test ]]; then
  echo "galley-build: this instance is still being set up, see /var/log/galley/setup.log" >&2
  exit 75
fi
# Compiling the bundle anew for every build takes a tenth of a second.
export NODE_COMPILE_CACHE=/var/lib/galley/compile-cache
exec node /usr/local/lib/galley/galley-build.mjs "$@"

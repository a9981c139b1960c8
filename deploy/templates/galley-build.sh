#!/bin/bash
# Runs the program that builds, once cloud-init has set this instance up. 75 (EX_TEMPFAIL): not ready, try later.
set -eu

if [[ ! -e /var/lib/galley/ready ]]; then
  echo "galley-build: this instance is still being set up, see /var/log/galley/setup.log" >&2
  exit 75
fi
exec /usr/bin/node /usr/local/lib/galley/galley-build.mjs "$@"

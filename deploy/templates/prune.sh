#!/bin/bash
# Forgets image layers older than so many hours, and all that no container uses when the disk is nearly full.
set -euo pipefail
readonly HOURS=$1 FULL_PERCENT=80

podman image prune --all --force --filter "until=${HOURS}h"
used=$(df --output=pcent /var/lib/containers | tail -n 1 | tr -dc 0-9)
if ((used >= FULL_PERCENT)); then podman image prune --all --force; fi

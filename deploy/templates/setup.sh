#!/bin/bash
# Sets up an Oracle Linux 9 machine as Build Instance. Every step may be repeated; the ready marker is written last.
set -euo pipefail
export PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root

readonly LIB=/usr/local/lib/galley STATE=/var/lib/galley LOG=/var/log/galley/setup.log
readonly SUDOERS=/etc/sudoers.d/101-oracle-cloud-agent-run-command

mkdir -p "$LIB" "$STATE" "${LOG%/*}"
exec > >(tee -a "$LOG") 2>&1

# shellcheck source=/dev/null
source /etc/galley/setup.env

# Mirrors and IAM have bad minutes at boot. Usage: retry <times> <command...>
retry() {
  local times=$1 n
  shift
  for ((n = 1; n <= times; n++)); do
    if "$@"; then return 0; fi
    echo "attempt $n of $times failed: $*"
    sleep 15
  done
  return 1
}

# The image's root file system is smaller than its volume.
grow_disk() {
  if [[ -x /usr/libexec/oci-growfs ]]; then /usr/libexec/oci-growfs -y; fi
}

# All from Oracle's repositories: OCNE's for kubectl and helm, the developer one for the OCI CLI.
install_packages() {
  retry 5 dnf -y install dnf-plugins-core oracle-ocne-release-el9 oraclelinux-developer-release-el9
  dnf config-manager --enable ol9_olcne19 ol9_developer
  dnf -y module enable nodejs:24
  retry 5 dnf -y install podman git jq nodejs kubectl helm python39-oci-cli
}

# The grant to read it may take minutes to arrive, so this waits up to half an hour.
fetch_program() {
  local file=$LIB/galley-build.mjs
  if [[ -f $file ]] && sha256sum --status -c <<<"$BUNDLE_SHA256  $file"; then return 0; fi
  retry 120 oci os object get --auth instance_principal --namespace-name "$BUNDLE_NAMESPACE" \
    --bucket-name "$BUNDLE_BUCKET" --name "$BUNDLE_OBJECT" --file "$file.new"
  sha256sum -c <<<"$BUNDLE_SHA256  $file.new"
  chmod 0644 "$file.new"
  mv "$file.new" "$file"
}

# What a command will do, tried once and by the same way. Registry and bucket answer when the grants have arrived.
self_test() {
  visudo -cf "$SUDOERS"
  # The agent makes its user when it first starts; until then there is nobody to try it as.
  if getent passwd ocarun; then
    retry 40 runuser -u ocarun -- sudo -n galley-build self-test
  else
    retry 40 galley-build self-test
  fi
}

main() {
  echo "setup starts: $(date -u +%FT%TZ)"
  rm -f "$STATE/ready"
  grow_disk
  install_packages
  fetch_program
  systemctl enable --now galley-prune.timer
  self_test
  touch "$STATE/ready"
  # Last, so that the first command it fetches finds the instance ready.
  systemctl restart oracle-cloud-agent
  echo "setup is done: $(date -u +%FT%TZ)"
}

main

#!/usr/bin/env bash
# Unpacks Debian's Cyrus IMAP beside the system: as a package it cannot be installed together with Dovecot.
# Usage: tests/servers/fetch_cyrus.sh [FOLDER]; else $MAILD_TEST_CYRUS, else maild-test-cyrus below the temporary folder.
# Needs package lists (apt-get update) and the mirror this machine is configured for. Does nothing where it is there.
set -euo pipefail

folder=${1:-${MAILD_TEST_CYRUS:-${TMPDIR:-/tmp}/maild-test-cyrus}}
[ -x "$folder/usr/lib/cyrus/bin/imapd" ] && exit 0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/root"
cd "$work"
# What Cyrus needs beyond what Debian always has; what this machine has installed already is not unpacked.
wanted=(cyrus-imapd cyrus-common)
for name in $(apt-cache depends --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances \
    cyrus-common cyrus-imapd libclamav12 | awk '$1 == "Depends:" && $2 ~ /^lib/ {print $2}' | sort -u); do
  dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'install ok installed' || wanted+=("$name")
done
for name in "${wanted[@]}"; do
  apt-get -qq -o APT::Sandbox::User=root download "$name"
done
for package in ./*.deb; do
  dpkg -x "$package" root
done
mkdir -p "$(dirname "$folder")"
rm -rf "$folder"
mv root "$folder"
chmod -R a+rX "$folder"

#!/bin/sh
# Install the Debian programs that the tests talk to, where that may be done: as root, with apt.
set -eu
list="$(dirname "$0")/debian-packages.txt"
missing=""
for package in $(cat "$list"); do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing for the tests:$missing"
    export DEBIAN_FRONTEND=noninteractive
    apt-get -qq update
    # shellcheck disable=SC2086
    apt-get -qq install -y --no-install-recommends $missing >/dev/null
else
    echo "not installed, so some tests will be skipped:$missing"
fi

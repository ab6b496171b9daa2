#!/bin/sh
# Tell Knot about each new release: look once a second where `latest` points, and reload when it moved.
# usage: follow.sh RELEASES_FOLDER [knotc arguments, as: -c /etc/fanzha/knot.conf]
set -eu
latest="$1/latest"; shift
before=
while :; do
    now=$(readlink "$latest" || true)
    if [ "$now" != "$before" ] && knotc "$@" zone-reload; then before=$now; fi
    sleep 1
done

#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# zebras.sh [SUITE...] - the FRR (and GoBGP) of Debian's other suites, each unpacked with what it
# needs into a root folder of its own: what `make check` with FRR_ROOT, and make bench, run.
#
#   /var/cache/grevy-zebras/SUITE     GREVY_ZEBRAS_DIR names another folder
#
# Only unpacked: no script of a package runs, nothing of this machine changes. A root that is
# there is kept; that of sid is made anew after 14 days, and the last good one stays if that
# fails. For each suite one line: "SUITE VERSION FOLDER", or "SUITE - WHY NOT".
# Exit: 0 all there, 3 a mirror no longer serves a suite, 1 anything else.
set -uo pipefail
work=${GREVY_ZEBRAS_DIR:-/var/cache/grevy-zebras}
read -ra mirrors <<<"${GREVY_MIRRORS:-http://deb.debian.org/debian http://archive.debian.org/debian}"
recipe=1 # of what this script makes: a root of another number is made anew
fresh_days=14
[ $# != 0 ] || set -- bullseye trixie sid
export LC_ALL=C

version_of() { chroot "$1" /usr/lib/frr/zebra --version 2>/dev/null | sed -n 's/^zebra version \([^ ]*\).*/\1/p'; }

# is_good SUITE: of this recipe, its zebra runs, and, where the suite goes on, it is not old.
is_good() {
    [ "$(cat "$work/$1/grevy-recipe" 2>/dev/null)" = $recipe ] || return 1
    [ -n "$(version_of "$work/$1")" ] || return 1
    [ "$1" != sid ] || [ -z "$(find "$work/$1/grevy-recipe" -mtime +$fresh_days)" ]
}

# mirror_of SUITE: the first that serves it, in $mirror. Return: 3 when all say that they do not;
# 1 when one of them said anything else, or nothing, which is in the suite's log then.
mirror_of() {
    local said served=3
    for mirror in "${mirrors[@]}"; do
        said=$(wget --spider --server-response --tries=3 --timeout=20 "$mirror/dists/$1/InRelease" 2>&1) && return 0
        if ! grep -qE '^ *HTTP/[0-9.]+ (404|410)' <<<"$said"; then
            served=1
            printf '%s\n' "$said" >"$work/$1.log"
        fi
    done
    return $served
}

unpack() {
    local suite=$1 root=$work/$1.new deb
    rm -rf "$root"
    debootstrap --foreign --variant=minbase --include=frr,gobgpd "$suite" "$root" "$mirror" || return 1
    for deb in "$root"/var/cache/apt/archives/*.deb; do
        dpkg-deb -x "$deb" "$root" || return 1
    done
    rm -rf "$root"/{debootstrap,var/cache/apt,usr/share/{doc,man,locale,info}}
    # What a lab mounts its own over.
    mkdir -p "$root"/{etc/frr,var/lib/frr,var/log/frr,var/tmp}
    touch "$root/etc/passwd" "$root/etc/group"
    # What scripts of the packages would have made: FRR 7.5 lives in /var/run, vtysh asks PAM.
    rm -rf "$root/var/run" && ln -s /run "$root/var/run" || return 1
    printf '%s required pam_permit.so\n' auth account session | tee "$root/etc/pam.d/frr" >"$root/etc/pam.d/other"
    [ -n "$(version_of "$root")" ] || return 1
    echo $recipe >"$root/grevy-recipe"
    rm -rf "${work:?}/$suite"
    mv "$root" "$work/$suite"
}

# one SUITE: its line; the status of the script for it.
one() {
    local suite=$1 status=0 version
    if ! is_good "$suite"; then
        mirror_of "$suite" || status=$?
        if [ $status = 0 ]; then
            unpack "$suite" >"$work/$suite.log" 2>&1 || status=1
        fi
        rm -rf "${work:?}/$suite.new"
    fi
    version=$(version_of "$work/$suite")
    if [ -n "$version" ]; then
        echo "$suite $version $work/$suite"
        return 0
    fi
    case $status in
    3) echo "$suite - no longer served by ${mirrors[*]}" ;;
    *) echo "$suite - cannot be had, see $work/$suite.log: $(grep . "$work/$suite.log" 2>/dev/null | tail -n 1)" ;;
    esac
    return $status
}

[ "$(id -u)" = 0 ] || {
    echo "tests/zebras.sh unpacks root folders: run it as root" >&2
    exit 1
}
mkdir -p "$work" || exit 1
exec 9>"$work/lock"
flock 9
worst=0
for suite; do
    status=0
    one "$suite" || status=$?
    if [ $status = 1 ] || [ $worst = 0 ]; then worst=$status; fi
done
exit "$worst"

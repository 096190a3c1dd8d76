# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# deps.sh - sourced by demo.sh and check.sh: the Debian packages that each of them needs, and how
# they are installed. Nothing is asked of apt when all are there. a|b: one of them will do.
# shellcheck disable=SC2034 # whoever sources this picks from the lists
deps_build=(gcc libc6-dev make autoconf automake pkg-config\|pkgconf libevent-dev
    libcurl4-openssl-dev libjson-c-dev libyaml-dev libzmq3-dev libmnl-dev nettle-dev
    libedit-dev tar xz-utils)
deps_lab=(frr bird2 iproute2 iputils-ping procps python3 util-linux kmod nftables curl)
deps_demo=(bind9-dnsutils)
# For tests/kube/build.sh: the last three only where there is no Go.
deps_kube=(ca-certificates debootstrap debian-archive-keyring gpgv)
deps_check=(libcmocka-dev openssl tmux python3-h2 clang libclang-rt-dev\|libclang-rt-14-dev llvm clang-format clang-tidy cppcheck shellcheck mandoc gcovr git
    debootstrap debian-archive-keyring gpgv wget ca-certificates)
# The BGP speakers of others (bird2 and frr are there already), and what reads the packets of ours: tests/e2e/bgp_*.sh;
# what reads our vty: vtysh_exporter.sh.
deps_bgp=(openbgpd exabgp gobgpd tcpdump tshark prometheus-frr-exporter)
# What asks and takes addresses by hand: tests/e2e/l2_*.sh.
deps_l2=(arping ndisc6)

# deps_have PACKAGE: one of a|b is installed.
deps_have() {
    local package
    for package in ${1//|/ }; do
        # shellcheck disable=SC2016 # dpkg's own variable
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" != installed ] || return 0
    done
    return 1
}

# A package that is installed may start its service at once. FRR's would take hold of this
# machine's own routes: policy-rc.d has Debian's tools leave it alone, and it is not enabled for
# the next boot. An FRR that was here before is not touched.
deps_policy=/usr/sbin/policy-rc.d
deps_guard_end() {
    [ -z "${deps_guarded-}" ] || rm -f "$deps_policy"
    deps_guarded=
}
deps_guard() {
    [ ! -e "$deps_policy" ] || return 0
    printf '#!/bin/sh\n# for the time of an installation by grevy: start nothing\nexit 101\n' >"$deps_policy"
    chmod 755 "$deps_policy"
    deps_guarded=1
}

# deps_install PACKAGE...: as root. Return: 0, or apt's status; what apt said is shown if it failed.
deps_install() {
    local package missing=() status=0 new_frr='' log
    for package; do
        deps_have "$package" || missing+=("${package%%|*}")
    done
    [ ${#missing[@]} != 0 ] || return 0
    command -v apt-get >/dev/null || {
        echo "these Debian packages are missing, and there is no apt-get here: ${missing[*]}" >&2
        return 1
    }
    echo "installing ${missing[*]}"
    [[ " ${missing[*]} " != *' frr '* ]] || new_frr=1
    log=$(mktemp)
    deps_guard
    trap 'deps_guard_end; exit 130' INT TERM
    {
        DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 update &&
            DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 \
                --no-install-recommends install "${missing[@]}"
    } >"$log" 2>&1 </dev/null || status=$?
    trap - INT TERM
    deps_guard_end
    if [ -n "$new_frr" ] && [ $status = 0 ]; then
        systemctl disable frr.service >>"$log" 2>&1 ||
            update-rc.d frr disable >>"$log" 2>&1 || :
        echo "FRR was installed for the tests; its service is off (systemctl enable --now frr)"
    fi
    [ $status = 0 ] || tail -n 40 "$log" >&2
    rm -f "$log"
    return $status
}

# source_copy FROM TO: the files of the tree, with their times, and ./configure. The tree itself
# stays as it is: nothing of root's in it, and no matter how it was configured.
source_copy() {
    rm -rf "$2"
    mkdir -p "$2"
    (cd "$1" && build-aux/files.sh) | tar -cf - -C "$1" -T - | tar -xf - --no-same-owner -C "$2"
    (cd "$2" && ./autogen.sh)
}

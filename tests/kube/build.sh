#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# build.sh - the programs of tests/kube: kubelab (etcd, kube-apiserver, kube-controller-manager and
# words of ours), kubectl of the same release, helm, MetalLB's controller, a small informer; and the
# fault proxy of tests/fake/kube_proxy with its own tests. Prints the folder that has them. Built once
# for what the sources and go.sum say, minutes; then it only looks, seconds.
#
#   /var/cache/grevy-kube      GREVY_KUBE_DIR names another folder: bin-*, modules, Go's cache
#
# `go` of this machine from 1.21 on, which fetches the release that go.mod names if it is older; else
# that of Debian trixie, unpacked here. Where Go gets modules from is the user's own GOPROXY.
# Exit: 0 all there, 3 modules cannot be had, 1 anything else.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=${GREVY_KUBE_DIR:-/var/cache/grevy-kube}
read -ra mirrors <<<"${GREVY_MIRRORS:-http://deb.debian.org/debian}"
programs=(kubelab kubectl informer helm metallb kube_proxy kube_proxy_test)
export LC_ALL=C

say() { printf '%s\n' "$*" >&2; }

# What is built follows from these files, and from nothing else that the caller has set.
key() { (cd "$here" && find . ../fake/kube_proxy -name '*.go' -o -name 'go.*' -o -name build.sh | sort | xargs sha256sum) | sha256sum | cut -c1-16; }

# go_of COMMAND: it is there, and new enough to fetch a newer one.
go_of() {
    local version
    version=$("$1" env GOVERSION 2>/dev/null) || return 1
    printf '1.21\n%s\n' "${version#go}" | sort -VC
}

# The Go of trixie, as it lies in its package: no script of it runs.
go_trixie() {
    local root=$work/trixie mirror deb
    go=$root/usr/lib/go/bin/go
    ! go_of "$go" || return 0
    for mirror in "${mirrors[@]}"; do
        rm -rf "$root"
        debootstrap --foreign --variant=minbase --include=golang-go trixie "$root" "$mirror" || continue
        for deb in "$root"/var/cache/apt/archives/golang*.deb; do
            dpkg-deb -x "$deb" "$root"
        done
        rm -rf "$root"/{debootstrap,var/cache/apt,var/lib/apt}
        ! go_of "$go" || return 0
    done >&2
    say "neither a Go from 1.21 on here, nor trixie's from ${mirrors[*]}"
    return 1
}

# gobuild MODULE OUTPUT PACKAGE [LDFLAGS]: no debug information, which would double Go's cache.
gobuild() {
    cd "$here/$1"
    "$go" list -deps "$3" >/dev/null || exit 3
    "$go" build -o "$bin/$2" -gcflags=all=-dwarf=false -ldflags "-s -w ${4-}" "$3"
}

build() {
    local release stamp v=k8s.io/component-base/version
    release=$(sed -n 's,^\tk8s.io/kubernetes \(v[0-9.]*\)$,\1,p' "$here/go.mod")
    [ -n "$release" ]
    stamp="-X $v.gitVersion=$release -X $v.gitMajor=1 -X $v.gitMinor=$(cut -d. -f2 <<<"$release") -X $v.gitTreeState=clean"
    gobuild . kubelab ./kubelab "$stamp"
    gobuild . kubectl k8s.io/kubernetes/cmd/kubectl "$stamp"
    gobuild . informer ./informer
    gobuild helm helm helm.sh/helm/v3/cmd/helm
    gobuild metallb metallb go.universe.tf/metallb/controller
    gobuild ../fake/kube_proxy kube_proxy .
    (cd "$here/../fake/kube_proxy" && "$go" test -c -o "$bin/kube_proxy_test")
}

# is_good BIN: built to its end, and all there.
is_good() {
    local program
    [ -e "$1/built" ] || return 1
    for program in "${programs[@]}"; do
        [ -x "$1/$program" ] || return 1
    done
}

# It is in use: not for others to take away.
finish() {
    touch "$final/built"
    echo "$final"
    exit 0
}

mkdir -p "$work"
final=$work/bin-$(key)
! is_good "$final" || finish
exec 9>"$work/lock"
flock 9
if ! is_good "$final"; then
    # The caller's settings for Go, but for where modules come from, must not reach the build.
    unset GOROOT GOPATH GOBIN GOOS GOARCH GOEXPERIMENT GODEBUG GO111MODULE
    export GOFLAGS='-mod=readonly -modcacherw -trimpath -buildvcs=false' GOTOOLCHAIN=auto GOWORK=off CGO_ENABLED=0
    export GOPATH=$work/go GOMODCACHE=$work/modules GOCACHE=$work/cache
    go=go
    go_of go || go_trixie
    bin=$final.new
    rm -rf "$work"/bin-*.new "$final"
    mkdir "$bin"
    say "building ${programs[*]} in $work"
    build >&2
    touch "$bin/built"
    mv "$bin" "$final"
    # Go keeps what it compiled for days, of every change: let it begin anew in time.
    # What was built is good, even if somebody writes there meanwhile.
    megabytes=$(du -sm "$GOCACHE" 2>/dev/null | cut -f1) || :
    [ "${megabytes:-0}" -lt 2600 ] || rm -rf "$GOCACHE" || :
    # Those of other trees stay for as long as they are in use.
    find "$work" -mindepth 2 -maxdepth 2 -name built -mmin +180 -printf '%h\0' | xargs -0r rm -rf || :
fi
finish

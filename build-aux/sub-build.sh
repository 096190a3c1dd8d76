#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# sub-build.sh SOURCE FOLDER [CONFIGURE-ARGUMENT...] - a second build of the tree in FOLDER.
# It is configured once. A SOURCE that was configured in place allows no other build of itself:
# its files are then copied to FOLDER/source, with their times, and built from there.
set -eu
source=$1 folder=$2
shift 2
mkdir -p "$folder"
if test -e "$source/config.status"; then
    mkdir -p "$folder/source"
    (cd "$source" && {
        build-aux/files.sh
        find . -name Makefile.in -o -name configure -o -name aclocal.m4 -o -name config.h.in -o \
            -path './build-aux/*' -type f
    } | grep -v "^\(./\)*build-[a-z]*/.*/" | sort -u | tar -cf - -T -) | (cd "$folder/source" && tar -xf -)
    source=source
fi
cd "$folder"
test -e config.status || "$source/configure" "$@" >configure.out 2>&1 || {
    cat configure.out
    exit 1
}

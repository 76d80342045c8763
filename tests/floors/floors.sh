#!/bin/sh
# floors.sh includes|symbols|sizes|packages|self_test|upward_use
#
# The walls of the house, checked: who includes what, what pure object code calls, how large
# a room is, and that each of these checks, and the one at configure time, can fail. ctest
# hands in, as environment:
#
#     FLOORS_SOURCE  the project           FLOORS_PLAN   its floor plan, one library a line
#     FLOORS_BUILD   the build folder      FLOORS_NM, FLOORS_CC, FLOORS_CMAKE   programs
#     FLOORS_SANITIZE  not empty: object code is instrumented
set -eu

here=$FLOORS_SOURCE/tests/floors
tops="chain consensus node rpc wallet-cli"

# includes [PROJECT]
check_includes() {
	(
		cd "${1:-$FLOORS_SOURCE}"
		files=$(find $tops -name '*.[ch]' | LC_ALL=C sort)
		# what the build makes counts as there
		{
			echo "$files"
			cd "$FLOORS_BUILD" && find $tops -name '*.h' 2>/dev/null || true
		} >"$scratch/files"
		cd "${1:-$FLOORS_SOURCE}"
		# shellcheck disable=SC2086
		awk -f "$here/includes.awk" mode=plan "$FLOORS_PLAN" mode=files "$scratch/files" \
			mode=source $files
	)
}

# symbols [FOLDER OF ARCHIVES]
check_symbols() {
	set -- "${1:-$FLOORS_BUILD}" mode=plan "$FLOORS_PLAN" mode=allowed "$here/allowed_symbols.txt"
	archives=$1
	shift
	for library in $(cut -d'|' -f1 "$FLOORS_PLAN"); do
		[ -f "$archives/lib$library.a" ] || continue
		"$FLOORS_NM" -A -f sysv "$archives/lib$library.a" >"$scratch/$library.nm" 2>/dev/null
		set -- "$@" mode=nm library="$library" "$scratch/$library.nm"
	done
	awk -f "$here/symbols.awk" "$@"
}

# sizes [PROJECT]
check_sizes() {
	(
		cd "${1:-$FLOORS_SOURCE}"
		# shellcheck disable=SC2046
		awk -f "$here/sizes.awk" mode=exceptions "$here/exceptions.txt" \
			mode=source $(find $tops tests -name '*.[ch]' | LC_ALL=C sort)
	)
}

# packages [PACKAGE LIST]: what the plan takes from the world must be in it
check_packages() {
	list=${1:-$FLOORS_SOURCE/scripts/packages.sh}
	wrong=0
	for thing in check $(cut -d'|' -f6 "$FLOORS_PLAN"); do
		package=$(sed -n "s/^set(CAIRN_PACKAGE_$thing \\(.*\\))/\\1/p" \
			"$FLOORS_SOURCE/cmake/floors.cmake")
		if ! sed 's/#.*//' "$list" | tr -s '()\t ' '\n' | grep -qxF -e "$package"; then
			echo "WORLD $thing needs the package $package, which $list does not install"
			wrong=1
		fi
	done
	return $wrong
}

# must_fail SENTENCE COMMAND...: the command must fail and say so
must_fail() {
	sentence=$1
	shift
	if "$@" >"$scratch/said" 2>&1; then
		echo "not noticed: $sentence"
		exit 1
	fi
	# cmake breaks its lines where it likes
	if ! tr -s ' \n' '  ' <"$scratch/said" | grep -qF -e "$sentence"; then
		echo "it failed, but did not say: $sentence"
		cat "$scratch/said"
		exit 1
	fi
	echo "noticed: $sentence"
}

# A fresh copy of the sources.
copy_sources() {
	rm -rf "$scratch/copy"
	mkdir "$scratch/copy"
	(cd "$FLOORS_SOURCE" && find $tops tests -name '*.[ch]' -print | tar -cf - -T -) |
		tar -xf - -C "$scratch/copy"
}

# wrong_include FILE LINE SENTENCE
wrong_include() {
	copy_sources
	printf '%s\n' "$2" >>"$scratch/copy/$1"
	must_fail "$3" check_includes "$scratch/copy"
}

test_includes() {
	wrong_include chain/base/text.c '#include "node/shell/toml.h"' \
		'chain may not include node/shell/toml.h of node: not among what it uses'
	wrong_include chain/base/text.h '#include "chain/codec/cursor.h"' \
		'chain/base may not include chain/codec/cursor.h: it stands below chain/codec'
	wrong_include chain/codec/cursor.c '  #  include <secp256k1.h>' \
		'<secp256k1.h> is for chain/crypto alone'
	wrong_include node/shell/file.c '#include <rocksdb/c.h>' \
		'node may not include <rocksdb/c.h>: it does not declare WORLD rocksdb'
	wrong_include node/shell/file.c '#include <openssl/evp.h>' \
		'node may not include <openssl/evp.h>: it does not declare WORLD crypto'
	wrong_include chain/base/memory.c '#include <time.h>' \
		'chain is pure and may not include <time.h>'
	wrong_include chain/base/text.c '#include "limits.h"' \
		'there is no limits.h; includes are spelled whole from the root'
	wrong_include node/shell/file.c '#include "tests/support/support.h"' \
		'there is no tests/support/support.h'
	copy_sources
	sed -i.old '/rocksdb/d' "$scratch/copy"/chain/store/*.[ch]
	must_fail 'store declares WORLD rocksdb and includes nothing of it' \
		check_includes "$scratch/copy"
	copy_sources
	mkdir "$scratch/copy/node/attic"
	echo 'int attic;' >"$scratch/copy/node/attic/attic.c"
	must_fail 'the folder node/attic is in no library' check_includes "$scratch/copy"
}

test_packages() {
	sed 's/librocksdb-dev//' "$FLOORS_SOURCE/scripts/packages.sh" >"$scratch/packages.sh"
	must_fail 'WORLD rocksdb needs the package librocksdb-dev' \
		check_packages "$scratch/packages.sh"
}

# long_file LINES SHAPE: a file of one function with so many lines between its braces, or of
# so many lines without any
long_file() {
	copy_sources
	awk -v lines="$1" -v shape="$2" 'BEGIN {
		if (shape == "function") print "int attic(void)\n{"
		for (i = 0; i < lines; i++) print "\t;"
		if (shape == "function") print "}"
	}' >"$scratch/copy/node/shell/attic.c"
}

test_sizes() {
	long_file 98 function
	check_sizes "$scratch/copy" >/dev/null
	long_file 99 function
	must_fail 'node/shell/attic.c: the function that starts at line 2 has 101 lines' \
		check_sizes "$scratch/copy"
	long_file 700 plain
	check_sizes "$scratch/copy" >/dev/null
	long_file 701 plain
	must_fail 'node/shell/attic.c: has 701 lines' check_sizes "$scratch/copy"
}

# wrong_object CODE SENTENCE: with this in libchain.a
wrong_object() {
	rm -rf "$scratch/archives"
	mkdir "$scratch/archives"
	cp "$FLOORS_BUILD"/lib*.a "$scratch/archives"
	printf '%s\n' "$1" >"$scratch/attic.c"
	"$FLOORS_CC" -O1 -fPIC -c "$scratch/attic.c" -o "$scratch/attic.c.o"
	ar r "$scratch/archives/libchain.a" "$scratch/attic.c.o" 2>/dev/null
	must_fail "$2" check_symbols "$scratch/archives"
}

test_symbols() {
	wrong_object 'long time(long *); long attic(void) { return time(0); }' \
		'chain: attic.c calls time, which a pure library may not'
	wrong_object 'void *malloc(unsigned long); void *attic(void) { return malloc(9); }' \
		'chain: attic.c calls malloc, which a pure library may not'
	wrong_object 'void abort(void); void attic(void) { abort(); }' \
		'chain: attic.c calls abort, which a pure library may not'
	wrong_object 'int consensus_attic(void); int attic(void) { return consensus_attic(); }' \
		'chain: attic.c calls consensus_attic, which a pure library may not'
	wrong_object 'int attic_count; int attic(void) { return attic_count++; }' \
		'chain: attic.c keeps state in attic_count, which a pure library may not'
	wrong_object 'int attic(void) { static _Thread_local int count = 1; return count++; }' \
		'chain: attic.c keeps state in '
}

# configure LIBRARIES: a project with these declared
configure() {
	rm -rf "$scratch/project"
	mkdir -p "$scratch/project/nothing"
	echo "typedef int nothing;" >"$scratch/project/nothing/nothing.c"
	cat >"$scratch/project/CMakeLists.txt" <<-END
		cmake_minimum_required(VERSION 3.25)
		project(scratch VERSION 1 LANGUAGES C)
		include($FLOORS_SOURCE/cmake/floors.cmake)
		include($FLOORS_SOURCE/cmake/flags.cmake)
		$1
	END
	"$FLOORS_CMAKE" -S "$scratch/project" -B "$scratch/project/build" \
		-DCMAKE_C_COMPILER="$FLOORS_CC"
}

check_upward_use() {
	low='cairn_floor(NAME low FLOOR 1 FOLDERS nothing)'
	configure "$low
		cairn_floor(NAME high FLOOR 2 FOLDERS nothing USES low)" >/dev/null
	echo "a downward use is taken"
	must_fail 'low (floor 1) may not use high (floor 2): arrows point down only.' \
		configure 'cairn_floor(NAME high FLOOR 2 FOLDERS nothing)
			cairn_floor(NAME low FLOOR 1 FOLDERS nothing USES high)'
	must_fail 'beside (floor 1) may not use low (floor 1): arrows point down only.' \
		configure "$low
			cairn_floor(NAME beside FLOOR 1 FOLDERS nothing USES low)"
	must_fail 'WORLD attic is not in cmake/floors.cmake' \
		configure 'cairn_floor(NAME low FLOOR 1 FOLDERS nothing WORLD attic)'
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

if [ -n "$FLOORS_SANITIZE" ] && [ "$1" = symbols ]; then
	echo "skipped: with sanitizers object code calls what they put in"
	exit 77
fi
case $1 in
includes) check_includes ;;
symbols) check_symbols ;;
sizes) check_sizes ;;
packages) check_packages ;;
upward_use) check_upward_use ;;
self_test)
	test_includes
	test_sizes
	test_packages
	[ -n "$FLOORS_SANITIZE" ] || test_symbols
	;;
*)
	echo "floors.sh: there is no check $1" >&2
	exit 2
	;;
esac

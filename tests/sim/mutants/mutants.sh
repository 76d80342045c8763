#!/bin/sh
# mutants.sh [NAME...]
#
# A simulator that nothing can alarm shows nothing. Each NAME.sed here breaks a rule in a copy
# of the sources; some seed has to notice. Its head says which rule, which files it changes,
# and the seed that noticed last, which is tried first; then 1 to 2000.
#
#     MUTANTS_SOURCE  the project        MUTANTS_BUILD  a folder to work in
#     MUTANTS_CC      the compiler       MUTANTS_PARTS  the archives of bin/sim, in order
#     MUTANTS_LIBS    what they are linked with
#     MUTANTS_KEEP    set: what was built stays, to be looked at
set -eu

here=$MUTANTS_SOURCE/tests/sim/mutants
folders="consensus node/drive chain/ledger"

# The copy, changed; fails if the change did not apply to each of its files.
change() {
	for folder in $folders; do
		mkdir -p "$work/$folder"
		cp "$MUTANTS_SOURCE/$folder"/*.[ch] "$work/$folder"
	done
	for file in $files; do
		sed -f "$here/$name.sed" "$MUTANTS_SOURCE/$file" >"$work/$file"
		if cmp -s "$MUTANTS_SOURCE/$file" "$work/$file"; then
			echo "$name: nothing changed in $file"
			return 1
		fi
	done
}

# What is changed comes first, so that the archives' own object is not wanted.
build() {
	objects=
	for file in $files; do
		object=$work/$(basename "$file" .c).o
		"$MUTANTS_CC" -std=c11 -O1 -I"$work" -I"$MUTANTS_SOURCE" -c -o "$object" "$work/$file"
		objects="$objects $object"
	done
	# shellcheck disable=SC2086
	"$MUTANTS_CC" -o "$work/sim" $objects $MUTANTS_PARTS $MUTANTS_LIBS
}

# What was noticed with seeds $1..$1+$2-1, in one line; nothing: nothing was.
look() {
	result=0
	timeout 600 "$work/sim" --runs "$2" --from "$1" --stop >"$work/said" 2>&1 || result=$?
	# Out of time is not noticed.
	[ "$result" -ne 0 ] && [ "$result" -ne 124 ] || return 0
	awk '/^broken invariant/ && !why { why = $0 }
	     /; again with/ && !why { seed = $2; sub(/^seed [0-9]*: /, ""); sub(/; again.*/, ""); why = $0 }
	     /: signal / { seed = $2; if (!why) why = $0; if (/signal 27/) why = "it hangs" }
	     END { if (why) print seed, why; else print "? it ends badly" }' "$work/said"
}

one() {
	name=$1
	work=$MUTANTS_BUILD/$name
	files=$(sed -n 's/^# file: //p' "$here/$name.sed")
	seed=$(sed -n 's/^# seed: //p' "$here/$name.sed")
	[ -n "${MUTANTS_KEEP:-}" ] || rm -rf "$work"
	mkdir -p "$work"
	if ! change || ! build; then
		echo "$name: could not be made"
		return 1
	fi
	noticed=$(look "$seed" 1)
	[ -n "$noticed" ] || noticed=$(look 1 2000)
	if [ -z "$noticed" ]; then
		echo "$name: SURVIVED"
		return 1
	fi
	printf '%-28s %s\n' "$name" "seed $noticed"
	[ -n "${MUTANTS_KEEP:-}" ] || rm -rf "$work"
}

if [ "${1:-}" = --one ]; then
	one "$2"
	exit
fi
if [ $# -eq 0 ]; then
	for file in "$here"/*.sed; do
		set -- "$@" "$(basename "$file" .sed)"
	done
fi
mkdir -p "$MUTANTS_BUILD"
status=0
printf '%s\n' "$@" | xargs -P 2 -I{} sh "$0" --one {} || status=$?
[ "$status" -eq 0 ] && echo "$# mutants, each noticed"
exit "$status"

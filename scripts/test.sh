#!/usr/bin/env bash
# Installs what is missing, builds, and runs the tests.
#
#     scripts/test.sh          gcc, release: every test
#     scripts/test.sh --all    also clang, the address and the thread sanitizer, fuzzing, format
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh

all=no
for argument in "$@"; do
	case "$argument" in
	--all) all=yes ;;
	*)
		echo "usage: scripts/test.sh [--all]" >&2
		exit 2
		;;
	esac
done

jobs=$(nproc)
passed=0
failed=0
failures=()
logs=build/logs
mkdir -p $logs

# Runs a phase with its output in a log; says how long it took and how it went.
phase() {
	local name=$1 start=$SECONDS log
	shift
	log=$logs/${name// /-}.log
	printf '%-28s ' "$name"
	if "$@" >"$log" 2>&1; then
		printf 'ok      %4d s\n' $((SECONDS - start))
		return 0
	fi
	printf 'FAILED  %4d s   see %s\n' $((SECONDS - start)) "$log"
	tail -25 "$log" | sed 's/^/    /'
	failures+=("$name")
	return 1
}

build() { cmake --preset "$1" && cmake --build --preset "$1" -- -j "$jobs"; }

# A preset, built and tested; what it counted is added up.
check_preset() {
	local preset=$1 log="$logs/$1-tests.log" line good bad
	shift
	phase "$preset build" build "$preset" || return
	phase "$preset tests" ctest --preset "$preset" -j "$jobs" "$@"
	line=$(grep -E 'tests passed, [0-9]+ tests failed out of' "$log" | tail -1)
	bad=$(sed -E 's/.*passed, ([0-9]+) tests.*/\1/' <<<"$line")
	good=$(sed -E 's/.*out of ([0-9]+).*/\1/' <<<"$line")
	if [ -n "$good" ]; then
		passed=$((passed + good - bad))
		failed=$((failed + bad))
		sed -n 's/^[[:space:]]*[0-9]* - \([^ ]*\) (\(Failed\|Timeout\|SEGFAULT\).*/    alone: ctest --preset '"$preset"' -R ^\1$/p' "$log" | sort -u
	fi
}

fuzz_a_little() {
	local target name
	build fuzz || return 1
	for target in build/fuzz/tests/fuzz_*; do
		[ -x "$target" ] || continue
		name=${target##*/fuzz_}
		mkdir -p "build/fuzz/found/$name"
		echo "== $name"
		"$target" -max_total_time=4 -max_len=8192 -timeout=10 -rss_limit_mb=2048 \
			-artifact_prefix="build/fuzz/found/$name-" \
			"build/fuzz/found/$name" "tests/fuzz/corpus/$name" || return 1
	done
}

check_format() { git ls-files '*.c' '*.h' | xargs clang-format --dry-run -Werror; }

echo "== packages"
install_packages "${CAIRN_PACKAGES[@]}" || exit 1
[ $all = no ] || install_packages "${CAIRN_ALL_PACKAGES[@]}" || exit 1

echo "== build and tests, output in $logs"
check_preset release
if [ $all = yes ]; then
	phase "format" check_format
	check_preset clang
	ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 check_preset asan
	TSAN_OPTIONS="suppressions=$PWD/tests/sanitizers/thread.txt:halt_on_error=1" check_preset tsan
	phase "fuzzing" fuzz_a_little
fi

echo
if [ ${#failures[@]} -gt 0 ]; then
	echo "failed: ${failures[*]}"
	[ $failed -gt 0 ] || failed=1
	echo "$passed passed, $failed failed"
	exit 1
fi
echo "everything passed in $SECONDS s"
echo "$passed passed, $failed failed"

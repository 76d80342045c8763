#!/usr/bin/env bash
# Installs what is missing, builds, and runs the tests.
#
#     scripts/test.sh          gcc, release: every test
#     scripts/test.sh --all    also clang, the address and the thread sanitizer, fuzzing
#     scripts/test.sh --long   as without, but the trials of a network at length: an hour
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh

all=no
for argument in "$@"; do
	case "$argument" in
	--all) all=yes ;;
	--long) export LONG_TRIALS=1 ;;
	*)
		echo "usage: scripts/test.sh [--all|--long]" >&2
		exit 2
		;;
	esac
done

# Nothing here asks anybody anything.
exec </dev/null
jobs=$(nproc)
passed=0
failed=0
failures=()
hints=()
logs=build/logs
mkdir -p $logs
rm -f $logs/*-failed.log
if command -v ccache >/dev/null; then
	export CMAKE_C_COMPILER_LAUNCHER=ccache
fi

# phase NAME COMMAND...: with its output in a log; says how long it took and how it went.
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

# one NAME HINT COMMAND...: a phase that counts as one test.
one() {
	local name=$1 hint=$2
	shift 2
	if phase "$name" "$@"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		hints+=("$hint")
	fi
}

build() { cmake --preset "$1" && cmake --build --preset "$1" -- -j "$jobs"; }

# The sanitizer for threads of gcc 12 cannot place its memory where newer kernels spread
# addresses over 32 bits; without that spreading it can.
without_spread_addresses() {
	if setarch -R true 2>/dev/null; then
		setarch -R "$@"
	else
		"$@"
	fi
}

# what_failed_said LOG: the end of what each failed test wrote, out of what ctest wrote.
what_failed_said() {
	awk -v most=30 '
		function tell(  i) {
			for (i = count > most ? count - most : 0; i < count; i++)
				print "    " said[i % most]
			count = 0
		}
		/^ *([0-9]+\/[0-9]+ Test|Start) *#?[0-9]+:/ || /^[0-9]+% tests passed/ {
			if (is_bad)
				tell()
			is_bad = 0
		}
		is_bad { said[count++ % most] = $0 }
		/^ *[0-9]+\/[0-9]+ Test +#[0-9]+:.*\*\*\*/ && !/\*\*\*Skipped/ { print; is_bad = 1 }
	' "$1"
}

# check_preset PRESET: built and tested; what ctest counted is added up.
check_preset() {
	local preset=$1 log="$logs/$1-tests.log" line bad name
	local run=(ctest --preset "$preset" -j "$jobs" --no-tests=error)
	# What works on a whole network from outside tells little more of the other compiler, and what
	# compares rates and waits for clocks little of a node that runs at a tenth of its speed.
	case $preset in
	clang) run+=(-LE '^system$') ;;
	asan | tsan) run+=(-E '^system\.(hostile_flood|partitions|trials)$') ;;
	esac
	if ! phase "$preset build" build "$preset"; then
		failed=$((failed + 1))
		hints+=("cmake --preset $preset && cmake --build --preset $preset")
		return
	fi
	[ "$preset" != tsan ] || run=(without_spread_addresses "${run[@]}")
	phase "$preset tests" "${run[@]}"
	line=$(grep -E '[0-9]+ tests failed out of [0-9]+' "$log" | tail -1)
	if [ -z "$line" ]; then
		failed=$((failed + 1))
		hints+=("${run[*]}")
		return
	fi
	bad=$(sed -E 's/.* ([0-9]+) tests failed.*/\1/' <<<"$line")
	failed=$((failed + bad))
	passed=$((passed + $(sed -E 's/.*out of ([0-9]+).*/\1/' <<<"$line") - bad))
	[ "$bad" -gt 0 ] || return
	what_failed_said "$log" >"$logs/$preset-failed.log"
	# the list behind "The following tests FAILED:", one "number - name (how)" a line
	while read -r name; do
		hints+=("ctest --preset $preset -R '^${name//./\\.}\$'")
	done < <(sed -n '/^The following tests FAILED:/,$s/^[[:space:]]*[0-9]* - \([^ ]*\) (.*/\1/p' "$log")
}

# A few seconds for each target, from its corpus on; what is found stays in build/fuzz.
fuzz_a_little() {
	local target name
	if ! phase "fuzz build" build fuzz; then
		failed=$((failed + 1))
		hints+=("cmake --preset fuzz && cmake --build --preset fuzz")
		return
	fi
	for target in build/fuzz/tests/fuzz_*; do
		[ -x "$target" ] || continue
		name=${target##*/fuzz_}
		mkdir -p "build/fuzz/found/$name"
		one "fuzz $name" "$target build/fuzz/found/$name-crash-..." \
			"$target" -max_total_time="${FUZZ_SECONDS:-4}" -max_len=8192 -timeout=10 \
			-rss_limit_mb=2048 -artifact_prefix="build/fuzz/found/$name-" \
			"build/fuzz/found/$name" "tests/fuzz/corpus/$name"
	done
}

echo "== packages"
install_packages "${CAIRN_PACKAGES[@]}" || exit 1
[ $all = no ] || install_packages "${CAIRN_ALL_PACKAGES[@]}" || exit 1
[ $all = no ] || fetch_promtool build/promtool

echo "== build and tests with $jobs cores, output in $logs"
check_preset release
if [ $all = yes ]; then
	check_preset clang
	check_preset asan
	check_preset tsan
	fuzz_a_little
fi

echo
if [ ${#failures[@]} -gt 0 ]; then
	echo "failed after $SECONDS s: $(printf '%s, ' "${failures[@]}" | sed 's/, $//'). Alone:"
	printf '    %s\n' "${hints[@]}"
	for preset in release clang asan tsan; do
		[ ! -s "$logs/$preset-failed.log" ] || sed "s/^/$preset: /" "$logs/$preset-failed.log"
	done
else
	echo "everything passed in $SECONDS s"
fi
echo "$passed passed, $failed failed"
[ ${#failures[@]} -eq 0 ]

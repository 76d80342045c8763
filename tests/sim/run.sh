#!/bin/sh
# run.sh many|regression|trace|figures SIM SEEDS
# run.sh store SIM SEEDS SIM-STORE
# run.sh wire SIM-WIRE SEEDS
#
# What ctest runs of the simulator. SIM is the program; SEEDS of `many` are how many.
# CAIRN_SOURCE_DIR names the project.
set -eu

wish=$1
sim=$2
seeds=$3
here=$CAIRN_SOURCE_DIR/tests/sim

# Each kind of fault has to have happened, or the run showed less than it says.
demand_figures() {
	awk '/^  / { if ($NF == 0) { print "nothing of this happened:" $0; bad = 1 } else seen++ }
	     END { if (seen < 32) { print "only " seen " figures"; bad = 1 } exit bad }' "$1"
}

# Seeds that nobody has seen, other ones with each commit; or SIM_FROM and what follows it.
first_seed() {
	commit=$(git -C "$CAIRN_SOURCE_DIR" rev-parse --short=7 HEAD 2>/dev/null) || commit=
	if [ -n "${SIM_FROM:-}" ]; then
		echo "$SIM_FROM"
	else
		echo $((1000000 + 0x${commit:-0} * 1000))
	fi
}

# Runs the seeds; what was said is in $scratch/said.
run_fresh() {
	from=$(first_seed)
	echo "$seeds seeds from $from on"
	status=0
	"$sim" --runs "$seeds" --from "$from" >"$scratch/said" 2>&1 || status=$?
	cat "$scratch/said"
	return "$status"
}

# On a file system in memory if there is one: what is synced here is only said to be.
if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ]; then
	TMPDIR=/dev/shm
fi
scratch=$(mktemp -d "${TMPDIR:-/tmp}/sim.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

case $wish in
many)
	run_fresh
	[ "$seeds" -lt 300 ] || demand_figures "$scratch/said"
	;;
wire)
	run_fresh
	# Lines have to be made, spoilt, reset, and given up; names told, asked for, denied and given;
	# nodes found, and not found.
	[ "$seeds" -lt 25 ] ||
		! grep -E '^(lines|relay|finder): ' "$scratch/said" |
		grep -qE ' 0 (made|opened|spoilt|reset|ended|asked|names|heard|came|given|denied|told|in vain|records|visits|met|not met|books)'
	# The same seeds, the same run.
	"$sim" --runs 3 --from "$from" --each | grep '^seed ' >"$scratch/one"
	"$sim" --runs 3 --from "$from" --each | grep '^seed ' >"$scratch/other"
	cmp "$scratch/one" "$scratch/other"
	;;
regression)
	count=0
	while read -r seed word; do
		case $seed in '' | '#'*) continue ;; esac
		"$sim" "$seed" || { echo "again: $word" && exit 1; }
		count=$((count + 1))
	done <"$here/regression.txt"
	echo "$count seeds"
	[ "$count" -gt 0 ]
	;;
trace)
	"$sim" --runs "$seeds" --each >"$scratch/one"
	"$sim" --runs "$seeds" --each >"$scratch/other"
	cat "$scratch/one"
	grep '^seed ' "$scratch/one" >"$scratch/seeds_one"
	grep '^seed ' "$scratch/other" >"$scratch/seeds_other"
	cmp "$scratch/seeds_one" "$scratch/seeds_other"
	;;
figures)
	"$sim" --figures
	;;
store)
	# The same seeds with RocksDB under each node: what happens must be the same to the last
	# vote, whatever the power cuts left of the files.
	from=$(first_seed)
	TMPDIR=$scratch
	export TMPDIR
	status=0
	for program in "$sim" "$4"; do
		said=$scratch/$(basename "$program")
		"$program" --runs "$seeds" --from "$from" --each >"$said" 2>&1 || status=$?
		# Seed 12 has many crashes while the disk works.
		"$program" 12 >>"$said" 2>&1 || status=$?
		grep '^seed ' "$said" >"$said.seeds" || status=$?
	done
	cat "$scratch/$(basename "$4")"
	diff "$scratch/$(basename "$sim").seeds" "$scratch/$(basename "$4").seeds"
	[ "$status" -eq 0 ] || exit "$status"
	# Without torn batches it showed less than it says.
	grep -q '^stores: .* [1-9][0-9]* torn batches' "$scratch/$(basename "$4")"
	# And a disk that forgets what it said it had synced has to be noticed.
	if SIM_DISK_FORGETS=1 "$4" --runs 10 --stop >"$scratch/forgets" 2>&1; then
		echo "nobody noticed that the disk forgets what was synced"
		exit 1
	fi
	grep -m1 'again with' "$scratch/forgets"
	;;
*)
	echo "usage: run.sh many|regression|trace|figures|wire SIM SEEDS | store SIM SEEDS SIM-STORE" >&2
	exit 2
	;;
esac

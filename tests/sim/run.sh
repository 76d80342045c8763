#!/bin/sh
# run.sh many|regression|trace|figures SIM SEEDS
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
	     END { if (seen < 19) { print "only " seen " figures"; bad = 1 } exit bad }' "$1"
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

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

case $wish in
many)
	from=$(first_seed)
	echo "$seeds seeds from $from on"
	status=0
	"$sim" --runs "$seeds" --from "$from" >"$scratch/said" 2>&1 || status=$?
	cat "$scratch/said"
	[ "$status" -eq 0 ] || exit "$status"
	[ "$seeds" -lt 300 ] || demand_figures "$scratch/said"
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
*)
	echo "usage: run.sh many|regression|trace|figures SIM SEEDS" >&2
	exit 2
	;;
esac

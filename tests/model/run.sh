#!/bin/sh
# run.sh: lets Spin search the models here, whole ones and broken ones.
#
# A whole one must have no error in any state. A broken one must break the properties that
# stand behind it and no other, so that each rule is seen to be needed, and each property
# to be able to fail. CC is the compiler, else cc. Leaves nothing behind. 77: no Spin.
set -u

command -v spin >/dev/null || {
	echo "skipped: spin is not installed"
	exit 77
}
here=$(cd "$(dirname "$0")" && pwd)
began=$(date +%s)
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT PIPE TERM

# What it is | options | properties that break, sorted. The longest stands first.
sed 's/ *| */|/g' >"$scratch/models" <<'END'
two views in all orders        | -DVIEWS=2 -DALL_ORDERS           |
four views                     | -DVIEWS=4                        |
three views, an epoch ends     | -DVIEWS=3 -DEPOCH                |
the third view is reached      | -DVIEWS=3 -DREACH                | nothing_happens
the next epoch is reached      | -DVIEWS=2 -DEPOCH -DREACH        | nobody_enters
broken: quorum of two          | -DBROKEN=QUORUM_OF_TWO           | final_or_null one_chain one_notar
broken: notarize twice         | -DBROKEN=NOTARIZE_TWICE          | one_chain one_notar
broken: no parent certificate  | -DBROKEN=NO_PARENT_CERTIFICATE   | one_chain
broken: no gap check           | -DBROKEN=NO_GAP_CHECK            | one_chain
broken: finalize without notar | -DBROKEN=FINALIZE_WITHOUT_NOTAR  | final_has_notar one_chain
broken: finalize after nullify | -DBROKEN=FINALIZE_AFTER_NULLIFY  | final_or_null one_chain
broken: nullify after finalize | -DBROKEN=NULLIFY_AFTER_FINALIZE  | final_or_null one_chain
broken: amnesia                | -DBROKEN=AMNESIA                 | final_or_null one_chain one_notar
broken: fresh on a seal        | -DEPOCH -DBROKEN=FRESH_ON_SEAL   | nothing_above
broken: enter on notar         | -DEPOCH -DBROKEN=ENTER_ON_NOTAR  | same_root
broken: vote after entering    | -DEPOCH -DBROKEN=VOTE_AFTER_ENTERING | final_or_null one_chain one_notar same_root
END
# two views are enough to break
sed -i '/DBROKEN/s/|-D/|-DVIEWS=2 -D/' "$scratch/models"

# search OPTIONS BREAKS: in this folder. A broken model is searched to its end, for all
# that breaks; a whole one to its first error. To optimize pays for one model only.
search() {
	level=-O0 errors=0
	[ -n "$2" ] || errors=1
	case $1 in *ALL_ORDERS*) level=-O1 ;; esac
	# shellcheck disable=SC2086
	spin -a $1 "$here/simplex.pml" >log 2>&1 &&
		"${CC:-cc}" $level -w -DSAFETY -DNOREDUCE -o pan pan.c >>log 2>&1 &&
		./pan -c$errors -w20 >log 2>&1 && grep -q ', errors: ' log
}

# Was every state seen, and is there an error only where one was named?
complete() {
	! grep -q -i -e 'search not completed' -e 'error: max search depth' log &&
		{ [ -n "$broke" ] || grep -q ', errors: 0$' log; }
}

# found PATTERN: what of it stands in parentheses, from every line of the log that has it
found() { sed -n "s/^.*$1.*/\1/p" log; }

# examine NAME OPTIONS BREAKS: one line, and the file `good` if it is as it should be
examine() {
	if ! search "$2" "$3"; then
		printf '%-31s FAILED: Spin or the compiler says\n' "$1"
		tail -5 log | sed 's/^/    /'
		return
	fi
	broke=$(found 'pan:[0-9]*: \(.*\) (at depth' | sed 's/assertion violated //' |
		sort -u | xargs)
	says=${broke:+breaks }${broke:-no error}
	if [ "$broke" != "$3" ]; then
		says="FAILED: $says, not '$3': spin $2 -search $here/simplex.pml"
	elif ! complete; then
		says="FAILED: $says, but not every state was seen: $(grep -i error log | xargs)"
	else
		touch good
	fi
	printf '%-31s %9s states %6s s   %s\n' "$1" \
		"$(found ' \([0-9.e+]*\) states, stored')" \
		"$(found 'elapsed time \([0-9.e+-]*\)')" "$says"
}

# Takes the models that nobody took yet: who can make the folder has the model.
work() {
	number=0
	while IFS='|' read -r name options breaks; do
		number=$((number + 1))
		mkdir "$scratch/$number" 2>/dev/null || continue
		cd "$scratch/$number" || exit 1
		examine "$name" "$options" "$breaks"
	done <"$scratch/models"
}

work &
work &
wait
models=$(wc -l <"$scratch/models")
good=$(find "$scratch" -name good | wc -l)
echo "$good of $models models as they should be, $(($(date +%s) - began)) s"
[ "$good" -eq "$models" ]

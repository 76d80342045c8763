#!/usr/bin/env bash
# Four validators on this machine, the whole way: installs what is missing, builds, starts the
# network, publishes real files as signed records through one node, reads them from another, kills
# a validator while records are written, brings it back, and compares all four.
#
#     scripts/demo.sh          leaves the network running and says what to type next
#     scripts/demo.sh --once   stops it at the end and removes its folder
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh

once=no
for argument in "$@"; do
	case "$argument" in
	--once) once=yes ;;
	*)
		echo "usage: scripts/demo.sh [--once]" >&2
		exit 2
		;;
	esac
done

bold='' faint='' plain=''
[ ! -t 1 ] || bold=$'\033[1m' faint=$'\033[2m' plain=$'\033[0m'
step() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }
fail() {
	printf '\ndemo: %s\n' "$*" >&2
	exit 1
}
# Shows a command as a person would type it in the demo's folder; then runs it.
say() {
	local word line=''
	for word in "$@"; do
		case "$word" in
		*' '*) line+=" \"$word\"" ;;
		*) line+=" $word" ;;
		esac
	done
	printf '%s$%s%s\n' "$faint" "${line//$folder\//}" "$plain"
}
show() {
	say "$@"
	"$@"
}

folder="${CAIRN_DEMO_DIR:-}"
unset CAIRN_DEMO_DIR # to cairnd CAIRN_... is a setting
[ -n "$folder" ] || folder=$(mktemp -d "${TMPDIR:-/tmp}/cairn-demo-XXXXXX")
network=$folder/network
network_log=$folder/network.log
network_pid='' node3_pid='' writer_pid=''
end() { [ -z "$1" ] || { kill "$1" && wait "$1"; } 2>/dev/null || true; }
clean_up() {
	result=$?
	end "$writer_pid"
	if [ "$once" = yes ] || [ $result -ne 0 ]; then
		end "$node3_pid"
		end "$network_pid"
	fi
	[ $result -ne 0 ] || [ "$once" = no ] || rm -rf "$folder"
	[ $result -eq 0 ] || printf '\ndemo: stopped early; what the nodes wrote is in %s\n' "$folder" >&2
}
trap clean_up EXIT

# await SECONDS WHAT COMMAND...: asks until the command succeeds.
await() {
	local until=$((SECONDS + $1)) what=$2
	shift 2
	until "$@"; do
		[ $SECONDS -lt $until ] || fail "$what"
		sleep 0.1
	done
}
# field NODE NAME COMMAND...: one value of a command's JSON.
field() {
	local node=$1 name=$2
	shift 2
	cairn --data-dir "$network/node$node" --json "$@" |
		sed -n "s/.*\"$name\": *\"\{0,1\}\([^\",}]*\).*/\1/p" | head -1
}
height() { field "$1" height chain head; }
is_at() { [ "$(height "$1" 2>/dev/null || echo 0)" -ge "$2" ]; }
is_ready() {
	kill -0 "$network_pid" 2>/dev/null || fail "the network did not start: $(cat "$network_log")"
	grep -q '^ready' "$network_log"
}
# Nobody listens on the ports of the four from this one on.
are_free() {
	local node
	for node in 0 1 2 3; do
		! (: <"/dev/tcp/127.0.0.1/$(($1 + 10 * node))") 2>/dev/null || return 1
		! (: <"/dev/tcp/127.0.0.1/$(($1 + 10 * node + 1))") 2>/dev/null || return 1
	done
}

step "Packages"
install_packages "${CAIRN_PACKAGES[@]}" curl

step "Build"
cmake --preset release >"$folder/build.log" 2>&1 &&
	cmake --build --preset release --target cairnd cairn >>"$folder/build.log" 2>&1 ||
	fail "the build failed: $(tail -5 "$folder/build.log")"
echo "cairnd and cairn are in build/release/bin"
PATH=$PWD/build/release/bin:$PATH

step "Four validators on this machine"
port=17470
while ! are_free $port; do
	port=$((port + 100))
	[ $port -lt 27470 ] || fail "no free ports"
done
say cairnd devnet 4 --data-dir "$network" --base-port $port
cairnd devnet 4 --data-dir "$network" --base-port $port >"$network_log" 2>&1 &
network_pid=$!
await 60 "the network is not ready after a minute: see $network_log" is_ready
sed "s|$folder/||g" "$network_log"
at0=(cairn --data-dir "$network/node0") # the network's wallet is found from each node's folder
at1=(cairn --data-dir "$network/node1")

step "The network's wallet: it opens without a passphrase, and owns the network"
show "${at0[@]}" wallet show

step "Publish through node 0: the licence texts of this machine as signed records"
show "${at0[@]}" stream create licences
count=0
for file in /usr/share/common-licenses/*; do
	[ -f "$file" ] || continue
	add=("${at0[@]}" record add licences "@$file" --key "$(basename "$file")"
		--content-type text/plain)
	[ $count -gt 1 ] || say "${add[@]}"
	txid=$("${add[@]}" --quiet)
	printf '%s  %s\n' "$txid" "$(basename "$file")"
	count=$((count + 1))
done
[ $count -gt 0 ] || fail "there are no files in /usr/share/common-licenses"

step "Read from node 1"
await 30 "node 1 is behind" is_at 1 "$(height 0)"
show "${at1[@]}" record history licences GPL-3 | cut -c 1-100
"${at1[@]}" record get licences --key GPL-3 --raw >"$folder/GPL-3"
cmp "$folder/GPL-3" /usr/share/common-licenses/GPL-3 || fail "GPL-3 came back changed"
echo "GPL-3 came back byte for byte: $(wc -c <"$folder/GPL-3") bytes"
call='{"jsonrpc":"2.0","id":1,"method":"stream.get_latest","params":{"stream":"licences","key":"GPL-3"}}'
curl -sS --fail --unix-socket "$network/node1/rpc.sock" -H 'Content-Type: application/json' \
	-d "$call" http://localhost/ |
	sed -n 's/.*"value_b64":"\([^"]*\)".*/\1/p' | base64 -d >"$folder/GPL-3.curl"
cmp "$folder/GPL-3.curl" /usr/share/common-licenses/GPL-3 || fail "curl read something else"
echo "and curl reads the same over JSON-RPC"

step "Kill a validator while a log of this machine is written, line by line"
log=/var/log/dpkg.log
[ -s $log ] || log=/var/log/apt/history.log
[ -s $log ] || log=/usr/share/common-licenses/GPL-3
head -n 6000 $log | grep . >"$folder/lines"
show "${at0[@]}" stream create machine-log
write=("${at0[@]}" record add machine-log --lines "@$folder/lines")
say "${write[@]}" '&'
"${write[@]}" >"$folder/writer.log" 2>&1 &
writer_pid=$!
before=$(height 0)
await 30 "nothing of the log is final: see $folder/writer.log" is_at 0 $((before + 1))
killed_at=$(height 0)
printf '%s$ kill -9 %s%s   # node 3, at height %s\n' "$faint" "$(cat "$network/node3/lock")" \
	"$plain" "$killed_at"
kill -9 "$(cat "$network/node3/lock")"
wait $writer_pid || fail "not all lines became final: $(tail -3 "$folder/writer.log")"
writer_pid=
cat "$folder/writer.log"
for note in "while node 3 is down" "and still"; do
	show "${at1[@]}" record add licences "a note" --key "$note"
done
now_at=$(height 1)
[ "$now_at" -gt "$killed_at" ] || fail "the three stand still at height $now_at"
echo "three of four went on: from height $killed_at to $now_at"

step "Bring it back"
say cairnd run --data-dir "$network/node3"
cairnd run --data-dir "$network/node3" >>"$network/node3/log" 2>&1 &
node3_pid=$!
started=$SECONDS
await 60 "node 3 does not catch up: see $network/node3/log" is_at 3 "$now_at"
echo "node 3 has height $(height 3): it caught up in about $((SECONDS - started)) s"
show cairn --data-dir "$network/node3" record get licences --key "and still"

step "All four have the same chain"
for node in 0 1 2 3; do
	await 30 "node $node is behind" is_at $node "$now_at"
	printf 'node %s: %s  state %s\n' $node "$(field $node hash chain get-block "$now_at")" \
		"$(field $node state_root chain get-block "$now_at")" | tee "$folder/block$node"
	cmp <(cut -d: -f2 "$folder/block0") <(cut -d: -f2 "$folder/block$node") ||
		fail "node $node has another block $now_at"
done
show "${at0[@]}" chain head
show "${at0[@]}" chain list-blocks --limit 5
show "${at0[@]}" node status

if [ "$once" = yes ]; then
	step "Done: the network stops, $folder is removed"
	for pid in $node3_pid $network_pid; do
		kill "$pid"
		wait "$pid" || fail "a node did not stop cleanly: $(tail -3 "$network_log")"
	done
	network_pid='' node3_pid=''
	exit 0
fi
disown "$network_pid" "$node3_pid"
cat <<EOF

== The network goes on: nodes 0 to 2 are process $network_pid, node 3 is $node3_pid
Try next:
    export PATH=$PWD/build/release/bin:\$PATH
    alias c='cairn --data-dir $network/node0'
    c record add licences "a note of my own" --key note
    cairn --data-dir $network/node2 record get licences --key note
    c record list machine-log
    cairn help
Stop it with: kill $node3_pid $network_pid
EOF
network_pid='' node3_pid=''

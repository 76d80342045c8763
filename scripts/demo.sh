#!/usr/bin/env bash
# One node, the whole way: installs what is missing, builds, starts a node, publishes real files
# and a real log of this machine as signed records, reads them back, shows the chain.
#
#     scripts/demo.sh          leaves the node running and says what to type next
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

step() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
fail() {
	printf '\ndemo: %s\n' "$*" >&2
	exit 1
}
# Shows a command as a person would type it, then runs it.
show() {
	printf '\033[2m$ %s\033[0m\n' "$*"
	"$@"
}
[ -t 1 ] || {
	step() { printf '\n== %s\n' "$*"; }
	show() {
		printf '$ %s\n' "$*"
		"$@"
	}
}

folder="${CAIRN_DEMO_DIR:-}"
[ -n "$folder" ] || folder=$(mktemp -d "${TMPDIR:-/tmp}/cairn-demo-XXXXXX")
node_folder=$folder/node
node_log=$folder/node.log
node_pid=
clean_up() {
	result=$?
	if [ -n "$node_pid" ] && { [ "$once" = yes ] || [ $result -ne 0 ]; }; then
		kill "$node_pid" 2>/dev/null && wait "$node_pid" 2>/dev/null || true
		[ $result -eq 0 ] && rm -rf "$folder"
	fi
	[ $result -eq 0 ] || printf '\ndemo: stopped early; the node wrote %s\n' "$node_log" >&2
}
trap clean_up EXIT

step "Packages"
install_packages "${CAIRN_PACKAGES[@]}" curl

step "Build"
cmake --preset release >"$folder/build.log" 2>&1 &&
	cmake --build --preset release --target cairnd cairn >>"$folder/build.log" 2>&1 ||
	fail "the build failed: $(tail -5 "$folder/build.log")"
echo "cairnd and cairn are in build/release/bin"
PATH=$PWD/build/release/bin:$PATH

step "A network of one node"
show cairnd init --data-dir "$node_folder" --network demo
cairnd run --data-dir "$node_folder" --rpc-listen 127.0.0.1:0 --p2p-listen 127.0.0.1:0 2>"$node_log" &
node_pid=$!
# The node says in its log when it is ready; until then it has written no such line.
for _ in $(seq 100); do
	grep -q ' node ready ' "$node_log" && break
	kill -0 "$node_pid" 2>/dev/null || fail "the node did not start: $(cat "$node_log")"
	sleep 0.1
done
grep ' node ready ' "$node_log" || fail "the node is not ready after 10 s: see $node_log"
address=$(sed -n 's/.* node ready .* rpc=\([^ ]*\).*/\1/p' "$node_log")
export CAIRN_DEMO_NODE=$node_folder
cairn=(cairn --data-dir "$node_folder" --wallet demo --passphrase-file "$folder/passphrase")

step "A wallet: its words are the only copy of its keys"
head -c 18 /dev/urandom | base64 >"$folder/passphrase"
chmod 600 "$folder/passphrase"
show cairn --data-dir "$node_folder" wallet new demo --passphrase-file "$folder/passphrase"

step "A stream, and the licence texts of this machine as signed records"
show "${cairn[@]}" stream create licences
count=0
for file in /usr/share/common-licenses/*; do
	[ -f "$file" ] || continue
	show "${cairn[@]}" record add licences "@$file" --key "$(basename "$file")" --content-type text/plain
	count=$((count + 1))
done
[ $count -gt 0 ] || fail "there are no files in /usr/share/common-licenses"

step "A log of this machine, line by line"
log=/var/log/dpkg.log
[ -s $log ] || log=/var/log/apt/history.log
[ -s $log ] || log=/usr/share/common-licenses/GPL-3
show "${cairn[@]}" stream create machine-log
show "${cairn[@]}" record add machine-log --lines "@$log"

step "Read back"
show "${cairn[@]}" stream list
show "${cairn[@]}" record history licences GPL-3
cairn --data-dir "$node_folder" record get licences --key GPL-3 --raw >"$folder/GPL-3"
cmp "$folder/GPL-3" /usr/share/common-licenses/GPL-3 || fail "GPL-3 came back changed"
echo "GPL-3 came back byte for byte: $(wc -c <"$folder/GPL-3") bytes"
call='{"jsonrpc":"2.0","id":1,"method":"stream.get_latest","params":{"stream":"licences","key":"GPL-3"}}'
curl -sS --fail --unix-socket "$node_folder/rpc.sock" -H 'Content-Type: application/json' \
	-d "$call" http://localhost/ |
	sed -n 's/.*"value_b64":"\([^"]*\)".*/\1/p' | base64 -d >"$folder/GPL-3.curl"
cmp "$folder/GPL-3.curl" /usr/share/common-licenses/GPL-3 || fail "curl read something else"
echo "and curl reads the same over JSON-RPC"

step "The chain"
show "${cairn[@]}" chain head
show "${cairn[@]}" chain list-blocks --limit 8
show "${cairn[@]}" node status

if [ "$once" = yes ]; then
	step "Done: the node stops, $folder is removed"
	kill "$node_pid"
	wait "$node_pid" || fail "the node did not stop cleanly: $(tail -3 "$node_log")"
	node_pid=
	rm -rf "$folder"
	exit 0
fi
disown "$node_pid"
cat <<EOF

== The node goes on: process $node_pid, JSON-RPC on $address, log in $node_log
Try next:
    export PATH=$PWD/build/release/bin:\$PATH
    alias c='cairn --data-dir $node_folder --wallet demo --passphrase-file $folder/passphrase'
    c record add licences "a note of my own" --key note
    c record get licences --key note
    c record list machine-log
    cairn help
Stop it with: kill $node_pid
EOF
node_pid=

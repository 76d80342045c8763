# Sourced by demo.sh and test.sh: what has to be installed, and how.

# To build and to test with gcc.
CAIRN_PACKAGES=(
	cmake ninja-build gcc libc6-dev pkg-config
	librocksdb-dev libsecp256k1-dev libuv1-dev libjansson-dev libwslay-dev
	libcurl4-openssl-dev libssl-dev uthash-dev check spin python3
)
# What test.sh --all needs besides; the last line is for receipts checked by a browser and by Go.
CAIRN_ALL_PACKAGES=(
	clang libclang-rt-14-dev curl libfaketime iproute2
	chromium golang-go golang-golang-x-mod-dev
)

# Installs those of the packages that are missing; says so; fails with a sentence.
install_packages() {
	local missing=() name become=() log
	for name in "$@"; do
		dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'ok installed' ||
			missing+=("$name")
	done
	if [ ${#missing[@]} -eq 0 ]; then
		echo "all packages are here"
		return
	fi
	echo "installing: ${missing[*]}"
	if ! command -v apt-get >/dev/null; then
		echo "this is no Debian: please install ${missing[*]} in its own way" >&2
		return 1
	fi
	[ "$(id -u)" -eq 0 ] || become=(sudo)
	log=$(mktemp)
	if ! { "${become[@]}" apt-get update -qq &&
		"${become[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
			--no-install-recommends "${missing[@]}"; } </dev/null >"$log" 2>&1; then
		tail -5 "$log" >&2
		echo "the packages could not be installed: ${missing[*]} (the rest of it: $log)" >&2
		return 1
	fi
	rm -f "$log"
}

# fetch_promtool DIR: of the package prometheus that one program, unpacked in the folder and found from then
# on; installed, the package would start a server. Without a network the test that asks it says so.
fetch_promtool() {
	local dir=$1
	if command -v promtool >/dev/null; then
		return
	fi
	if [ ! -x "$dir/usr/bin/promtool" ]; then
		mkdir -p "$dir"
		(
			cd "$dir" || exit 1
			apt-get download -qq prometheus || exit 1
			dpkg-deb -x prometheus_*.deb . && rm -f prometheus_*.deb
		) </dev/null >/dev/null 2>&1 || echo "promtool could not be fetched: metrics are checked without it"
	fi
	export PATH=$PATH:$PWD/$dir/usr/bin
}

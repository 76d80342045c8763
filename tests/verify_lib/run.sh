#!/bin/sh
# Installs libcairn-verify into a folder of its own, compiles a program against the copy, and
# has it check receipts. ctest hands in VERIFY_BUILD, VERIFY_SOURCE, VERIFY_CMAKE, VERIFY_CC.
set -eu

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
vectors=$VERIFY_SOURCE/tests/vectors/receipts

"$VERIFY_CMAKE" --install "$VERIFY_BUILD" --component verify --prefix "$scratch/prefix" \
	>"$scratch/install.log"
config=$(find "$scratch/prefix" -name cairn-verify.pc)
[ -n "$config" ] || { echo "no pkg-config file was installed"; exit 1; }
# Nothing but these is there.
(cd "$scratch/prefix" && find . -type f -o -type l) | sed 's|.*/||' | LC_ALL=C sort >"$scratch/files"
printf '%s\n' cairn-verify.pc cairn_verify.h libcairn-verify.so libcairn-verify.so.0 \
	"libcairn-verify.so.$VERIFY_VERSION" | LC_ALL=C sort | diff - "$scratch/files"

PKG_CONFIG_PATH=$(dirname "$config")
export PKG_CONFIG_PATH
# shellcheck disable=SC2046
"$VERIFY_CC" -std=c11 -Wall -Wextra -Werror -o "$scratch/program" \
	"$VERIFY_SOURCE/tests/verify_lib/program.c" \
	$(pkg-config --cflags --libs cairn-verify)
LD_LIBRARY_PATH=$(pkg-config --variable=libdir cairn-verify)
export LD_LIBRARY_PATH

# expect EXIT_CODE TEXT FILE...
expect() {
	wanted=$1 text=$2
	shift 2
	code=0
	"$scratch/program" "$@" >"$scratch/said" || code=$?
	if [ "$code" -ne "$wanted" ] || ! grep -qF -e "$text" "$scratch/said"; then
		echo "wanted $wanted and '$text', got $code:"
		cat "$scratch/said"
		exit 1
	fi
}

expect 0 "record 1 3: value" "$vectors/tx.tlog-proof" "$vectors/policy-0.txt"
expect 0 "Cosigned by 3 of 4 validators" "$vectors/tx.tlog-proof" "$vectors/policy-0.txt"
expect 0 "record 1 3: value" "$vectors/records.tlog-proof" "$vectors/policy-0.txt"
expect 0 "is not there" "$vectors/absent.tlog-proof" "$vectors/policy-0.txt"
expect 0 "the succession leads from it" "$vectors/later.tlog-proof" \
	"$vectors/policy-0.txt" "$vectors/succession.tlog-proofs"
expect 7 NO_QUORUM "$vectors/short.tlog-proof" "$vectors/policy-0.txt"
expect 7 UNREADABLE "$vectors/golden.json" "$vectors/policy-0.txt"
# Nothing of ours but the documented functions is seen from outside.
if nm -D --defined-only "$LD_LIBRARY_PATH/libcairn-verify.so" | grep -v ' T cairn_receipt_'; then
	echo "symbols that no header documents"
	exit 1
fi
echo "the installed library checks receipts"

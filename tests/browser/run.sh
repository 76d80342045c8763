#!/bin/sh
# run.sh TEST [FOLDER]: a test of the node's pages in a real browser, skipped where there is none.
# Of `cases` the folder has the receipts.
set -eu

here=$(dirname "$0")
export PYTHONDONTWRITEBYTECODE=1 RECEIPT_CASES="${2:-}"
if ! command -v python3 >/dev/null; then
	echo "skipped: there is no python3"
	exit 77
fi
for name in chromium chromium-browser google-chrome; do
	if command -v "$name" >/dev/null; then
		exec python3 "$here/test_$1.py"
	fi
done
echo "skipped: there is no Chromium"
exit 77

#!/bin/sh
# run.sh [cases FOLDER]: the second implementation against the golden vectors, or against the
# files of a folder as its cases.json says; or a word why it did not run.
if ! command -v python3 >/dev/null; then
	echo "skipped: python3 is not installed"
	exit 77
fi
export PYTHONDONTWRITEBYTECODE=1
here=$(dirname "$0")
if [ "${1:-}" = cases ]; then
	exec python3 "$here/cases.py" "$2"
fi
exec python3 "$here/test_second.py"

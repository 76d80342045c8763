#!/bin/sh
# run.sh [cases FOLDER]: the golden ones, or those of a folder as its cases.json says.
#
# Receipts against golang.org/x/mod/sumdb, as Debian packages it; nothing is downloaded. Skipped
# with a word where Go or the package (golang-golang-x-mod-dev) is not installed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
go=$(command -v go || true)
if [ -z "$go" ] || [ ! -d /usr/share/gocode/src/golang.org/x/mod/sumdb ]; then
	echo "skipped: golang-go and golang-golang-x-mod-dev are not installed"
	exit 77
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export GO111MODULE=off GOFLAGS= GOPROXY=off GOPATH=/usr/share/gocode GOCACHE="$scratch/cache"
export HOME="$scratch" CGO_ENABLED=0
cd "$here"
"$go" build -o "$scratch/check" ./main.go
[ $# -gt 0 ] || set -- "$here/../vectors/receipts"
"$scratch/check" "$@"

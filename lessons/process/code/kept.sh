#!/bin/bash
# The same, and it fails when the dump fails.
set -euo pipefail

dump() {
    echo 'CREATE TABLE payment (number integer);'
    echo 'dump: connection lost' >&2
    exit 3
}

# ANCHOR: backup
trap 'rm -f backup.new' EXIT
dump | gzip >backup.new
mv backup.new backup.gz
# ANCHOR_END: backup

#!/bin/sh
# Writes a dump of the database into a file.
set -e

dump() {
    echo 'CREATE TABLE payment (number integer);'
    echo 'dump: connection lost' >&2
    exit 3
}

# ANCHOR: backup
dump | gzip >backup.gz
echo "backup written, status $?"
# ANCHOR_END: backup

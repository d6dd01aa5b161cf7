#!/bin/sh
# Every night, while the servers run: a verified backup; those older than two weeks are removed.
# Run by cron in the folder of the app, with its environment.
set -eu
folder=${BACKUPS:?give a folder}/$(date -u +%Y-%m-%d)
npx kith backup "$folder"
npx kith restore "$folder" --check
find "$BACKUPS" -mindepth 1 -maxdepth 1 -type d -name '????-??-??' -mtime +14 -exec rm -r {} +

#!/bin/sh
# Every night, while the servers run: a backup that is checked, and none older than two weeks.
# Run by cron in the folder of the app, with its environment.
set -eu
folder=${BACKUPS:?give a folder}/$(date -u +%Y-%m-%d)
npx kith backup "$folder"
npx kith restore "$folder" --check
find "$BACKUPS" -mindepth 1 -maxdepth 1 -type d -name '????-??-??' -mtime +14 -exec rm -r {} +

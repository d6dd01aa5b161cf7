#!/bin/sh
# Kills the process groups that its input names and removes the folder $1 as soon as its input ends, which happens
# however the process at the other end dies.
groups=' '
while read -r what group; do
  case $what in
    guard) groups="$groups$group " ;;
    release) groups="${groups%%" $group "*} ${groups#*" $group "}" ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
# Killed processes may still write for a moment.
for pause in 0 1 2; do sleep "$pause" && rm -rf "$1" 2>/dev/null && exit; done

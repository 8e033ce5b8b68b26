#!/bin/sh
# Stands in for helm: says what it was given, or fails as helm does.
case "$MODE" in
  fail) echo 'Error: nil pointer evaluating interface {}.global' >&2; exit 1 ;;
  network) echo 'Error: dial tcp: lookup registry.example: no such host' >&2; exit 1 ;;
  hang) exec sleep 60 ;;
esac
stdin=
case "$*" in *"--values -"*) stdin=$(cat) ;; esac
cat <<END
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: given
data:
  arguments: '$*'
  stdin: '$stdin'
  environment: '$(env | cut -d= -f1 | sort | tr '\n' ' ' | sed 's/ $//')'
END

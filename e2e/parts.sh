#!/usr/bin/env bash
# The test parts that Go and npm cannot bring: a C compiler (race detector), Chromium, Firefox, PostgreSQL, a font.
# As root on Debian they are installed; elsewhere this says what to install. Nothing happens when all are there.
set -euo pipefail

missing=()
command -v gcc >/dev/null || missing+=(gcc libc6-dev)
command -v "${PARLEY_CHROMIUM:-chromium}" >/dev/null || missing+=(chromium)
command -v "${PARLEY_FIREFOX:-firefox-esr}" >/dev/null || missing+=(firefox-esr)
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || missing+=(postgresql)
command -v fc-list >/dev/null && [ -n "$(fc-list 2>/dev/null | head -n 1)" ] || missing+=(fontconfig fonts-liberation)
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "The tests need these packages (names as in Debian): ${missing[*]}" >&2
  echo "Install them, as root: apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 1
fi
echo "installing test parts: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >/dev/null

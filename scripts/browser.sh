#!/bin/sh
# Install Chromium for the tests with apt-get, unless it is installed already.
set -eu

found() {
    command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1
}

if found; then exit 0; fi

if ! command -v apt-get >/dev/null 2>&1; then
    echo 'The tests need Chromium, and this system has no apt-get. Install `chromium` so that it is on the PATH, then run this again.' >&2
    exit 1
fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! sudo -n true 2>/dev/null; then
        echo 'The tests need Chromium. Run `sudo apt-get install chromium` once, then run this again.' >&2
        exit 1
    fi
    as_root='sudo -n'
fi

echo 'The tests need Chromium: installing it with apt-get.'
$as_root apt-get update -qq
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends chromium >/dev/null

if ! found; then
    echo 'apt-get finished, but there is no `chromium` on the PATH. Install it by hand, then run this again.' >&2
    exit 1
fi

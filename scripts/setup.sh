#!/bin/sh
# Make .venv and install the given requirements file; does nothing when that was done before.
set -eu
wanted=$1
cd "$(dirname "$0")/.."

find_python() {
    for name in ${PYTHON:-} python3.11 python3.12 python3.13 python3; do
        if command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    echo "Python 3.11 is needed and was not found. Install it (Debian: apt install python3.11 python3.11-venv), or say PYTHON=/path/to/python." >&2
    exit 1
}

stamp=.venv/installed-$(basename "$wanted" .txt)
signature=$(cat requirements.txt "$wanted" | cksum)
if [ -x .venv/bin/python ] && [ "$(cat "$stamp" 2>/dev/null)" = "$signature" ]; then
    exit 0
fi

# One that was interrupted while it was made has no pip.
if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    python=$(find_python)
    if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
        echo "The venv module of $python is missing. Install it (Debian: apt install python3-venv) and try again." >&2
        exit 1
    fi
    echo "Making .venv ..."
    "$python" -m venv --clear .venv
fi
echo "Installing $wanted (once) ..."
if ! .venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$wanted" 2>.venv/pip.log; then
    grep -v WARNING .venv/pip.log | tail -n 5 >&2
    echo "Installing the requirements did not work; the whole log is in .venv/pip.log." >&2
    exit 1
fi
echo "$signature" >"$stamp"

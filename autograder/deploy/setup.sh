#!/usr/bin/env bash
# Make this Debian machine a hub for the class of a roster, or bring it up to date. As root:
#
#   autograder/deploy/setup.sh roster.csv
#
# Run it again after `git pull`, after a change of the roster or of /etc/nand2resnet/hub.toml.
set -euo pipefail
umask 022
[[ $EUID == 0 ]] || { echo "setup.sh: setting up a hub needs root" >&2; exit 2; }
[[ -r ${1:-} ]] || { echo "setup.sh: name the roster: who takes part (see roster.csv)" >&2; exit 2; }
roster=$(realpath "$1")
cd -P "$(dirname "${BASH_SOURCE[0]}")/../.."

if ! command -v npm >/dev/null; then
    echo "hub: installing Debian packages: nodejs npm"
    { apt-get update -q && apt-get install -q -y --no-install-recommends nodejs npm; } >/dev/null
fi
autograder/environment.sh --system
.venv/bin/python -m autograder.deploy "$roster"

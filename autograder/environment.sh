#!/usr/bin/env bash
# Make the environment: the Python packages in .venv, and (with --system) Debian's packages.
#
#   autograder/environment.sh            .venv, with the versions that requirements.lock pins
#   autograder/environment.sh --system   and bubblewrap (to grade), chromium and libatomic (for tests)
#
# Run it as often as you like: what is there already is left alone.
set -euo pipefail
umask 022 # the sandbox's user is to read what is installed, also where root's files are private
cd -P "$(dirname "${BASH_SOURCE[0]}")/.."
readonly REPOSITORY=$PWD
readonly VENV=.venv
readonly STAMP=$VENV/made-from # what the environment was made from; absent while it is being made
readonly SYSTEM_PYTHON=/usr/bin/python3
readonly LOG=$VENV/install.log
# Not in requirements.lock: which build is right depends on the machine. pip's default for Linux
# also runs on NVIDIA's processors and takes gigabytes; without one, a tenth does:
# PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu make demo
readonly TORCH=torch==2.13.0

main() {
    check_folder
    if [[ ${1:-} == --system ]]; then
        need_command bwrap bubblewrap
        need_command chromium chromium
        need_library libatomic.so.1 libatomic1 # of the Node.js that drives chromium in tests
        install_system_packages
    fi
    if ! [[ -f $STAMP && $(<"$STAMP") == "$(fingerprint)" ]] || ! venv_works; then
        venv_works || make_venv
        rm -f "$STAMP"
        install_python_packages
        fingerprint >"$STAMP"
    fi
    # A sandbox may not write, and would compile what it imports at every start.
    "$VENV/bin/python" -m compileall -q autograder course/nand2resnet
}

say() { printf 'environment: %s\n' "$*"; }

stop() {
    printf '\nenvironment: %s\n' "$@" >&2
    exit 1
}

check_folder() {
    # access() says yes to root where a read-only file system says no: so really write.
    if ! (: >.write-test) 2>/dev/null; then
        stop "cannot write in $REPOSITORY: make a copy where you can, and work there."
    fi
    rm -f .write-test
}

# --- Debian's packages ---------------------------------------------------------------------------

missing_packages=()

need_command() { # COMMAND PACKAGE
    command -v "$1" >/dev/null || missing_packages+=("$2")
}

need_library() { # LIBRARY PACKAGE; ldconfig is not on every user's PATH
    local known
    known=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null) || true
    [[ $known == *"$1"* ]] || missing_packages+=("$2")
}

install_system_packages() {
    ((${#missing_packages[@]})) || return 0
    local packages="${missing_packages[*]}"
    missing_packages=()
    if ! command -v apt-get >/dev/null; then
        stop "missing on this machine: $packages. Install with your system's package manager."
    elif ((EUID == 0)); then
        say "installing Debian packages: $packages"
        apt_get "$packages"
    elif [[ -t 0 ]] && command -v sudo >/dev/null; then
        local answer
        read -rp "environment: missing Debian packages: $packages. Install with sudo? [y/N] " answer
        [[ $answer == [yY]* ]] || stop "not installed. What to type: $(apt_line "$packages")"
        apt_get "$packages" sudo
    else
        stop "missing Debian packages: $packages. What to type: $(apt_line "$packages")"
    fi
}

apt_line() { echo "sudo apt-get update && sudo apt-get install $1"; }

apt_get() { # "PACKAGES" [sudo]
    local -a packages as_root=(${2:+"$2"} env DEBIAN_FRONTEND=noninteractive)
    read -ra packages <<<"$1"
    local log
    log=$(mktemp)
    if ! { "${as_root[@]}" apt-get update -q &&
        "${as_root[@]}" apt-get install -q -y --no-install-recommends "${packages[@]}"; } \
        </dev/null >"$log" 2>&1; then
        tail -n 15 "$log" >&2
        stop "apt-get failed (above: its last words). Is the machine online?" \
            "By hand: $(apt_line "$1")"
    fi
    rm -f "$log"
}

# --- Python --------------------------------------------------------------------------------------

make_venv() {
    local python
    python=$(choose_python)
    if [[ $python != "$SYSTEM_PYTHON" ]] && debian_may_help "$python"; then
        missing_packages+=(python3-venv)
        install_system_packages
        python=$(choose_python)
    fi
    [[ -n $python ]] || stop "Python 3.11 or newer is needed; found: $(found_pythons)." \
        "With conda: conda env create -f environment.yml"
    say "making $VENV with $python ($(version_of "$python"))$(why "$python")"
    "$python" -m venv --clear "$VENV"
}

choose_python() {
    local python
    while read -r python; do
        if new_enough "$python" && can_make_venvs "$python"; then
            echo "$python"
            return
        fi
    done < <(candidates)
}

candidates() {
    # First the system's: the sandbox's user and a hub's users can read it, which a Python under
    # somebody's private home they cannot.
    echo "$SYSTEM_PYTHON"
    local name
    for name in python3 python3.14 python3.13 python3.12 python3.11; do
        command -v "$name" || true
    done
}

new_enough() { # PYTHON
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' &>/dev/null </dev/null
}

can_make_venvs() { # PYTHON; Debian has put this part into a package of its own
    "$1" -c 'import venv, ensurepip; ensurepip.version()' &>/dev/null </dev/null
}

debian_may_help() { # CHOSEN: none was found, or root (who is not asked) can have the better one
    command -v apt-get >/dev/null && [[ -z $1 || $EUID == 0 ]] &&
        { [[ ! -x $SYSTEM_PYTHON ]] || new_enough "$SYSTEM_PYTHON"; }
}

version_of() { # PYTHON
    "$1" -c 'import platform; print(platform.python_version())' 2>/dev/null </dev/null
}

found_pythons() {
    local python found=
    while read -r python; do
        found+=${found:+, }"$python $(version_of "$python" || echo 'does not run')"
    done < <(candidates | sort -u)
    echo "$found"
}

why() { # PYTHON
    if [[ $1 == "$SYSTEM_PYTHON" ]]; then
        echo ": every user can read it, the sandbox's too"
    else
        echo ": $SYSTEM_PYTHON is missing, too old, or without venv"
    fi
}

venv_works() { # it is not there, its Python has gone, or the folder was moved or copied
    [[ -x $VENV/bin/python ]] && grep -qF "$REPOSITORY/$VENV" "$VENV/bin/activate" &&
        "$VENV/bin/python" -m pip --version >/dev/null 2>&1
}

fingerprint() { { cat pyproject.toml requirements.lock && echo "$TORCH"; } | cksum; }

install_python_packages() {
    say "installing what requirements.lock pins (a minute or two)"
    pip_install --no-deps --require-hashes -r requirements.lock
    say "installing $TORCH, for the units from LeNet on"
    pip_install "$TORCH"
    pip_install --no-deps --no-build-isolation --editable .
    say "ready after $SECONDS s"
}

pip_install() {
    if ! "$VENV/bin/python" -m pip --disable-pip-version-check --no-input install \
        --progress-bar off "$@" </dev/null >"$LOG" 2>&1; then
        tail -n 15 "$LOG" >&2
        stop "pip failed (above: its last words; all of them: $LOG)." \
            "If they speak of connections or of resolving names, the machine is offline: repeat online."
    fi
}

main "$@"

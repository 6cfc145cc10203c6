#!/usr/bin/env bash
# Run the named stages in order, stop at the first that fails, say how long each took.
#
#   tests/run.sh build lint pytest
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
readonly MOST_WORKERS=4 # each may hold a browser and a JupyterLab

main() {
    local stage begin
    for stage in "$@"; do
        begin=$SECONDS
        printf '\n== %s\n' "$stage"
        if "stage_$stage"; then
            printf '== %s: passed, %d s\n' "$stage" $((SECONDS - begin))
        else
            printf '== %s: FAILED, %d s\n' "$stage" $((SECONDS - begin)) >&2
            exit 1
        fi
    done
}

stage_build() {
    n2r build --check
}

stage_lint() {
    ruff check --quiet . && ruff format --check --quiet . && mypy
}

# Only what has changed since its audit was committed, and a sample of the rest.
stage_audit() {
    n2r audit
}

stage_pytest() {
    local workers
    workers=$(getconf _NPROCESSORS_ONLN)
    # The workers use all processors. Threads that wait for one another would only spin: a notebook
    # that trains in a minute then takes ten.
    export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
    # A file's tests stay together, so that what they share (a graded class, a JupyterLab) is made once.
    pytest --numprocesses $((workers < MOST_WORKERS ? workers : MOST_WORKERS)) --dist loadfile
}

main "$@"

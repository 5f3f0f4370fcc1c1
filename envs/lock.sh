#!/usr/bin/env bash
# Pins the newest versions that fit requirements.in and dev.in, from a fresh virtual environment.
# Run it on a machine where torch comes as a CPU build: the CUDA packages of torch's other builds
# are pinned by torch itself and must not get into the list.
set -euo pipefail
cd "$(dirname "$0")"
venv=$(mktemp -d)
trap 'rm -rf "$venv"' EXIT
"${PYTHON:-python3}" -m venv "$venv"
pip() { "$venv/bin/pip" --disable-pip-version-check -q "$@"; }
frozen() { pip freeze --all | sed 's/+cpu$//' | grep -v '^pip==' | sort -f; }

pip install -r requirements.in
runtime=$(frozen)
printf '%s\n' '# Made by envs/lock.sh from requirements.in: change that and run it again.' \
    "$runtime" >requirements.txt
pip install -c requirements.txt -r dev.in
{
    printf '%s\n' '# Made by envs/lock.sh from dev.in: change that and run it again.' \
        '-r requirements.txt'
    comm -13 <(sort <<<"$runtime") <(frozen | sort) | sort -f
} >dev.txt
{
    printf '%s\n' '# Made by envs/lock.sh from requirements.txt, for conda: the same versions.' \
        'name: tausweep' 'channels: [conda-forge]' 'dependencies:' '  - python=3.11' '  - pip' \
        '  - pip:'
    sed 's/^/      - /' <<<"$runtime"
} >environment.yaml

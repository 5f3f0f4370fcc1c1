#!/usr/bin/env bash
# Pins the newest versions that fit each of the lists beside this, from fresh virtual environments.
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
# locked NAME: NAME.in on top of the runtime
locked() {
    pip install -c requirements.txt -r "$1.in"
    {
        printf '%s\n' "# Made by envs/lock.sh from $1.in: change that and run it again." \
            '-r requirements.txt'
        comm -13 <(sort <<<"$runtime") <(frozen | sort) | sort -f
    } >"$1.txt"
}
locked docs
pip uninstall -y -r <(sed '1,2d' docs.txt)
locked dev
{
    printf '%s\n' '# Made by envs/lock.sh from requirements.txt, for conda: the same versions.' \
        'name: tausweep' 'channels: [conda-forge]' 'dependencies:' '  - python=3.11' '  - pip' \
        '  - pip:'
    sed 's/^/      - /' <<<"$runtime"
} >environment.yaml

# apart NAME: NAME.in in an environment of its own
apart() {
    rm -rf "$venv"
    "${PYTHON:-python3}" -m venv "$venv"
    pip install -r "$1.in"
    {
        printf '%s\n' "# Made by envs/lock.sh from $1.in: change that and run it again."
        frozen | grep -v '^setuptools=='
    } >"$1.txt"
}
apart conventions
apart audit

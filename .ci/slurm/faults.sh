# A training job that everything befalls: sourced by .ci/slurm-loopback.
# shellcheck shell=bash

readonly training=$PWD/.ci/slurm/training.yaml

# One job is preempted, goes on, loses its controller for a while, and is cancelled while its node is
# drained. It ends with the numbers of one that was left alone.
test_faults() { # DIRECTORY
    local quiet pid first second
    mkdir -p "$1"
    # Not every minute, or this would take many.
    cat >"$1/often" <<'END'
tausweep() { command tausweep "$@" $([[ $2 == train ]] && echo --checkpoint-every 1); }
END
    upto make_signal "$1/harried" --cores 1 >"$1/quiet.log" 2>&1 || fail "$(cat "$1/quiet.log")"
    mkdir "$1/quiet"
    cp -r "$1/harried/results" "$1/quiet/"
    upto train "$1/quiet" --cores 1 >"$1/quiet.log" 2>&1 &
    quiet=$!
    BASH_ENV=$1/often upto train "$1/harried" "${on_slurm[@]}" \
        --set-resources train:gpu=1 train:gpu_model=a100 >"$1/harried.log" 2>&1 &
    pid=$!

    within 300 training_saved "$1/harried" || fail "nothing is trained: $(cat "$1/harried.log")"
    first=$(training_job)
    scontrol requeue "$first"
    within 90 state_is "$first" PENDING || fail "job $first was not requeued"
    touch "$1/requeued"
    scontrol update JobId="$first" StartTime=now
    within 300 saved_since "$1/requeued" "$1/harried" || fail "job $first does not go on"
    [[ $(training_job) == "$first" ]] || fail "the requeued job was submitted again"
    goes_on "$1/harried" || fail "training began anew: $(cat "$1"/harried/results/logs/train/*.log)"
    say "passed: a preempted job goes on from its checkpoint"

    stop slurmctld
    sleep "${controller_away:-8}"
    start slurmctld slurmctld -D
    within 60 state_is "$first" RUNNING || fail "job $first did not survive its controller"
    say "passed: a job and Snakemake survive a controller that was away"

    scontrol update NodeName=node1,node2 State=DRAIN Reason=test
    scancel "$first"
    within 300 resubmitted "$first" || fail "no second attempt: $(cat "$1/harried.log")"
    second=$(training_job)
    state_is "$second" PENDING || fail "job $second runs on a drained node"
    [[ $(limit "$first") == 30:00 && $(limit "$second") == 1:00:00 ]] ||
        fail "time asked for: $(limit "$first"), then $(limit "$second")"
    scontrol update NodeName=node1,node2 State=RESUME
    wait "$pid" || fail "$(cat "$1/harried.log")"
    wait "$quiet" || fail "$(cat "$1/quiet.log")"
    same_numbers "$1/quiet" "$1/harried" || fail "the numbers differ"
    say "passed: cancelled and drained, the second attempt ends with the same numbers"
}

# What needs more memory than it asked for is killed, says so in one line, and is tried again with
# more; DIRECTORY is that of test_faults.
test_memory() { # DIRECTORY
    local said
    mkdir -p "$1/small/results"
    cp -r "$1"/quiet/results/{series,signal} "$1/small/results/"
    said=$(upto train "$1/small" "${on_slurm[@]}" --set-resources train:gpu=0 \
        "train:gres='gpu:a100:1' if attempt == 1 else 'mps:25'" \
        "train:mem_mb=200 if attempt == 1 else 2000" 2>&1) || fail "$said"
    [[ $(grep "^failed: train" <<<"$said") == *"Slurm: "*"exceeded memory limit"* ]] ||
        fail "nothing is said of memory: $said"
    same_numbers "$1/quiet" "$1/small" || fail "the numbers differ"
    [[ $(submitted) == *"--gres=gpu:a100:1 "*$'\n'*"--gres=mps:25 "* ]] || fail "asked: $(submitted)"
    say "passed: killed for its memory, the second attempt ends with the same numbers"
}

# upto RULE DIRECTORY OPTION…
upto() { "$snakemake" --until "$1" --configfile "$training" --directory "${@:2}"; }
training_saved() { compgen -G "$1/results/state/*.nc" >/dev/null; }
saved_since() { [[ -n $(find "$2/results/state" -name "*.nc" -newer "$1") ]]; }
goes_on() { grep -q "going on" "$1"/results/logs/train/*.log; }
training_job() {
    squeue --noheader --states=all --sort=-i --Format=jobid:20,comment:100 |
        awk '/rule_train/ {print $1; exit}'
}
resubmitted() { [[ $(training_job) != "$1" ]]; }
state_is() { [[ $(squeue --noheader --states=all --job "$1" --format=%T 2>/dev/null) == "$2" ]]; }
# How the last two jobs were submitted.
submitted() {
    sacct --allocations --noheader --parsable2 --starttime=now-1day --format=submitline | tail -n 2
}
limit() { squeue --noheader --states=all --job "$1" --format=%l; }

# same_numbers DIRECTORY DIRECTORY: what was trained in both, to the last bit
same_numbers() {
    "$(dirname "$snakemake")/python" - "$1" "$2" <<'END'
import sys
from pathlib import Path

import xarray as xr

one, other = (next(Path(d, "results/train").glob("*.nc")) for d in sys.argv[1:])
with xr.open_dataset(one) as a, xr.open_dataset(other) as b:
    xr.testing.assert_equal(a, b)
END
}

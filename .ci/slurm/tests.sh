# What is tested on the cluster: sourced by .ci/slurm-loopback.
# shellcheck shell=bash

# run DIRECTORY OPTION…: the smoke experiment in that directory
run() { "$snakemake" --configfile "$experiment" --directory "$@"; }
# Jobs here take seconds, so do not let Snakemake wait longer before it asks whether they are done.
on_slurm=(--profile profiles/slurm --slurm-init-seconds-before-status-checks 7)

# edit PROFILE: its four values, as docs/slurm.md says
edit() {
    sed -i -e 's/slurm_account: "" /slurm_account: "lab" /' -e '/# 2\./s/""/"main"/' -e '/# 3\./s/""/"gpu"/' \
        "$1/config.yaml"
    [[ $(grep -c '"lab"\|"main"\|"gpu" ' "$1/config.yaml") == 3 ]] || fail "not edited: $1"
}

# Results up to training were each made by a Slurm job of its own (the plugin names it in the job's
# comment), and each training job was given a GPU, in its partition; what follows of each of the two
# sweeps, by one. All were paid for by the account.
check_jobs() {
    local jobs result key where
    jobs=$(sacct --allocations --noheader --parsable2 --state=COMPLETED \
        --starttime=now-1day --endtime=now --format=comment,account,partition,alloctres)
    [[ $(grep -c "^group_sweep_\|^rule_sweep_" <<<"$jobs") == 2 ]] || fail "not two sweeps: $jobs"
    for result in "$1"/results/{series,signal,lyapunov,train}/*.nc; do
        key=$(basename "$result" .nc)
        where="|lab|main|"
        if [[ $result == */train/* ]]; then where="|lab|gpu|.*gres/gpu=1"; fi
        grep -q "_wildcards_$key$where" <<<"$jobs" || fail "no job $where made $result: $jobs"
    done
    [[ -e $1/results/figures/smoke/sweep_lorenz.pdf ]] || fail "the figures are missing"
    say "passed: $(wc -l <<<"$jobs") Slurm jobs made the results, after $SECONDS s"
}

# nothing_to_do WHERE DIRECTORY OPTION…
nothing_to_do() {
    local output
    output=$(run "${@:2}" 2>&1) || fail "$output"
    [[ $output == *"Nothing to be done"* ]] || fail "$1 something ran again: $output"
    say "passed: $1 nothing runs again"
}

# test_page DIRECTORY RESULTS: the commands of docs/slurm.md in a clone that has these results but no
# figures. What takes days is planned, and the environment is the one here.
test_page() {
    local line command=
    git clone --quiet . "$1/clone"
    edit "$1/clone/profiles/slurm"
    cp -r "$2" "$1/clone/results"
    rm -r "$1/clone/results/figures"
    sed -n '/^```bash$/,/^```$/{/^```/d;p}' docs/slurm.md >"$1/commands"
    while IFS= read -r line; do
        command+=$line
        case $command in
            *\\) command=${command%\\} && continue ;;
            "make "* | "source "* | "") ;;
            *experiments/paper.yaml) type_it "$1/clone" "$command --dry-run" ;;
            *) type_it "$1/clone" "$command" ;;
        esac
        command=
        within 300 no_jobs || fail "jobs do not end: $(squeue)"
    done <"$1/commands"
    [[ -e $1/clone/results/figures/smoke/report.html ]] || fail "the page makes no report"
    say "passed: every command of docs/slurm.md, after $SECONDS s"
}
no_jobs() { [[ -z $(squeue --noheader) ]]; }

# type_it DIRECTORY COMMAND
type_it() {
    local output profile="${on_slurm[*]:1}"
    say "\$ $2"
    output=$(cd "$1" && PATH=$(dirname "$snakemake"):$PATH \
        bash -c "${2//profiles\/slurm/$profile}" 2>&1 </dev/null) || fail "$output"
}

# What ends no job of the workflow in a way that Slurm or Snakemake would tell at once.
test_at_random_moments() {
    faults --ask squeue --times 3 --only "controller silent" "out of time" "forgotten"
    faults --ask sacct --times 3 --only "accounting away" "node failed" "cancelled"
    say "passed: faults at random moments, after $SECONDS s"
}
faults() { "$(dirname "$snakemake")/python" -m tests.faults slurm "$@" || fail "see above"; }

test_workflow() {
    local work
    work=$(mktemp -d)
    cp -r profiles/slurm "$work/profile"
    edit "$work/profile"
    run "$work/cluster" --profile "$work/profile" "${on_slurm[@]:2}" --show-failed-logs || fail "the workflow failed: $work"
    check_jobs "$work/cluster"
    nothing_to_do "on Slurm" "$work/cluster" "${on_slurm[@]}"
    nothing_to_do "without Slurm" "$work/cluster"
    mkdir "$work/laptop"
    cp -r "$work/cluster/results" "$work/laptop/" # with new times, and none of .snakemake
    nothing_to_do "where the results were copied to," "$work/laptop"
    test_page "$work/page" "$work/cluster/results"
    test_faults "$work/faults"
    test_memory "$work/faults"
    test_at_random_moments
    rm -r "$work"
    say "passed after $SECONDS s"
}

# A Slurm cluster of one node, this machine: sourced by .ci/slurm-loopback.
# shellcheck shell=bash

readonly conf=/etc/slurm # not a place of our own: srun inside a job drops SLURM_CONF
readonly mark="# Made by tausweep's .ci/slurm-loopback, which removes it when it ends."
readonly state=/run/tausweep-slurm

install_slurm() {
    if ! type munged slurmctld slurmd srun >/dev/null 2>&1; then
        say "installing slurm-wlm and munge"
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends \
            slurm-wlm munge >/dev/null
    fi
}

# One node, listening on loopback alone. It pretends to have four cores, so that groups of jobs find
# room, and two GPUs, so that requests for GPUs go the way they go on a real cluster: the jobs find
# none and use the CPU.
write_configuration() {
    local memory name
    memory=$(awk '/^MemTotal:/ {print int($2 / 1024 * 0.95)}' /proc/meminfo)
    name=$(hostname -s)
    cat >"$conf/gres.conf" <<END
$mark
NodeName=$name Name=gpu Type=a100 File=/dev/null
NodeName=$name Name=gpu Type=a100 File=/dev/zero
END
    cat >"$conf/slurm.conf" <<END
$mark
ClusterName=loopback
SlurmctldHost=$name(127.0.0.1)
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SlurmUser=root
StateSaveLocation=$state/slurmctld
SlurmdSpoolDir=$state/slurmd
SlurmctldPidFile=$state/slurmctld.pid
SlurmdPidFile=$state/slurmd.pid
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=sched_interval=1
ReturnToService=2
MinJobAge=3600
GresTypes=gpu
NodeName=$name NodeAddr=127.0.0.1 CPUs=4 RealMemory=$memory Gres=gpu:a100:2
SlurmdParameters=config_overrides
PartitionName=main Nodes=$name Default=YES MaxTime=INFINITE
END
}

# start NAME COMMAND…: as a background process, whose output goes to $state/NAME.log
start() {
    "${@:2}" >"$state/$1.log" 2>&1 9>&- &
    echo "$!" >"$state/$1.pid"
}

# stop NAME: what `start` started, in this run or in an earlier one that was killed
stop() {
    local pid
    pid=$(cat "$state/$1.pid" 2>/dev/null) || return 0
    if [[ $(cat "/proc/$pid/comm" 2>/dev/null) == "$1"* ]]; then
        kill "$pid" 2>/dev/null || true
        within 10 gone "$pid" || kill -KILL "$pid" 2>/dev/null || true
    fi
    rm -f "$state/$1.pid"
}

stop_cluster() {
    local name file
    if [[ -e $state/slurmctld.pid ]] && is_ours "$conf/slurm.conf"; then
        timeout 10 scancel --quiet --user=root 2>/dev/null || true
    fi
    for name in slurmd slurmctld munged; do stop "$name"; done
    for file in "$conf/slurm.conf" "$conf/gres.conf"; do
        if is_ours "$file"; then rm "$file"; fi
    done
}

is_ours() { [[ -e $1 ]] && [[ $(head -n 1 "$1") == "$mark" ]]; }
gone() { ! kill -0 "$1" 2>/dev/null; }
idle() { [[ $(sinfo --noheader --format=%t 2>/dev/null) == idle ]]; }
munge_works() { munge --no-input 2>/dev/null | unmunge >/dev/null 2>&1; }

# within SECONDS CONDITION…: wait until it holds; fails when the time is over
within() {
    local deadline=$((SECONDS + $1))
    until "${@:2}"; do
        ((SECONDS < deadline)) || return 1
        sleep 0.2
    done
}

start_cluster() {
    local file
    mkdir -p "$conf" "$state"
    exec 9>"$state/lock"
    flock --nonblock 9 || fail "another one is running on this machine"
    for file in slurm.conf gres.conf; do
        if [[ -e $conf/$file ]] && ! is_ours "$conf/$file"; then
            fail "$conf/$file is there and not from here: this machine belongs to a cluster"
        fi
    done
    stop_cluster
    trap stop_cluster EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    install_slurm
    rm -rf "$state/slurmctld" "$state/slurmd" # jobs of an earlier run are none of ours
    mkdir -p "$state/slurmctld" "$state/slurmd"
    write_configuration
    if ! munge_works; then
        install -d -o munge -g munge -m 755 /run/munge
        start munged setpriv --reuid=munge --regid=munge --clear-groups munged --foreground
        within 10 munge_works || fail "munged does not answer: $(tail -n 3 "$state/munged.log")"
    fi
    start slurmctld slurmctld -D
    start slurmd slurmd -D
    within 60 idle || fail "the node is not idle: $(tail -n 5 "$state"/slurm*d.log)"
    say "a cluster of one node on loopback is idle after $SECONDS s"
}

# A Slurm cluster on this machine, on loopback alone: sourced by .ci/slurm-loopback.
# shellcheck shell=bash

readonly conf=/etc/slurm # not a place of our own: srun inside a job drops SLURM_CONF
readonly mark="# Made by tausweep's .ci/slurm-loopback, which removes it when it ends."
readonly state=/run/tausweep-slurm
readonly files=(slurm.conf gres.conf slurmdbd.conf)
readonly nodes=(node1 node2)
readonly database=(mariadbd --no-defaults --user=root --datadir="$state/database"
    --socket="$state/database.socket" --skip-networking --skip-grant-tables)

install_slurm() {
    if ! type munged slurmctld slurmd slurmdbd srun mariadbd mariadb >/dev/null 2>&1; then
        say "installing slurm-wlm, slurmdbd, munge and mariadb"
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends \
            slurm-wlm slurmdbd munge mariadb-{server,client}-core >/dev/null
    fi
}

# What a lab's cluster has: two nodes, of which one has GPUs and a partition for them; accounting,
# without which nobody may submit; jobs that grow over their memory are killed; and finished jobs
# leave the queue after five minutes, as by default. The nodes pretend to have two cores each, and
# the two GPUs are pretended, so that requests for GPUs, or for a share of one, go the way they go on
# a real cluster: the jobs find none and use the CPU.
write_configuration() {
    local memory name
    memory=$(awk '/^MemTotal:/ {print int($2 / 1024 * 0.47)}' /proc/meminfo)
    name=$(hostname -s)
    cat >"$conf/gres.conf" <<END
$mark
NodeName=node2 Name=gpu Type=a100 File=/dev/null
NodeName=node2 Name=gpu Type=a100 File=/dev/zero
NodeName=node2 Name=mps Count=200
END
    cat >"$conf/slurm.conf" <<END
$mark
ClusterName=loopback
SlurmctldHost=$name(127.0.0.1)
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SlurmUser=root
StateSaveLocation=$state/slurmctld
SlurmdSpoolDir=$state/spool-%n
SlurmctldPidFile=$state/slurmctld.pid
SlurmdPidFile=$state/slurmd-%n.pid
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=1
JobAcctGatherParams=OverMemoryKill
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=sched_interval=1
ReturnToService=2
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStorageEnforce=associations
AccountingStorageTRES=gres/gpu
AccountingStoreFlags=job_comment
GresTypes=gpu,mps
SlurmdParameters=config_overrides
NodeName=DEFAULT CPUs=2 RealMemory=$memory
NodeName=node1 NodeHostname=$name NodeAddr=127.0.0.1 Port=17001
NodeName=node2 NodeHostname=$name NodeAddr=127.0.0.1 Port=17002 Gres=gpu:a100:2,mps:200
PartitionName=main Nodes=node1,node2 Default=YES MaxTime=INFINITE
PartitionName=gpu Nodes=node2 MaxTime=INFINITE
END
    cat >"$conf/slurmdbd.conf" <<END
$mark
DbdHost=localhost
DbdAddr=127.0.0.1
SlurmUser=root
PidFile=$state/slurmdbd.pid
StorageType=accounting_storage/mysql
StorageHost=localhost
StorageUser=root
END
    chmod 600 "$conf/slurmdbd.conf"
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
    if [[ $(cat "/proc/$pid/comm" 2>/dev/null) == "${1%-node*}"* ]]; then
        kill "$pid" 2>/dev/null || true
        within 10 gone "$pid" || kill -KILL "$pid" 2>/dev/null || true
    fi
    rm -f "$state/$1.pid"
}

stop_cluster() {
    local name
    if [[ -e $state/slurmctld.pid ]] && is_ours "$conf/slurm.conf"; then
        timeout 10 scancel --quiet --user=root 2>/dev/null || true
    fi
    for name in "${nodes[@]/#/slurmd-}" slurmctld slurmdbd mariadbd munged; do stop "$name"; done
    for name in "${files[@]/#/$conf/}"; do
        if is_ours "$name"; then rm "$name"; fi
    done
    jobs -pr | xargs --no-run-if-empty kill # what a test that failed left behind holds the lock
}

is_ours() { [[ -e $1 ]] && [[ $(head -n 1 "$1") == "$mark" ]]; }
gone() { ! kill -0 "$1" 2>/dev/null; }
idle() { [[ $(sinfo --noheader --partition=main --format=%D/%t 2>/dev/null) == "${#nodes[@]}/idle" ]]; }
munge_works() { munge --no-input 2>/dev/null | unmunge >/dev/null 2>&1; }
accounts_work() { sacctmgr --immediate --quiet add cluster loopback >"$state/accounts.log" 2>&1; }
database_works() { mariadb --socket="$state/database.socket" --execute "select 1" >/dev/null 2>&1; }

# within SECONDS CONDITION…: wait until it holds; fails when the time is over
within() {
    local deadline=$((SECONDS + $1))
    until "${@:2}"; do
        ((SECONDS < deadline)) || return 1
        sleep 0.2
    done
}

start_cluster() {
    local name
    mkdir -p "$conf" "$state"
    exec 9>"$state/lock"
    flock --nonblock 9 || fail "another one is running on this machine"
    for name in "${files[@]/#/$conf/}"; do
        if [[ -e $name ]] && ! is_ours "$name"; then
            fail "$name is there and not from here: this machine belongs to a cluster"
        fi
    done
    stop_cluster
    trap stop_cluster EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    install_slurm
    rm -rf "$state"/{slurmctld,spool-*,database} # jobs of an earlier run are none of ours
    mkdir -p "$state"/{slurmctld,database} "${nodes[@]/#/$state/spool-}"
    write_configuration
    if ! munge_works; then
        install -d -o munge -g munge -m 755 /run/munge
        start munged setpriv --reuid=munge --regid=munge --clear-groups munged --foreground
        within 10 munge_works || fail "munged does not answer: $(tail -n 3 "$state/munged.log")"
    fi
    start_accounting
    start slurmctld slurmctld -D
    for name in "${nodes[@]}"; do start "slurmd-$name" slurmd -D -N "$name"; done
    within 60 idle || fail "the nodes are not idle: $(tail -n 5 "$state"/slurm*d*.log)"
    say "a cluster of ${#nodes[@]} nodes on loopback is idle after $SECONDS s"
}

# The account `lab`, which jobs have to name: those that name none are paid for by `root`.
start_accounting() {
    mariadb-install-db "${database[@]:1}" --auth-root-authentication-method=normal \
        >"$state/mariadbd.log" 2>&1 || fail "$(tail -n 5 "$state/mariadbd.log")"
    start mariadbd "${database[@]}"
    within 30 database_works || fail "no database: $(tail -n 5 "$state/mariadbd.log")"
    export MYSQL_UNIX_PORT=$state/database.socket
    start slurmdbd slurmdbd -D
    within 30 accounts_work ||
        fail "no accounting: $(tail -n 5 "$state/accounts.log" "$state/slurmdbd.log")"
    sacctmgr --immediate --quiet add account lab Cluster=loopback >/dev/null
    sacctmgr --immediate --quiet add user root Account=lab Cluster=loopback >/dev/null
}

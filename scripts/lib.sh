# Shared by the scripts of this folder; sourced, never run. Bash 4, no tool beyond coreutils.
# shellcheck shell=bash disable=SC2034

# Folder of the project. A script may be reached through a symbolic link from anywhere.
root="$(readlink -f "${BASH_SOURCE[0]}")"
root="${root%/scripts/lib.sh}"
node_dist="$root/pd-node/server/target/dist"
ctl_dist="$root/pdctl/target/dist"
node_main=org.pdtoolkit.server.Main
ctl_main=org.pdtoolkit.ctl.Main

# Ends the script: fail EXIT_CODE LINE...
fail() {
    local code=$1
    shift
    printf '%s\n' "$@" >&2
    exit "$code"
}

# Sets java to the launcher of JAVA_HOME, or of the path, java_major to its version, and java_build
# to what tells it from every other JVM.
find_java() {
    if [[ -n ${JAVA_HOME:-} ]]; then
        java="$JAVA_HOME/bin/java"
        [[ -x $java ]] || fail 2 "$1: JAVA_HOME is $JAVA_HOME, which has no bin/java"
    else
        java="$(command -v java)" || fail 2 "$1: found no java; install a JDK 17 or newer, or set JAVA_HOME"
    fi
    # The release file says the version without the price of starting a JVM.
    java_major=17
    local real
    real="$(readlink -f "$java")"
    java_build=$real
    if [[ -r ${real%/bin/java}/release ]]; then
        local line
        while IFS= read -r line; do
            if [[ $line =~ ^JAVA_VERSION=\"([0-9]+) ]]; then
                java_major=${BASH_REMATCH[1]}
            elif [[ $line == JAVA_RUNTIME_VERSION=* ]]; then
                java_build="$real ${line#*=}"
            fi
        done <"${real%/bin/java}/release"
    fi
    ((java_major >= 17)) || fail 2 "$1: $java is Java $java_major; Java 17 or newer is needed"
}

# Sets class_path to the jars of a distribution, always in the same order: the class-data archive
# is good for exactly one order.
find_class_path() {
    local dist=$1 jar
    local LC_ALL=C
    class_path=
    for jar in "$dist"/lib/*.jar; do
        [[ -e $jar ]] || return 1
        class_path+="${class_path:+:}$jar"
    done
}

# Sets jvm_flags to what pd-node runs with. PD_NODE_JAVA_OPTS replaces heap and collector and may
# add anything else.
find_node_flags() {
    local dist=$1
    local defaults="-Xms1g -Xmx1g -XX:+UseParallelGC"
    read -r -a jvm_flags <<<"${PD_NODE_JAVA_OPTS:-$defaults}"
    jvm_flags+=(-XX:+ExitOnOutOfMemoryError -XX:+PerfDisableSharedMem -Dfile.encoding=UTF-8)
    add_common_flags "$dist/pd-node.jsa"
}

# Sets jvm_flags to what pdctl runs with: made to start quickly.
find_ctl_flags() {
    jvm_flags=(-Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -Dfile.encoding=UTF-8)
    add_common_flags "$1/pdctl.jsa"
}

add_common_flags() {
    local archive=$1 made_for=''
    # An archive of other jars is passed over, without a word on standard output.
    jvm_flags+=(-Xshare:auto -Xlog:disable '-Xlog:all=error,cds*=off:stderr')
    # A JVM that has to pass over an archive may leave out its own too and start slower than with
    # none; so it is not offered the archive of another JVM or of another place.
    if [[ -r $archive && -r $archive.for ]]; then
        IFS= read -r made_for <"$archive.for" || true
        if [[ $made_for == "$java_build $class_path" ]]; then
            jvm_flags+=("-XX:SharedArchiveFile=$archive")
        fi
    fi
    # Netty and JLine call native code, which newer versions announce with a warning.
    if ((java_major >= 22)); then
        jvm_flags+=(--enable-native-access=ALL-UNNAMED)
    fi
    if ((java_major >= 24)); then
        jvm_flags+=('-Xlog:aot*=off:stderr' --sun-misc-unsafe-memory-access=allow)
    fi
}

# Sets status to the answer of GET PORT PATH on loopback, or to 000. Bash alone; at most 2 seconds.
http_status() {
    local port=$1 path=$2 connection line=''
    status=000
    # The port is below the range that the system takes for outgoing connections, so that this
    # cannot connect to itself.
    if { exec {connection}<>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null; then
        { printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nConnection: close\r\n\r\n' \
            "$path" "$port" >&"$connection"; } 2>/dev/null || true
        if IFS= read -r -t 2 -u "$connection" line && [[ $line =~ ^HTTP/1\.1\ ([0-9]{3}) ]]; then
            status=${BASH_REMATCH[1]}
        fi
        exec {connection}>&-
    fi
}

# Whether something accepts connections on a port of loopback.
port_is_taken() {
    local connection
    if { exec {connection}<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null; then
        exec {connection}>&-
        return 0
    fi
    return 1
}

# Waits until a process is gone: wait_gone PID SECONDS.
wait_gone() {
    local tenth state
    for ((tenth = 0; tenth < $2 * 10; tenth++)); do
        kill -0 "$1" 2>/dev/null || return 0
        # A process that has ended stays visible until its parent asks for it, for ever in some
        # containers.
        if read -r state 2>/dev/null <"/proc/$1/stat" && [[ ${state##*) } == Z* ]]; then
            return 0
        fi
        sleep 0.1
    done
    return 1
}

# Makes the class-data archives of two distributions by a short run of a real node and a real
# pdctl: make_archives NODE_DIST CTL_DIST. An archive only makes starting faster; without one,
# everything works.
make_archives() {
    local node=$1 ctl=$2 port attempt tenth pid
    local work="$node/training"
    find_java "${0##*/}"
    rm -rf "$work" "$node"/pd-node.jsa* "$ctl"/pdctl.jsa*
    mkdir -p "$work"
    for ((attempt = 0; attempt < 20; attempt++)); do
        port=$((20000 + RANDOM % 10000))
        if ! port_is_taken "$port" && ! port_is_taken $((port + 1)); then
            break
        fi
    done
    find_class_path "$node" || return 1
    jvm_flags=()
    add_common_flags /none
    "$java" "${jvm_flags[@]}" -XX:+UseParallelGC -Xmx256m \
        "-XX:ArchiveClassesAtExit=$work/pd-node.jsa" -cp "$class_path" "$node_main" \
        --name training --data-dir "$work/data" \
        --client-urls "http://127.0.0.1:$port" --peer-urls "http://127.0.0.1:$((port + 1))" \
        >"$work/log" 2>&1 &
    pid=$!
    status=000
    for ((tenth = 0; tenth < 200; tenth++)); do
        kill -0 "$pid" 2>/dev/null || break
        http_status "$port" /pd/api/v1/leader
        [[ $status == 200 ]] && break
        sleep 0.1
    done
    if find_class_path "$ctl"; then
        find_ctl_flags "$ctl"
        list_ctl_classes "$work" "http://127.0.0.1:$port"
    fi
    # The node writes its archive while it stops, and the other core can write pdctl's meanwhile.
    kill -TERM "$pid" 2>/dev/null || true
    if [[ -s $work/pdctl.classes ]]; then
        "$java" "${jvm_flags[@]}" -Xshare:dump "-XX:SharedClassListFile=$work/pdctl.classes" \
            "-XX:SharedArchiveFile=$work/pdctl.jsa" -cp "$class_path" >>"$work/ctl.log" 2>&1 &&
            keep_archive "$work" "$ctl/pdctl.jsa"
    fi
    if ! wait_gone "$pid" 20; then
        kill -KILL "$pid" 2>/dev/null || true
    fi
    # A JVM that was killed leaves half an archive, and half an archive crashes the next one.
    if wait "$pid" 2>/dev/null && find_class_path "$node"; then
        keep_archive "$work" "$node/pd-node.jsa"
    fi
    # The logs stay when the run went wrong, for whoever wonders about slow starts.
    if [[ $status == 200 && -s $node/pd-node.jsa && -s $ctl/pdctl.jsa ]]; then
        rm -rf "$work"
    else
        return 1
    fi
}

# Lists the classes of a pdctl that runs what people run most: list_ctl_classes WORK URL. pdctl gets
# a static archive, since picocli's class files have the format of Java 5, which a dynamic one
# leaves out. Without a server most of them are loaded all the same.
list_ctl_classes() {
    printf '%s\n' member 'member -o json' 'health -o table' ping 'tso 1' 'member leader show' help |
        "$java" "${jvm_flags[@]}" -Xshare:off "-XX:DumpLoadedClassList=$1/pdctl.classes" \
            -cp "$class_path" "$ctl_main" -u "$2" --timeout 2s --continue-on-error \
            >"$1/ctl.log" 2>&1 || true
}

# Moves a finished archive from WORK to where it is looked for, and notes what it is good for:
# keep_archive WORK ARCHIVE.
keep_archive() {
    [[ -s $1/${2##*/} ]] || return 1
    printf '%s %s\n' "$java_build" "$class_path" >"$2.for" && mv -f "$1/${2##*/}" "$2"
}

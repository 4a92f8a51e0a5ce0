"""A shell script that tries connections in a cluster, and what it prints, read back.

The script is POSIX sh. Every name in it is quoted and was checked to be a name before; what is no name makes no probe.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from netviz.sets.addresses import parse_address
from netviz.view.text import visible

FORMAT: Final = "netviz.probe/1"
COLUMNS: Final = ("from", "to", "protocol", "port", "expected", "observed")
CONNECTS, TIMES_OUT, REFUSED, UNKNOWN = "connects", "times-out", "refused", "unknown"
NO_TOOL, FAILED = "no-tool", "error"
OBSERVATIONS: Final = (CONNECTS, TIMES_OUT, REFUSED, NO_TOOL, FAILED)
MOST_ROWS: Final = 10_000
MOST_BYTES: Final = 5_000_000
_NAME: Final = re.compile(r"[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?", re.ASCII)
_LABEL: Final = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_./]{0,315}[A-Za-z0-9])?", re.ASCII)
_END: Final = re.compile(r"[A-Za-z0-9][-A-Za-z0-9_./:\[\]]{0,600}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class PodPlace:
    """A pod by its name, or else the first running one that has all of these labels."""

    namespace: str
    name: str = ""
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePlace:
    """A Service."""

    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class AddressPlace:
    """An address outside of the cluster."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One TCP connection to be tried. `source` and `target` are its ends as `netviz why` takes them.

    `expected` is connects, times-out or unknown; `title` is a remark of whatever kind.
    """

    source: str
    target: str
    port: int
    expected: str
    run_in: PodPlace
    towards: PodPlace | ServicePlace | AddressPlace
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One line that the script has printed."""

    source: str
    target: str
    protocol: str
    port: int
    expected: str
    observed: str
    line: int


def is_safe(probe: Probe) -> bool:
    """Whether all of its names are names that a cluster can have."""
    ends = _END.fullmatch(probe.source) and _END.fullmatch(probe.target)
    return bool(ends) and all(map(_is_place, (probe.run_in, probe.towards))) and 1 <= probe.port <= 65535


def _is_place(place: PodPlace | ServicePlace | AddressPlace) -> bool:
    match place:
        case AddressPlace(text):
            return parse_address(text) is not None
        case ServicePlace(namespace=namespace, name=name):
            return _all_match(_NAME, (namespace, name))
        case PodPlace(namespace=namespace, name="", labels=labels):
            values = [value for _, value in labels if value]
            keys = [key for key, _ in labels]
            return bool(labels) and _all_match(_NAME, (namespace,)) and _all_match(_LABEL, (*keys, *values))
        case _:
            return _all_match(_NAME, (place.namespace, place.name))


def _all_match(pattern: re.Pattern[str], texts: Iterable[str]) -> bool:
    return all(pattern.fullmatch(text) for text in texts)


def probe_script(probes: Sequence[Probe], skipped: Sequence[str] = ()) -> str:
    """The script. A probe with a name that is none is left out; `skipped` says in words what else is not tried."""
    good = [probe for probe in probes if is_safe(probe)]
    left_out = [*skipped, *(f"{each.source} to {each.target}: not a name" for each in probes if each not in good)]
    tried = f"{len(good)} connection{'' if len(good) == 1 else 's'}"
    lines = [_HEAD.format(tried=tried), _FUNCTIONS]
    lines += [f"# not tried: {visible(text)}" for text in left_out]
    lines.append("\nprintf '# %s\\n' " + shlex.quote(FORMAT))
    lines.append("printf '%s\\t%s\\t%s\\t%s\\t%s\\t%s\\n' " + " ".join(COLUMNS))
    for probe in good:
        lines += [""] + ([f"# {visible(probe.title)}"] if probe.title else [])
        lines.append(_call(probe))
    return "\n".join([*lines, "", _TAIL]) + "\n"


def _call(probe: Probe) -> str:
    match probe.towards:
        case AddressPlace(text):
            target = ["address", text, "", ""]
        case ServicePlace(namespace=namespace, name=name):
            target = ["service", namespace, name, ""]
        case PodPlace(namespace=namespace, name=name):
            target = ["pod", namespace, name, _selector(probe.towards)]
    run_in = [probe.run_in.namespace, probe.run_in.name, _selector(probe.run_in)]
    words = [probe.source, probe.target, str(probe.port), probe.expected, *run_in, *target]
    return f"probe {' '.join(map(shlex.quote, words))}"


def _selector(place: PodPlace) -> str:
    return "" if place.name else ",".join(f"{key}={value}" for key, value in place.labels)


def read_observations(data: bytes) -> tuple[tuple[Observation, ...], tuple[str, ...]]:
    """What the script has printed, and a sentence for every line that is something else."""
    if len(data) > MOST_BYTES:
        return (), (f"observed results have at most {MOST_BYTES:,} bytes",)
    found: list[Observation] = []
    problems: list[str] = []
    for number, line in enumerate(data.decode("utf-8", errors="replace").splitlines(), start=1):
        if not line.strip() or line.startswith("#") or tuple(line.split("\t")) == COLUMNS:
            continue
        row = _observation(line, number)
        if row is None:
            problems.append(f"line {number} is no result: {visible(line[:100])}")
        else:
            found.append(row)
        if len(found) + len(problems) >= MOST_ROWS:
            problems.append(f"only the first {MOST_ROWS:,} lines are read")
            break
    return tuple(found), tuple(problems)


def _observation(line: str, number: int) -> Observation | None:
    cells = line.split("\t")
    if len(cells) != len(COLUMNS):
        return None
    source, target, protocol, port, expected, observed = cells
    known = protocol == "TCP" and observed in OBSERVATIONS and expected in (CONNECTS, TIMES_OUT, UNKNOWN)
    is_port = port.isascii() and port.isdigit() and len(port) <= 5 and 1 <= int(port) <= 65535
    if not (known and is_port and _END.fullmatch(source) and _END.fullmatch(target)):
        return None
    return Observation(
        source=source,
        target=target,
        protocol=protocol,
        port=int(port),
        expected=expected,
        observed=observed,
        line=number,
    )


_HEAD: Final = """\
#!/bin/sh
# Tries {tried} in the cluster that kubectl talks to, and prints one line of results for each.
#
#     sh probes.sh > observed.tsv
#     netviz probe PATH... --observed observed.tsv
#
# It changes nothing in the cluster: it reads names and addresses (kubectl get) and opens TCP connections from pods
# (kubectl exec), with curl, nc, wget or bash, whichever the container has. It sends no data of its own but a plain
# HTTP request, and only where curl or wget is used.
#
# NETVIZ_PROBE_VIA=debug    for containers without a shell: adds one ephemeral container to each pod that probes
#                           start in (kubectl debug). That is the only change; it ends by itself after 15 minutes, but
#                           stays listed in the pod until the pod is replaced.
# NETVIZ_PROBE_IMAGE=IMAGE  the image of that container (default busybox:1.36)
# NETVIZ_PROBE_SECONDS=N    how long to wait for a connection (default 5)
# KUBECTL=PATH              the program to call (default kubectl)"""

_FUNCTIONS: Final = r"""
set -u
LC_ALL=C
export LC_ALL
kubectl=${KUBECTL:-kubectl}
via=${NETVIZ_PROBE_VIA:-exec}
image=${NETVIZ_PROBE_IMAGE:-busybox:1.36}
seconds=${NETVIZ_PROBE_SECONDS:-5}
container=netviz-probe-$$
prepared=' '
tried=0
differ=0

case $via in exec | debug) ;; *) echo 'NETVIZ_PROBE_VIA must be exec or debug' >&2; exit 2 ;; esac
case $seconds in '' | *[!0-9]*) echo 'NETVIZ_PROBE_SECONDS must be a number' >&2; exit 2 ;; esac

# Runs in the pod: HOST PORT SECONDS. Prints connects, refused, times-out, no-tool or error.
# shellcheck disable=SC2016
inner='
host=$1 port=$2 seconds=$3
case $host in *:*) url="http://[$host]:$port/" ;; *) url="http://$host:$port/" ;; esac
has() { command -v "$1" >/dev/null 2>&1; }
if has curl; then
    took=$(curl -s -o /dev/null -g --noproxy "*" -w "%{time_connect}" --connect-timeout "$seconds" -m "$seconds" "$url")
    code=$?
    case $took:$code in
        *[1-9]*:*) echo connects ;;
        *:7) echo refused ;;
        *:28) echo times-out ;;
        *) echo error ;;
    esac
elif has nc; then
    start=$(date +%s)
    if nc -z -w "$seconds" "$host" "$port" </dev/null >/dev/null 2>&1; then
        echo connects
    elif [ $(($(date +%s) - start)) -ge "$seconds" ]; then
        echo times-out
    else
        echo refused
    fi
elif has wget; then
    said=$(wget -T "$seconds" -O /dev/null "$url" 2>&1)
    code=$?
    case $code:$said in
        0:* | *"server returned"* | *"ERROR "[1-5]* | *HTTP/*) echo connects ;;
        *refused*) echo refused ;;
        *"timed out"*) echo times-out ;;
        *) echo error ;;
    esac
elif has bash && has timeout; then
    timeout "$seconds" bash -c "exec 3<>/dev/tcp/\$1/\$2" probe "$host" "$port" 2>/dev/null
    case $? in 0) echo connects ;; 124) echo times-out ;; *) echo refused ;; esac
else
    echo no-tool
fi'

# NAMESPACE NAME SELECTOR: the name of the pod, or of the first running one with these labels.
pod_of() {
    if [ -n "$2" ]; then
        printf '%s' "$2"
    else
        "$kubectl" get pods --namespace "$1" --selector "$3" --field-selector status.phase=Running \
            --output 'jsonpath={.items[0].metadata.name}' 2>/dev/null
    fi
}

# NAMESPACE POD: sees to the ephemeral container, once for each pod.
prepare() {
    case $prepared in *" $1/$2 "*) return 0 ;; esac
    "$kubectl" debug "$2" --namespace "$1" --image "$image" --container "$container" --attach=false --quiet \
        -- sleep 900 >/dev/null || return 1
    waited=0
    until "$kubectl" exec "$2" --namespace "$1" --container "$container" -- true 2>/dev/null; do
        waited=$((waited + 1))
        [ "$waited" -lt 60 ] || return 1
        sleep 1
    done
    prepared="$prepared$1/$2 "
}

# NAMESPACE POD: whether it can be probed from there.
ready() {
    [ "$via" = exec ] || prepare "$1" "$2"
}

# NAMESPACE POD HOST PORT: what comes of a connection.
attempt() {
    if [ "$via" = debug ]; then
        "$kubectl" exec "$2" --namespace "$1" --container "$container" -- sh -c "$inner" probe "$3" "$4" "$seconds"
    else
        "$kubectl" exec "$2" --namespace "$1" -- sh -c "$inner" probe "$3" "$4" "$seconds"
    fi
}

# TYPE NAMESPACE NAME SELECTOR: the address to connect to.
host_of() {
    case $1 in
        address) printf '%s' "$2" ;;
        service)
            host=$("$kubectl" get service "$3" --namespace "$2" --output 'jsonpath={.spec.clusterIP}' 2>/dev/null)
            # A headless Service has no address: its name stands for those of its pods.
            if [ "$host" = None ]; then printf '%s.%s.svc' "$3" "$2"; else printf '%s' "$host"; fi
            ;;
        pod)
            there=$(pod_of "$2" "$3" "$4")
            [ -z "$there" ] ||
                "$kubectl" get pod "$there" --namespace "$2" --output 'jsonpath={.status.podIP}' 2>/dev/null
            ;;
    esac
}

# FROM TO PORT EXPECTED, NAMESPACE POD SELECTOR of the source, TYPE NAMESPACE NAME SELECTOR of the target.
probe() {
    tried=$((tried + 1))
    pod=$(pod_of "$5" "$6" "$7")
    host=$(host_of "$8" "$9" "${10}" "${11}")
    observed=error
    if [ -n "$pod" ] && [ -n "$host" ] && ready "$5" "$pod" </dev/null >&2; then
        observed=$(attempt "$5" "$pod" "$host" "$3" </dev/null)
        case $observed in connects | refused | times-out | no-tool) ;; *) observed=error ;; esac
    fi
    case $4:$observed in
        connects:times-out | times-out:connects) differ=$((differ + 1)); mark='DIFFERS' ;;
        *) mark='-' ;;
    esac
    printf '%s\t%s\tTCP\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" "$observed"
    printf '%-8s %s -> %s TCP %s: expected %s, observed %s\n' "$mark" "$1" "$2" "$3" "$4" "$observed" >&2
}
"""

_TAIL: Final = """\
printf '%s tried, %s differ from what was expected\\n' "$tried" "$differ" >&2
[ "$differ" -eq 0 ]"""

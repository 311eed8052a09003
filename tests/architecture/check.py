#!/usr/bin/env python3
"""Rules that the design hangs on, checked on the sources: arrows between rooms go down only, and nothing but the
files that own them reads the time, sleeps, draws randomness, reads or writes JSON.

Usage: check.py SOURCE_DIR
"""

import pathlib
import re
import sys

# room → rooms whose headers it may include (base is open to all, and each room to itself).
ARROWS = {
    "src/base": set(),
    "src/codec": set(),
    "src/wireguard": {"src/codec"},
    "src/aws": {"src/codec"},
    "src/io": set(),
    "src/template": {"src/codec", "emulators/store"},
    "src/gateway": {"src/aws", "src/codec", "src/wireguard", "src/template/resource.h"},
    "src/scenario": {"src/sandbox", "src/codec", "src/io", "src/wireguard", "src/template", "src/gateway"},
    "src/console": {"src/aws"},
    "src/cli": {"src/scenario", "src/console", "src/sandbox", "src/codec", "src/io", "src/wireguard"},
    "emulators/store": set(),
    "emulators/http": {"src/aws", "src/io"},
    "emulators/targets": {"src/aws", "src/io"},
    "emulators/module": {"emulators/targets", "emulators/store", "emulators/http", "src/aws", "src/io",
                         "src/template/resource.h"},
    "emulators/iam": {"emulators/module", "emulators/store", "emulators/http", "src/aws", "src/template/resource.h"},
    "emulators/sts": {"emulators/module", "emulators/iam", "emulators/http", "src/aws"},
    "emulators/logs": {"emulators/module", "emulators/store", "emulators/http", "src/aws", "src/template/resource.h"},
    "emulators/s3": {"emulators/module", "emulators/targets", "emulators/store", "emulators/http", "src/aws",
                     "src/codec", "src/template/resource.h"},
    "emulators/sqs": {"emulators/module", "emulators/targets", "emulators/store", "emulators/http", "src/aws",
                      "src/template/resource.h"},
    "emulators/sns": {"emulators/module", "emulators/targets", "emulators/store", "emulators/http", "src/aws",
                      "src/io/http_client.h", "src/template/resource.h"},
    "emulators/lambda": {"emulators/module", "emulators/targets", "emulators/store", "emulators/http",
                         "emulators/logs", "src/aws", "src/io", "src/template/resource.h"},
    "emulators/states": {"emulators/module", "emulators/targets", "emulators/store", "emulators/http", "src/aws",
                         "src/template/resource.h"},
    "emulators/dynamodb": {"emulators/module", "emulators/targets", "emulators/store", "emulators/http", "src/aws",
                           "src/template/resource.h"},
    "emulators/ssm": {"emulators/module", "emulators/store", "emulators/http", "src/aws", "src/template/resource.h"},
    "emulators/secretsmanager": {"emulators/module", "emulators/targets", "emulators/store", "emulators/http",
                                 "src/aws", "src/template/resource.h"},
    "emulators/scheduler": {"emulators/module", "emulators/targets", "emulators/store", "emulators/http", "src/aws",
                            "src/template/resource.h"},
    "emulators/cloudformation": {"emulators/module", "emulators/store", "emulators/http", "src/aws", "src/template"},
}

# The composition root may name every room.
ROOT = re.compile(r"src/(sandbox(/.*|\.h|\.cpp)|main\.cpp)$")

# What every room may use, and what every emulator may.
FLOOR = {"src/base"}
EMULATORS_FLOOR = FLOOR | {"src/codec"}

FORBIDDEN = re.compile(
    r"sleep_for|sleep_until|\b(u|nano|clock_nano)?sleep\(|\w*clock::now\b|random_device|\bmt19937|"
    r"\b(std::)?s?rand\(|\btime\((nullptr|NULL|0)\)|\bstd::clock\(|\bclock_gettime\(|\bgettimeofday\(|"
    r"\bgetrandom\(|\brandombytes_(buf|random|uniform)\(|\barc4random"
)
OWNERS = {"src/base/system_time.cpp", "src/base/random.cpp"}

# Headers of the kernel's and the C library's doors to it, of Asio, and of threads.
KERNEL = re.compile(
    r"boost/(asio|beast|process)|(sys|net|netinet|netpacket|arpa|linux|asm)/|"
    r"(aio|dirent|dlfcn|fcntl|ftw|glob|grp|ifaddrs|malloc|mqueue|netdb|poll|pthread|pty|pwd|resolv|sched|semaphore|"
    r"signal|spawn|syslog|termios|ucontext|unistd|utime|wordexp)\.h$|csignal$|"
    r"(barrier|condition_variable|future|latch|mutex|semaphore|shared_mutex|stop_token|thread)$"
)
KERNEL_ROOMS = {"src/io", "emulators/http"}
KERNEL_EXCEPTIONS = {
    ("src/base/ip_address.cpp", "arpa/inet.h"),  # inet_pton and inet_ntop: values in, values out
    ("src/cli/exec.cpp", "csignal"),  # statuses as shells write them
    ("src/cli/sandbox_flags.cpp", "csignal"),  # dies of the signal that it was sent
}


# One reader and one writer of JSON, bounded and never throwing.
JSON = re.compile(
    r"(\.|->)dump\(|json::(parse|accept|sax_parse|(from|to)_(cbor|msgpack|bson|ubjson|bjdata))\(|"
    r"Json::(parse|accept|sax_parse)\(|(<<|>>)\s*(nlohmann::)?(ordered_)?json\b|\"_json\b"
)
# The second has the lines of every value, and bounds of its own.
JSON_OWNERS = {"src/base/json.cpp", "src/template/json_reader.cpp"}


def room_of(path):
    parts = path.split("/")
    return "/".join(parts[:2])


def included_file(root, text):
    for base in ("src", ""):
        candidate = root / base / text
        if candidate.is_file():
            return candidate.resolve().relative_to(root).as_posix()
    return None


# What is wrong with including `name`, as a sentence; None when nothing is.
def include_problem(root, path, name, quoted):
    room = room_of(path)
    target = included_file(root, name)
    if target is None:
        if quoted:
            return f'"{name}" is neither below src nor below the top: write paths from there'
        if KERNEL.match(name) and room not in KERNEL_ROOMS and (path, name) not in KERNEL_EXCEPTIONS:
            return f"Asio, POSIX and threads belong to src/io and emulators/http: <{name}>"
        return None
    if ROOT.match(path):
        return None
    allowed = ARROWS.get(room)
    if allowed is None:
        return f"room {room} has no arrows: add it to tests/architecture/check.py"
    floor = EMULATORS_FLOOR if room.startswith("emulators/") else FLOOR
    goal = "src/sandbox" if ROOT.match(target) else room_of(target)
    if goal in {room} | floor | allowed or target in allowed:
        return None
    return f"{room} may not include {target}"


def check_file(root, path, problems):
    for number, line in enumerate((root / path).read_text(errors="replace").splitlines(), 1):
        where = f"{path}:{number}"
        include = re.match(r'\s*#\s*include\s*(["<])([^">]+)', line)
        if include:
            problem = include_problem(root, path, include.group(2), include.group(1) == '"')
            if problem:
                problems.append(f"{where}: {problem}")
            continue
        code = line.split("//")[0]
        if path not in OWNERS and FORBIDDEN.search(code):
            problems.append(f"{where}: time, sleep or randomness outside base: {line.strip()}")
        if path not in JSON_OWNERS and JSON.search(code):
            problems.append(f"{where}: JSON is read and written by base/json.h alone: {line.strip()}")


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    files = sorted(
        path.relative_to(root).as_posix()
        for top in ("src", "emulators")
        for path in (root / top).rglob("*")
        if path.suffix in {".h", ".cpp"}
    )
    problems = []
    for path in files:
        check_file(root, path, problems)
    for problem in problems:
        print(problem)
    print(f"{len(files)} files, {len(problems)} problems")
    return 1 if problems or not files else 0


if __name__ == "__main__":
    sys.exit(main())

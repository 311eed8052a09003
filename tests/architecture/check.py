#!/usr/bin/env python3
"""Two rules that the design hangs on, checked on the sources: arrows between rooms go down only, and nothing
but the files that own them reads the time, sleeps or draws randomness.

Usage: check.py SOURCE_DIR
"""

import pathlib
import re
import sys

# room → rooms whose headers it may include (base is open to all, and each room to itself).
ARROWS = {
    "src/base": set(),
    "src/codec": set(),
    "src/wireguard": set(),
    "src/aws": {"src/codec"},
    "src/io": set(),
    "src/template": {"src/codec", "emulators/store"},
    "src/gateway": {"src/aws", "src/codec", "src/wireguard", "src/template/resource.h"},
    "src/scenario": {"src/sandbox", "src/codec", "src/io", "src/wireguard", "src/template", "src/gateway"},
    "src/console": {"src/sandbox"},
    "src/cli": {"src/scenario", "src/console", "src/sandbox", "src/codec", "src/io", "src/wireguard"},
    "emulators/store": set(),
    "emulators/http": {"src/aws", "src/io"},
    "emulators/iam": {"emulators/store", "emulators/http", "src/aws", "src/template/resource.h"},
    "emulators/sts": {"emulators/iam", "emulators/http", "src/aws"},
    "emulators/logs": {"emulators/store", "emulators/http", "src/aws", "src/template/resource.h"},
    "emulators/sqs": {"emulators/store", "emulators/http", "src/aws", "src/template/resource.h"},
    "emulators/sns": {"emulators/store", "emulators/http", "src/aws", "src/template/resource.h"},
    "emulators/lambda": {"emulators/store", "emulators/http", "emulators/logs", "src/aws", "src/io",
                         "src/template/resource.h"},
    "emulators/cloudformation": {"emulators/store", "emulators/http", "src/aws", "src/template"},
}

# The composition root may name every room.
ROOT = re.compile(r"src/(sandbox(/.*|\.h|\.cpp)|main\.cpp)$")

FORBIDDEN = re.compile(
    r"sleep_for|sleep_until|\busleep\(|\bnanosleep\(|system_clock::now|steady_clock::now|"
    r"high_resolution_clock|random_device|\bstd::rand\b|\brand\(\)|\btime\((nullptr|NULL|0)\)|"
    r"\bclock_gettime\(|\bgettimeofday\("
)
OWNERS = {"src/base/system_time.cpp", "src/base/random.cpp"}

KERNEL = re.compile(r"#include <(boost/asio|boost/beast|sys/socket|sys/epoll|netinet/|unistd)")
KERNEL_ROOMS = {"src/io", "emulators/http"}


def room_of(path):
    parts = path.split("/")
    return "/".join(parts[:2])


def included_file(root, text):
    for base in ("src", ""):
        candidate = root / base / text
        if candidate.is_file():
            return candidate.relative_to(root).as_posix()
    return None


def check_file(root, path, problems):
    room = room_of(path)
    for number, line in enumerate((root / path).read_text(errors="replace").splitlines(), 1):
        where = f"{path}:{number}"
        include = re.match(r'\s*#include "([^"]+)"', line)
        if include and not ROOT.match(path):
            target = included_file(root, include.group(1))
            if target is None:
                continue
            allowed = ARROWS.get(room)
            if allowed is None:
                problems.append(f"{where}: room {room} has no arrows: add it to {__file__}")
                return
            goal = room_of(target)
            sandbox = "src/sandbox" if ROOT.match(target) else None
            if goal not in {room, "src/base"} | allowed and target not in allowed and sandbox not in allowed:
                problems.append(f"{where}: {room} may not include {target}")
        code = line.split("//")[0]
        if path not in OWNERS and FORBIDDEN.search(code):
            problems.append(f"{where}: time, sleep or randomness outside base: {line.strip()}")
        if KERNEL.search(code) and room not in KERNEL_ROOMS:
            problems.append(f"{where}: Asio and POSIX belong to src/io and emulators/http: {line.strip()}")


def main():
    root = pathlib.Path(sys.argv[1])
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

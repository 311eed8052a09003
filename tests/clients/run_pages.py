#!/usr/bin/env python3
"""README.md and pages of docs: each console block, typed as it stands, prints what stands there.

Usage: run_pages.py BINARY SOURCE_DIR CLIENTS

In a network of its own, since the pages name ports. On both sides of the comparison times, tags and ports that the
kernel chose are the same; "…" in a page stands for anything, and how lines are broken does not count. CLIENTS is what
tests/clients/prepare installed: an `aws` that reads AWS_ENDPOINT_URL.
"""

import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading

from sandbox import Sandbox

SKIPPED = 77
ENDED = "-- block ended --"
PATIENCE = 60  # seconds for what a block prints

# What differs from run to run.
VARYING = [
    (r"\d\d:\d\d:\d\d\.\d{3}", "TIME"),
    (r"\b(?=[0-9a-f]*\d)[0-9a-f]{8}\b(-[0-9a-f-]*)?", "TAG"),
    (r"127\.0\.0\.1:[3-6]\d{4}\b", "CLIENT"),
    (r"\b\d+ ms\b", "DURATION"),
]


def uniform(text):
    for pattern, name in VARYING:
        text = re.sub(pattern, name, text)
    return " ".join(text.split())


def agrees(wanted, printed):
    pattern = ".*".join(re.escape(part.strip()) for part in uniform(wanted).split("…"))
    return re.search(pattern.replace(r"\ .*", ".*"), uniform(printed)) is not None


def console_blocks(page):
    return re.findall(r"^```console\n(.*?)^```$", page, re.M | re.S)


def split(block):
    """What is typed, and what is printed."""
    typed, printed, goes_on = [], [], False
    for line in block.splitlines():
        if line.startswith("$ ") or goes_on:
            typed.append(line if goes_on else line[2:])
            goes_on = line.endswith("\\")
        else:
            printed.append(line)
    return "\n".join(typed), "\n".join(printed)


class Shell:
    """One shell for the blocks of a page: what one exports the next one finds."""

    def __init__(self, folder, environment):
        self.process = subprocess.Popen(["bash"], cwd=folder, env=environment, text=True, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.printed = ""
        self.more = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            with self.more:
                self.printed += line
                self.more.notify()

    def run(self, typed, wanted):
        """What was printed, once it agrees with what is wanted, or when patience is over."""
        with self.more:
            self.printed = ""
        self.process.stdin.write(f"{typed}\necho '{ENDED}'\n")
        self.process.stdin.flush()
        with self.more:
            # A program in the background may print after the shell is done with the block.
            self.more.wait_for(lambda: ENDED in self.printed and agrees(wanted, self.printed), PATIENCE)
            return self.printed.replace(f"{ENDED}\n", "")

    def close(self):
        self.process.stdin.write("kill $(jobs -p) 2>/dev/null\n")
        self.process.stdin.close()
        self.process.wait(timeout=PATIENCE)


class Page:
    def __init__(self, name, arguments, prepare=""):
        self.name = name
        self.arguments = arguments  # of `up`
        self.prepare = prepare      # typed before its first block


PAGES = [
    # `./dev up`, which the page begins with.
    Page("README.md", ["fixtures/demo/template.yaml"]),
    Page("docs/IDENTITY.md", ["fixtures/templates/function_to_queue.yaml"],
         'loopgate send UdpListener --text ping --wait 30s && loopgate wait --event would-be-denied'),
    Page("docs/SNS.md", [], """
arn() { sed -n 's/.*"\\(arn:[^"]*\\)".*/\\1/p'; }
TOPIC=$(aws sns create-topic --name orders | arn)
aws sqs create-queue --queue-name expensive --attributes '{"Policy":
  "{\\"Statement\\": {\\"Effect\\": \\"Allow\\",
  \\"Principal\\": {\\"Service\\": \\"sns.amazonaws.com\\"},
  \\"Action\\": \\"sqs:SendMessage\\", \\"Resource\\": \\"*\\"}}"}'
aws sns subscribe --topic-arn $TOPIC --protocol sqs \\
  --notification-endpoint arn:aws:sqs:us-west-2:123456789012:expensive \\
  --attributes '{"FilterPolicy": "{\\"store\\": [\\"books\\"], \\"price\\": [{\\"numeric\\": [\\">\\", 10]}]}"}'
"""),
]


def run_page(page, binary, source, clients):
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for part in ("fixtures", "scenarios", "docs"):
            (folder / part).symlink_to(source / part)
        (folder / "build").mkdir()
        (folder / "build/loopgate").symlink_to(binary)
        with Sandbox(str(binary), [str(folder / each) for each in page.arguments], port=4566) as sandbox:
            environment = {**os.environ, **sandbox.environment(),
                           "PATH": f"{folder / 'build'}:{clients / 'python/bin'}:{os.environ['PATH']}"}
            if page.name == "README.md":  # it says itself how to come by them
                environment = {**os.environ, "PATH": f"{clients / 'python/bin'}:{os.environ['PATH']}"}
            shell = Shell(folder, environment)
            shell.run(page.prepare, "")
            for block in console_blocks((source / page.name).read_text()):
                typed, wanted = split(block)
                printed = shell.run(typed, wanted)
                right = agrees(wanted, printed)
                print(f"{'ok  ' if right else 'FAIL'} {page.name}: {typed.splitlines()[0][:80]}")
                if not right:
                    failed += 1
                    print(f"  wanted:\n{wanted}\n  printed:\n{printed}")
            shell.close()
            failed += check_terminal(page, source, sandbox)
    return failed + start_as_shown(page, binary, source)


def check_terminal(page, source, sandbox):
    """What the page shows of the terminal in which `up` runs: indented blocks that begin with a time."""
    failed = 0
    for shown in re.findall(r"^((?:    \d\d:\d\d:\d\d\.\d{3} .*\n)+)", (source / page.name).read_text(), re.M):
        if not agrees(shown, sandbox.log()):
            failed += 1
            print(f"FAIL {page.name}: the terminal\n  wanted:\n{shown}\n  printed:\n{sandbox.log()}")
    return failed


def start_as_shown(page, binary, source):
    """Each indented `loopgate up …`, with some template.yaml: it comes up, and ends when it is told to."""
    failed = 0
    for line in re.findall(r"^    loopgate (up .*template\.yaml)$", (source / page.name).read_text(), re.M):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(source / "fixtures/templates/echo.yaml", pathlib.Path(folder) / "template.yaml")
            up = subprocess.Popen([str(binary), *shlex.split(line)], cwd=folder, text=True, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT)
            told = []
            while not (told and "4566" in told[-1]) and (next_line := up.stdout.readline()):
                told.append(next_line)
            up.terminate()
            right = up.wait(timeout=PATIENCE) == 0 and told and "4566" in told[-1]
            print(f"{'ok  ' if right else 'FAIL'} {page.name}: loopgate {line}")
            if not right:
                failed += 1
                print("".join(told))
    return failed


def in_a_network_of_its_own():
    """Runs this again where the ports are free."""
    command = ["unshare", "--net", "--map-root-user"]
    if subprocess.run([*command, "ip", "link", "set", "lo", "up"], capture_output=True).returncode != 0:
        print("skipped: no network namespace may be made here")
        sys.exit(SKIPPED)
    os.environ["LOOPGATE_PAGES_INSIDE"] = "1"
    script = 'ip link set lo up && exec "$@"'
    os.execvp("unshare", [*command, "sh", "-c", script, "sh", sys.executable, *sys.argv])


def main():
    binary, source, clients = (pathlib.Path(each).resolve() for each in sys.argv[1:4])
    missing = [each for each in ("nc", "unshare", "ip") if not shutil.which(each)]
    if missing or not (clients / "python/bin/aws").exists():
        print(f"skipped: not installed: {', '.join(missing) or 'an aws that reads AWS_ENDPOINT_URL'}")
        return SKIPPED
    if "LOOPGATE_PAGES_INSIDE" not in os.environ:
        in_a_network_of_its_own()
    failed = sum(run_page(page, binary, source, clients) for page in PAGES)
    print(f"{failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

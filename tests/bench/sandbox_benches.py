"""The sandbox as a whole: its start, its rest, and the way of a packet."""

import contextlib
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time

from figures import AT_LEAST, AT_MOST, alternate
from processes import LOAD_CORE, ROOT, SERVER_CORE, Failed, Sandbox, Server, load, on_core

DEMO = "fixtures/demo/template.yaml"
ECHO = "fixtures/templates/echo.yaml"
QUEUE = "fixtures/templates/queue.yaml"
PYTHON = "fixtures/templates/python.yaml"
HOUR = "scenarios/an_hour.yaml"
SIZE = "64"
ROUNDS = 5


def start_and_rest(build, report):
    """From the start of the process to the answer of the first call, the demo deployed."""
    times = []
    for _ in range(9):
        with Sandbox(build, DEMO) as sandbox:
            if "CREATE_COMPLETE" not in sandbox.query("cloudformation", Action="DescribeStacks"):
                raise Failed("the demo is not deployed")
            times.append((time.monotonic() - sandbox.started) * 1e3)
    report.line("start-to-first-answer", "ms", statistics.median(times), 20, 1.0, AT_MOST, "goal 20 ms")
    with Sandbox(build, DEMO) as sandbox:
        sandbox.query("cloudformation", Action="DescribeStacks")
        time.sleep(1)
        report.line("idle-memory", "MB", sandbox.status("VmRSS") / 1024, 8, 1.0, AT_MOST, "goal 8 MB resident")


def packets_per_second(build, report):
    peer = build.tool("udp_peer")
    with Sandbox(build, ECHO, "--parameter", "Count=100") as sandbox, Server(peer, "echo-batched") as bare:
        run = lambda to: float(load(peer, "load", to, SIZE, "300000"))
        ours, anchor = alternate(ROUNDS, lambda: run(sandbox.listener), lambda: run(bare.address))
    report.line("udp-echo-batch-100", "/s", ours, anchor, 0.75, AT_LEAST)


def live_view(build, report):
    """What the terminal's view of packets costs their echo."""
    peer, count = build.tool("udp_peer"), ("--parameter", "Count=100")
    with Sandbox(build, ECHO, *count, shows=True) as seen, Sandbox(build, ECHO, *count) as unseen:
        run = lambda to: float(load(peer, "load", to, SIZE, "300000"))
        ours, anchor = alternate(ROUNDS, lambda: run(seen.listener), lambda: run(unseen.listener))
        seen.log.seek(0)
        if not re.search(r"… \d+ packets, ", seen.log.read()):
            raise Failed("the view did not sum up the flood")
    report.line("udp-echo-with-live-view", "/s", ours, anchor, 0.9, AT_LEAST, "the same echo, --quiet")


def console_following(build, report):
    """What an open console costs it: one that follows the journal as its page does, and reads all of it."""
    peer, count = build.tool("udp_peer"), ("--parameter", "Count=100")
    with Sandbox(build, ECHO, *count) as seen, Sandbox(build, ECHO, *count) as unseen:
        journal = f"{seen.ready['endpoint']}/_loopgate/journal?follow=1&rate=10000"
        with subprocess.Popen(["curl", "-sN", "-o", os.devnull, journal], preexec_fn=on_core(LOAD_CORE)) as page:
            run = lambda to: float(load(peer, "load", to, SIZE, "300000"))
            ours, anchor = alternate(ROUNDS, lambda: run(seen.listener), lambda: run(unseen.listener))
            page.terminate()
    report.line("udp-echo-with-console", "/s", ours, anchor, 0.9, AT_LEAST, "the same echo, nobody looks")


def round_trip(build, report):
    peer = build.tool("udp_peer")
    with Sandbox(build, ECHO, "--parameter", "Count=1") as sandbox, Server(peer, "echo-blocking") as bare:
        run = lambda to: float(load(peer, "rtt", to, SIZE, "20000")) / 1e3
        ours, anchor = alternate(ROUNDS, lambda: run(sandbox.listener), lambda: run(bare.address))
    report.line("udp-round-trip-count-1", "us", ours, anchor, 1.15, AT_MOST)


# As many datagrams as the socket's buffer holds. They wait there before the clock starts, so that neither the
# sender's speed nor its share of the kernel's work is measured.
BURST = 20000


def queue_burst(build, sandbox, url):
    expected = queue_length(sandbox, url) + BURST
    os.kill(sandbox.process.pid, signal.SIGSTOP)
    load(build.tool("udp_peer"), "blast", sandbox.listener, SIZE, str(BURST), "1000000")
    start = time.monotonic()
    os.kill(sandbox.process.pid, signal.SIGCONT)
    while (there := queue_length(sandbox, url)) < expected:
        if time.monotonic() - start > 10:
            raise Failed(f"{expected - there} of {BURST} datagrams did not reach the queue; a receive buffer as "
                         "large as the burst needs root")
        time.sleep(0.002)
    return BURST / (time.monotonic() - start)


def queue_length(sandbox, url):
    text = sandbox.query("sqs", Action="GetQueueAttributes", Version="2012-11-05", QueueUrl=url,
                         **{"AttributeName.1": "ApproximateNumberOfMessages"})
    return int(re.search(r"<Value>(\d+)</Value>", text).group(1))


def insert_rows(build, size):
    with tempfile.TemporaryDirectory(prefix="loopgate-bench-") as folder:
        command = [build.tool("sqlite_insert"), f"{folder}/rows.db", str(size), str(BURST)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, preexec_fn=on_core(SERVER_CORE))
        return float(done.stdout)


def durable_queue(build, report):
    with Sandbox(build, QUEUE, "--parameter", "Count=100", "--data", "{data}") as sandbox:
        url = re.search(r"<QueueUrl>([^<]+)<", sandbox.query("sqs", Action="ListQueues", Version="2012-11-05")).group(1)
        queue_burst(build, sandbox, url)  # warms up
        message = sandbox.query("sqs", Action="ReceiveMessage", Version="2012-11-05", QueueUrl=url,
                                VisibilityTimeout="0")
        body = re.search(r"<Body>(.*?)</Body>", message, re.S).group(1).replace("&quot;", '"')
        ours, anchor = alternate(ROUNDS, lambda: queue_burst(build, sandbox, url),
                                 lambda: insert_rows(build, len(body)))
    report.line("udp-to-durable-queue", "/s", ours, anchor, 0.6, AT_LEAST, f"rows with bodies of {len(body)} bytes")


def bootstrap_source():
    """The Python bootstrap as the binary carries it: a raw string literal."""
    text = (ROOT / "emulators/lambda/bootstrap/python.inc").read_text()
    return "".join(re.findall(r'R"PY\((.*?)\)PY"', text, re.S))


# What the gateway makes of one packet.
EVENT = ('{"Messages":[{"Tag":"00000001","Remote":{"IpAddress":"127.0.0.1","Port":40000},"Local":{"Domain":'
         '"ingress-1","Port":20000,"Protocol":"udp"},"ReceivedAt":"2026-11-02T09:15:30.000Z","IngressRegion":'
         '"us-west-2","Formatter":"utf8","Data":"' + "x" * int(SIZE) + '"}]}')


@contextlib.contextmanager
def bare_function(build):
    """The same bootstrap and function behind the least that can feed them; gives its UDP address."""
    with tempfile.TemporaryDirectory(prefix="loopgate-bench-") as name:
        bootstrap, event = pathlib.Path(name, "bootstrap.py"), pathlib.Path(name, "event.json")
        bootstrap.write_text(bootstrap_source())
        event.write_text(EVENT)
        with Server(build.tool("runtime_loop"), str(event)) as loop:
            task = str(ROOT / "fixtures/functions")
            environment = {"PATH": os.environ["PATH"], "_HANDLER": "shout.handler", "LAMBDA_TASK_ROOT": task,
                           "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{loop.hello[1]}",
                           "AWS_LAMBDA_FUNCTION_NAME": "bench", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
                           "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST", "AWS_LAMBDA_LOG_GROUP_NAME": "bench",
                           "AWS_LAMBDA_LOG_STREAM_NAME": "bench", "AWS_REGION": "us-west-2",
                           "PYTHONDONTWRITEBYTECODE": "1"}
            function = subprocess.Popen([sys.executable, str(bootstrap)], env=environment, cwd=task,
                                        stdout=subprocess.DEVNULL, preexec_fn=on_core(LOAD_CORE))
            try:
                yield loop.address
            finally:
                function.kill()
                function.wait()


def warm_python(build, report):
    """From UDP to UDP on both sides: cheaper to ask than an Invoke over HTTP. The function runs beside the load."""
    peer = build.tool("udp_peer")
    with Sandbox(build, PYTHON) as sandbox, bare_function(build) as bare:
        run = lambda to, count: float(load(peer, "rtt", to, SIZE, count)) / 1e3
        run(sandbox.listener, "1"), run(bare, "1")  # cold starts
        sandbox.move_functions(LOAD_CORE)
        ours, anchor = alternate(ROUNDS, lambda: run(sandbox.listener, "4000"), lambda: run(bare, "4000"))
    report.line("warm-python-invocation", "us", ours, anchor, 1.15, AT_MOST, "from UDP to UDP, both")


def simulated_hour(build, report):
    times = []
    for _ in range(9):
        start = time.monotonic()
        done = subprocess.run([build.loopgate, "run", str(ROOT / HOUR)], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, preexec_fn=on_core(SERVER_CORE))
        times.append((time.monotonic() - start) * 1e3)
        if done.returncode != 0:
            raise Failed(done.stdout)
    report.line("scenario-of-an-hour", "ms", statistics.median(times), 50, 1.0, AT_MOST, "goal 50 ms, whole process")


def listeners_at_start(build, report):
    """Each finds a free port of its own; the anchor is the goal."""
    count = 480
    listener = pathlib.Path(ROOT / ECHO).read_text()
    begin = listener.index("  UdpListener:")
    end = listener.index("\n\n", begin) if "\n\n" in listener[begin:] else len(listener)
    one = listener[begin:end].rstrip() + "\n"
    many = "".join(one.replace("UdpListener:", f"UdpListener{i}:", 1) for i in range(1, count))
    with tempfile.TemporaryDirectory() as folder:
        template = pathlib.Path(folder) / "many.yaml"
        template.write_text(listener[:end].rstrip() + "\n" + many + listener[end:])
        with Sandbox(build, str(template)) as sandbox:
            took = (time.monotonic() - sandbox.started) * 1e3
    report.line("start-of-480-listeners", "ms", took, 100, 1.0, AT_MOST, "goal 100 ms")


def reset_between_tests(build, report):
    """What a test suite calls between its tests, with the demo deployed; the anchor is the goal."""
    times = []
    with Sandbox(build, DEMO) as sandbox:
        for _ in range(200):
            start = time.perf_counter()
            sandbox.control("POST", "reset", {"keep_stacks": True})
            times.append((time.perf_counter() - start) * 1e3)
    report.line("reset-keep-stacks", "ms", statistics.median(times), 2, 1.0, AT_MOST, "goal 2 ms")


def snapshot_put_back(build, report):
    """The other thing that a suite may call between its tests: a state by its name."""
    times = []
    with Sandbox(build, DEMO) as sandbox:
        sandbox.control("POST", "snapshot", {"name": "bench"})
        for _ in range(100):
            start = time.perf_counter()
            sandbox.control("POST", "restore", {"name": "bench"})
            times.append((time.perf_counter() - start) * 1e3)
    report.line("restore-snapshot", "ms", statistics.median(times), 2, 1.0, AT_MOST, "goal 2 ms")


def exec_of_true(build, report):
    """A sandbox with the demo around a command that does nothing."""
    times = []
    for _ in range(15):
        start = time.perf_counter()
        subprocess.run([build.loopgate, "exec", str(ROOT / DEMO), "--", "true"], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        times.append((time.perf_counter() - start) * 1e3)
    report.line("exec-true", "ms", statistics.median(times), 60, 1.0, AT_MOST, "goal 60 ms")


BENCHES = [start_and_rest, listeners_at_start, reset_between_tests, snapshot_put_back, exec_of_true,
           packets_per_second, live_view, console_following, round_trip, durable_queue, warm_python, simulated_hour]

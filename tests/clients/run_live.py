#!/usr/bin/env python3
"""A live sandbox's clock and resets, with functions that really run: a move of the clock waits for them, in order,
and holds up nobody else; nothing of one test leaks into the next over `reset --keep-stacks`.

Usage: run_live.py BINARY SOURCE_DIR
"""

import base64
import io
import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile

from sandbox import Sandbox

AUTHORIZATION = ("AWS4-HMAC-SHA256 Credential=test/20260101/us-west-2/%s/aws4_request, SignedHeaders=host, "
                 "Signature=0")


class Account:
    def __init__(self, sandbox):
        self.sandbox = sandbox

    def post(self, path, body, headers=None, timeout=60):
        request = urllib.request.Request(self.sandbox.endpoint + path, method="POST", data=body, headers=headers or {})
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.headers, answer.read()

    def control(self, route, body):
        return json.loads(self.post("/_loopgate/" + route, json.dumps(body).encode())[1])

    def sqs(self, operation, queue, **parameters):
        body = {"QueueUrl": f"{self.sandbox.endpoint}/123456789012/{queue}", **parameters}
        return json.loads(self.post("/", json.dumps(body).encode(), {
            "X-Amz-Target": "AmazonSQS." + operation, "Content-Type": "application/x-amz-json-1.0",
            "Authorization": AUTHORIZATION % "sqs"})[1])

    def receive(self, queue, **parameters):
        return [message["Body"] for message in self.sqs("ReceiveMessage", queue, **parameters).get("Messages", [])]

    def publish(self, topic, **parameters):
        body = urllib.parse.urlencode({"Action": "Publish", "Version": "2010-03-31",
                                       "TopicArn": "arn:aws:sns:us-west-2:123456789012:" + topic, **parameters})
        self.post("/", body.encode(), {"Authorization": AUTHORIZATION % "sns"})

    def invoke(self, function, event, kind="RequestResponse"):
        headers, body = self.post(f"/2015-03-31/functions/{function}/invocations", json.dumps(event).encode(), {
            "X-Amz-Invocation-Type": kind, "Authorization": AUTHORIZATION % "lambda"})
        return headers.get("X-Amz-Function-Error"), body.decode()


class Background(threading.Thread):
    def __init__(self, call):
        super().__init__(daemon=True)
        self._call, self.result, self.problem = call, None, None
        self.start()

    def run(self):
        try:
            self.result = self._call()
        except Exception as problem:  # told by `wait`
            self.problem = problem

    def wait(self):
        self.join(60)
        assert not self.is_alive(), "no answer"
        if self.problem:
            raise self.problem
        return self.result


def until(condition, what):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


def runs(account, count):
    return len(account.sandbox.journal("?event=invocation-started")) >= count


def a_move_waits_for_a_function_that_runs(account):
    call = Background(lambda: account.invoke("sleeper", {"seconds": 0.6}))
    until(lambda: runs(account, 1), "the function does not run")
    move = Background(lambda: account.control("clock", {"advance": "1m"}))
    began = time.monotonic()
    account.sandbox.get("/_loopgate/health")  # others are served meanwhile
    assert time.monotonic() - began < 0.4, "the move holds up others"
    error, answer = call.wait()
    assert error is None, answer
    assert move.wait()["ahead"] == "1m"


def retries_fire_at_their_times(account):
    account.invoke("failing", {"n": 1}, "Event")
    until(lambda: runs(account, 1), "the function does not run")
    account.control("clock", {"advance": "4m"})
    bodies = account.receive("attempts", MaxNumberOfMessages=10)
    times = sorted(float(body) for body in bodies)
    assert len(times) == 3, bodies
    events = account.sandbox.journal("?event=invocation-ended")
    assert len(events) == 3 and not any("timed out" in event.get("text", "") for event in events), events


def moves_queue_up(account):
    moves = [Background(lambda: account.control("clock", {"advance": "1h"})) for _ in range(3)]
    assert sorted(move.wait()["ahead"] for move in moves) == ["1h", "2h", "3h"]


def a_function_that_waits_for_the_clock_does_not_hold_it(account):
    call = Background(lambda: account.invoke("poller", {"queue": "empty", "seconds": 20}))
    until(lambda: runs(account, 1), "the function does not run")
    began = time.monotonic()
    account.control("clock", {"advance": "30s"})
    assert call.wait() == (None, "0")
    assert time.monotonic() - began < 15, "it waited in real time"


def months_pass_quickly(account):
    began = time.monotonic()
    account.control("clock", {"advance": "2160h"})
    assert time.monotonic() - began < 20


def nothing_leaks_into_the_next_test(account):
    account.sqs("SendMessage", "plain", MessageBody="old")
    account.publish("ordered.fifo", Message="same", MessageGroupId="g", MessageDeduplicationId="same")
    assert account.receive("ordered.fifo") == ["same"]
    old_poll = Background(lambda: account.receive("empty", WaitTimeSeconds=20))
    old_call = Background(lambda: account.invoke("sleeper", {"seconds": 30, "then": "empty"}))
    account.invoke("failing", {"n": 2}, "Event")
    account.control("clock", {"advance": "1ms"})
    until(lambda: runs(account, 2), "the functions do not run")
    account.control("reset", {"keep_stacks": True})
    assert old_poll.wait() == []
    assert old_call.wait()[0] == "Unhandled"
    assert account.sandbox.journal() == [], account.sandbox.journal()
    assert account.receive("plain") == []
    # The same ids count anew.
    account.publish("ordered.fifo", Message="same", MessageGroupId="g", MessageDeduplicationId="same")
    assert account.receive("ordered.fifo") == ["same"]
    account.control("clock", {"advance": "10m"})
    assert account.receive("attempts") == []  # no retry
    assert account.receive("empty") == []


def functions_stay_warm(account):
    first = account.invoke("sleeper", {"seconds": 0})[1]
    account.control("reset", {"keep_stacks": True})
    assert account.invoke("sleeper", {"seconds": 0})[1] == first, "another process"


def a_reset_is_quick(account):
    took = []
    for _ in range(50):
        account.sqs("SendMessage", "plain", MessageBody="x")
        began = time.perf_counter()
        account.control("reset", {"keep_stacks": True})
        took.append(time.perf_counter() - began)
    print(f"    reset --keep-stacks: {sorted(took)[25] * 1000:.2f} ms median")


def make_function(account, name):
    """By the API, of a zip that the sandbox keeps."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("index.py", "def handler(event, context):\n    return 'from the zip'\n")
    account.post("/2015-03-31/functions", json.dumps({
        "FunctionName": name, "Runtime": "python3.11", "Handler": "index.handler",
        "Role": "arn:aws:iam::123456789012:role/any",
        "Code": {"ZipFile": base64.b64encode(content.getvalue()).decode()}}).encode(),
        {"Authorization": AUTHORIZATION % "lambda"})


def a_snapshot_is_put_back(account):
    make_function(account, "zipped")
    account.sqs("SendMessage", "plain", MessageBody="kept")
    account.control("snapshot", {"name": "filled"})
    request = urllib.request.Request(account.sandbox.endpoint + "/2015-03-31/functions/zipped", method="DELETE",
                                     headers={"Authorization": AUTHORIZATION % "lambda"})
    urllib.request.urlopen(request, timeout=60).close()
    running = Background(lambda: account.invoke("sleeper", {"seconds": 30, "then": "empty"}))
    until(lambda: runs(account, 1), "the function does not run")
    assert account.receive("plain") == ["kept"]
    account.control("restore", {"name": "filled"})
    assert running.wait()[0] == "Unhandled"
    assert account.sandbox.journal() == []
    assert account.receive("plain") == ["kept"]
    assert account.invoke("zipped", {}) == (None, '"from the zip"')
    first = account.invoke("sleeper", {"seconds": 0})[1]
    account.control("restore", {"name": "filled"})
    assert account.invoke("sleeper", {"seconds": 0})[1] == first, "another process"


def a_restore_is_quick(account):
    account.control("snapshot", {"name": "quick"})
    took = []
    for _ in range(50):
        account.sqs("SendMessage", "plain", MessageBody="x")
        began = time.perf_counter()
        account.control("restore", {"name": "quick"})
        took.append(time.perf_counter() - began)
        assert account.receive("plain") == []
    print(f"    restore: {sorted(took)[25] * 1000:.2f} ms median")


TESTS = [a_move_waits_for_a_function_that_runs, retries_fire_at_their_times, moves_queue_up,
         a_function_that_waits_for_the_clock_does_not_hold_it, months_pass_quickly, nothing_leaks_into_the_next_test,
         functions_stay_warm, a_reset_is_quick, a_snapshot_is_put_back, a_restore_is_quick]


def main():
    binary, source_dir = sys.argv[1:3]
    failed = 0
    with Sandbox(binary, [os.path.join(source_dir, "fixtures/templates/live.yaml"), "--quiet"]) as sandbox:
        account = Account(sandbox)
        for test in TESTS:
            account.control("reset", {"keep_stacks": True})
            try:
                test(account)
                print(f"ok   {test.__name__}")
            except Exception as problem:
                failed += 1
                print(f"FAIL {test.__name__}: {type(problem).__name__}: {problem}")
        advanced = subprocess.run([binary, "clock", "advance", "90s", "--endpoint", sandbox.endpoint],
                                  capture_output=True, text=True, check=True).stdout
        assert "ahead of the system by 90s" in advanced, advanced
        subprocess.run([binary, "reset", "--keep-stacks", "--endpoint", sandbox.endpoint], check=True,
                       stdout=subprocess.DEVNULL)
        for verb, said in [("snapshot", "is kept as 'now'"), ("restore", "is as it was at 'now'")]:
            told = subprocess.run([binary, verb, "now", "--endpoint", sandbox.endpoint], capture_output=True, text=True,
                                  check=True).stdout
            assert said in told, told
        shown = subprocess.run([binary, "clock", "--endpoint", sandbox.endpoint], capture_output=True, text=True,
                               check=True).stdout
        assert "ahead of the system by 0s" in shown, shown
    print(f"{len(TESTS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

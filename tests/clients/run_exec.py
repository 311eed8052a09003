#!/usr/bin/env python3
"""`loopgate exec`: whose failure a status tells of, what a failed command leaves on stderr and in a folder, and what
the command finds in its environment and on its PATH.

Usage: run_exec.py BINARY
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

PASSWORD = "correct-horse-battery"
HOSTILE = "</pre><script>alert(1)</script>"

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Password: {Type: String, NoEcho: true}
Resources:
  Speaker:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: speaker
      Runtime: python3.11
      Handler: index.handler
      Environment: {Variables: {PASSWORD: !Ref Password}}
      InlineCode: |
        import os
        def handler(event, context):
            print(event["say"], os.environ["PASSWORD"])
            raise KeyError("the-missing-key")
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: jobs}}
Outputs:
  QueueUrl: {Value: !Ref Queue}
  Shown: {Value: !Sub "it is ${Password}"}
"""
# A misspelt property of a listener: told at each deployment.
WARNS = """
Mappings:
  ProxylityConfig:
    Fn::Transform:
      Name: AWS::Include
      Parameters: {Location: !Sub "s3://proxylity-config-${AWS::Region}/${AWS::AccountId}/customer-config.json"}
Resources:
  Listener:
    Type: Custom::ProxylityUdpGatewayListener
    Properties:
      ServiceToken: !FindInMap [ProxylityConfig, !Ref AWS::Region, ServiceToken]
      ApiKey: !FindInMap [ProxylityConfig, Account, ApiKey]
      Protocols: [udp]
      ClientRestriction: {Networks: [0.0.0.0/0]}
      Destinations: []
"""
INVOKE = """
import json, os, urllib.request
request = urllib.request.Request(
    os.environ["AWS_ENDPOINT_URL"] + "/2015-03-31/functions/speaker/invocations",
    json.dumps({"say": %r}).encode(), {"Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-west-2/lambda/"
                                       "aws4_request, SignedHeaders=host, Signature=0"})
urllib.request.urlopen(request, timeout=60).read()
"""


class Exec:
    def __init__(self, binary, folder):
        self.binary, self.folder = binary, folder
        (folder / "shop.yaml").write_text(TEMPLATE)
        (folder / "warns.yaml").write_text(WARNS)
        (folder / "broken.yaml").write_text("Resources: {Q: {Type: AWS::SQS::Queues}}")
        (folder / "data.txt").write_text("no program")
        (folder / "invoke.py").write_text(INVOKE % HOSTILE)

    def __call__(self, *arguments, **variables):
        environment = {**os.environ, **variables}
        environment.pop("AWS_ENDPOINT_URL", None)
        return subprocess.run([self.binary, "exec", *arguments], cwd=self.folder, env=environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)

    def with_function(self, *arguments, **variables):
        return self("shop.yaml", "--parameter", "Password=" + PASSWORD, *arguments, **variables)


def a_status_says_whose_failure_it_is(run):
    for wanted, arguments in [
        (0, ["--", "true"]), (3, ["--", "sh", "-c", "exit 3"]), (137, ["--", "sh", "-c", "kill -9 $$"]),
        (127, ["--", "no-such-program"]), (127, ["--", "./no-such-program"]), (126, ["--", "./data.txt"]),
        (126, ["--", "/"]), (125, ["broken.yaml", "--", "true"]), (125, ["nowhere.yaml", "--", "true"]),
        (125, ["--no-such-flag", "--", "true"]), (125, []), (125, ["--timeout", "soon", "--", "true"]),
        (125, ["--artifacts", "data.txt", "--", "true"]), (2, ["--", "sh", "-c", "exit 2"]),
        (125, ["--artifacts", "a", "--capture", "c", "--", "true"]),
    ]:
        ran = run(*arguments)
        assert ran.returncode == wanted, (arguments, wanted, ran)
        assert (wanted in (0, 2, 3, 137)) == (ran.stderr == ""), (arguments, ran.stderr)


def is_running(pid):
    """Nobody may have reaped it yet."""
    try:
        return pathlib.Path("/proc", pid, "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def a_command_out_of_time_ends_with_all_it_started(run):
    written = run.folder / "pid"
    ran = run("--timeout", "300ms", "--", "sh", "-c", f"sh -c 'echo $$ > {written}; exec sleep 1000' & wait")
    assert ran.returncode == 124, ran
    assert "the command did not end within 300ms" in ran.stderr, ran.stderr
    assert not is_running(written.read_text().strip()), "what it started goes on"


def the_time_is_real_time(run):
    ran = run("--timeout", "10m", "--", "loopgate", "clock", "advance", "100h")
    assert ran.returncode == 0, ran


def warnings_of_the_deployment_are_told(run):
    ran = run("warns.yaml", "--", "true")
    assert ran.returncode == 0 and "warning: warns: Listener: " in ran.stderr and "ClientRestriction" in ran.stderr, ran
    strict = run("warns.yaml", "--strict", "--", "touch", "ran")
    assert strict.returncode == 125 and "--strict" in strict.stderr, strict
    assert not (run.folder / "ran").exists(), "the command ran all the same"
    assert run("--strict", "--", "true").returncode == 0


def a_failed_command_is_told_what_the_sandbox_saw(run):
    failed = run.with_function("--", "sh", "-c", f"'{sys.executable}' invoke.py; loopgate reset --keep-stacks; exit 1")
    assert "the command ended with status 1. In the sandbox, meanwhile:" in failed.stderr, failed
    assert "KeyError" in failed.stderr and 'raise KeyError("the-missing-key")' in failed.stderr, failed.stderr
    assert PASSWORD not in failed.stderr, failed.stderr
    passed = run.with_function("--", sys.executable, "invoke.py")
    assert passed.returncode == 0 and passed.stderr == "", passed


def the_command_finds_outputs_and_this_loopgate(run):
    script = 'echo "$LOOPGATE_STACK|$LOOPGATE_OUTPUT_QUEUEURL|$LOOPGATE_OUTPUT_SHOWN"; loopgate health; ' \
             'readlink -f "$(command -v loopgate)"'
    lines = run.with_function("--", "sh", "-c", script).stdout.splitlines()
    stack, url, shown = lines[0].split("|")
    assert stack == "shop" and url.endswith("/123456789012/jobs") and shown == "it is " + PASSWORD, lines
    assert lines[1:] == ["ok", os.path.realpath(run.binary)], lines


def outputs_of_two_stacks_are_told_apart(run):
    text = TEMPLATE.replace("jobs", "others").replace("speaker", "mute").replace("Shown", "Other")
    (run.folder / "other.yaml").write_text(text)
    ran = run("shop.yaml", "other.yaml", "--parameter", "Password=" + PASSWORD, "--", "env")
    there = dict(line.split("=", 1) for line in ran.stdout.splitlines() if line.startswith("LOOPGATE_"))
    assert there["LOOPGATE_STACK"] == "other shop", there
    assert there["LOOPGATE_OUTPUT_OTHER_QUEUEURL"].endswith("/others"), there
    assert there["LOOPGATE_OUTPUT_SHOP_QUEUEURL"].endswith("/jobs"), there
    assert there["LOOPGATE_OUTPUT_OTHER"] == there["LOOPGATE_OUTPUT_SHOWN"], there


def aws_is_led_to_the_sandbox(run):
    (run.folder / "tools").mkdir()
    (run.folder / "tools/aws").write_text('#!/bin/sh\nprintf "%s|" "$@"\n')
    (run.folder / "tools/aws").chmod(0o755)
    path = f"{run.folder / 'tools'}:{os.environ['PATH']}"
    direct = run("--", "aws", "sqs", "list-queues", "--endpoint-url", "http://theirs", PATH=path).stdout
    assert direct.startswith("--endpoint-url|http://127.0.0.1:"), direct
    assert direct.endswith("|sqs|list-queues|--endpoint-url|http://theirs|"), direct
    in_shell = run("--", "sh", "-c", "aws s3 ls; echo; AWS_ENDPOINT_URL= aws s3 ls", PATH=path).stdout.splitlines()
    assert in_shell[0].startswith("--endpoint-url|") and in_shell[1] == "s3|ls|", in_shell
    if shutil.which("aws"):
        real = run.with_function("--", "aws", "sqs", "list-queues", "--output", "text")
        assert real.returncode == 0 and "/123456789012/jobs" in real.stdout, real
    else:
        print("     (the AWS CLI is not installed: tried with a stand-in alone)")


def artifacts_hold_the_run(run):
    token = "ghs_0123456789abcdef"
    script = f"'{sys.executable}' invoke.py; loopgate reset --keep-stacks; '{sys.executable}' invoke.py; exit 7"
    ran = run.with_function("--artifacts", "left", "--", "sh", "-c", script, GITHUB_TOKEN=token)
    assert ran.returncode == 7, ran
    left = run.folder / "left"
    events = [json.loads(line) for line in (left / "journal.jsonl").read_text().splitlines()]
    assert len([event for event in events if event["event"] == "invocation-ended"]) == 2, "not over the reset"
    assert [event["seq"] for event in events] == sorted(event["seq"] for event in events)
    log = (left / "logs/speaker.log").read_text()
    assert HOSTILE + " ***" in log and log.count("raise KeyError") == 2, log
    assert json.loads((left / "stacks.json").read_text())["stacks"]["shop"]["outputs"]["Shown"] == "it is ***"
    assert (left / "packets.pcapng").read_bytes()[:4] == b"\x0a\x0d\x0d\x0a"
    page = (left / "report.html").read_text()
    assert "ended with status 7" in page and "&lt;script&gt;alert(1)" in page and "<script" not in page
    for path in left.rglob("*"):
        assert path.is_dir() or PASSWORD.encode() not in path.read_bytes(), f"{path} holds the password"
        assert path.stat().st_mode & 0o077 == 0, f"{path} is open to others"
    shown = run.with_function("--artifacts", "left", "--with-secrets", "--", sys.executable, "invoke.py")
    assert shown.returncode == 0, shown
    assert PASSWORD in (left / "logs/speaker.log").read_text()
    assert len((left / "journal.jsonl").read_text().splitlines()) < len(events), "not anew"


TESTS = [a_status_says_whose_failure_it_is, a_command_out_of_time_ends_with_all_it_started, the_time_is_real_time,
         warnings_of_the_deployment_are_told, a_failed_command_is_told_what_the_sandbox_saw,
         the_command_finds_outputs_and_this_loopgate, outputs_of_two_stacks_are_told_apart, aws_is_led_to_the_sandbox,
         artifacts_hold_the_run]


def main():
    binary = os.path.abspath(sys.argv[1])
    failed = 0
    for test in TESTS:
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(Exec(binary, pathlib.Path(folder)))
                print(f"ok   {test.__name__}")
            except Exception as problem:  # the others still run
                failed += 1
                print(f"FAIL {test.__name__}: {type(problem).__name__}: {problem}")
    print(f"{len(TESTS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""What a person in a terminal sees: the live view of `up`, and what `trace`, `send`, `publish` and `deploy` say.

Usage: run_terminal.py BINARY SOURCE_DIR
"""

import fcntl
import os
import pathlib
import pty
import re
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import time

from sandbox import Sandbox

FUNCTION = '''
          import base64

          def handler(event, context):
              replies = []
              for packet in event["Messages"]:
                  data = base64.b64decode(packet["Data"])
                  if data == b"boom":
                      return {}["x"]
                  if data == b"say":
                      print("what it says")
                  if data == b"wrong":
                      return {"replies": []}
                  if data not in (b"silent", b"say"):
                      replies.append({"Tag": packet["Tag"], "Data": base64.b64encode(data.upper()).decode()})
              return {"Replies": replies}
'''
LISTENER = '''
  {name}:
    Type: Custom::ProxylityUdpGatewayListener
    Properties:
      ServiceToken: !FindInMap [ProxylityConfig, !Ref AWS::Region, ServiceToken]
      ApiKey: !FindInMap [ProxylityConfig, Account, ApiKey]
      Protocols: [udp]
      {restrictions}: {{Networks: [127.0.0.0/8]}}
      Destinations:
        - Name: {destination}
          DestinationArn: !GetAtt {target}.Arn
          Role: {{Arn: !GetAtt {role}.Arn}}
          Batching: {{Count: 1, TimeoutInSeconds: 1}}
'''


def listener(name, destination, target, role="Role", restrictions="ClientRestrictions"):
    return LISTENER.format(name=name, destination=destination, target=target, role=role, restrictions=restrictions)


def role(name, principal):
    return f'''
  {name}:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{{Effect: Allow, Action: "sts:AssumeRole", Principal: {principal}}}]
      Policies:
        - PolicyName: all
          PolicyDocument:
            Version: "2012-10-17"
            Statement: [{{Effect: Allow, Action: "*", Resource: "*"}}]
'''


TEMPLATE = ('''
Transform: AWS::Serverless-2016-10-31
Mappings:
  ProxylityConfig:
    Fn::Transform:
      Name: AWS::Include
      Parameters: {Location: "s3://proxylity-config-us-west-2/customer-config.json"}
Resources:
  Shout:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.11
      Handler: index.handler
      InlineCode: |''' + FUNCTION + '''
  Packets:
    Type: AWS::SQS::Queue
''' + role("Role", '{AWS: !FindInMap [ProxylityConfig, !Ref AWS::Region, ServiceRole]}')
            + role("Stranger", "{Service: lambda.amazonaws.com}")
            + listener("Function", "shout", "Shout") + listener("Queue", "queue", "Packets")
            + listener("Untrusted", "shout", "Shout", role="Stranger")
            + listener("Closed", "queue", "Packets", restrictions="ClientRestriction")
            + '''
Outputs:
  QueueUrl: {Value: !Ref Packets}
''')

CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


class Verbs:
    """The verbs of a sandbox that runs, without a terminal."""

    def __init__(self, binary, sandbox):
        self.binary, self.sandbox = binary, sandbox

    def __call__(self, *arguments, status=0):
        ran = subprocess.run([self.binary, *arguments], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             env={**os.environ, **self.sandbox.environment()}, timeout=60)
        assert ran.returncode == status, f"{arguments}: status {ran.returncode}\n{ran.stdout}"
        return ran.stdout

    def timed(self, *arguments, **expected):
        start = time.monotonic()
        return self(*arguments, **expected), time.monotonic() - start


def wait_for(condition, what):
    for _ in range(1000):
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError(f"{what} never came")


@check
def a_reply_is_printed(loopgate):
    assert re.fullmatch(r"127\.0\.0\.1:\d+: HELLO\n", loopgate("send", "Function", "--text", "hello"))


@check
def a_discard_is_told_with_its_reason_and_without_waiting(loopgate):
    said, took = loopgate.timed("send", "Function", "--text", "boom", "--wait", "30s", status=1)
    tag = re.fullmatch(r"✗ function-error   Function → shout: KeyError: 'x' \(index.py:8\)\n"
                       r"  the traceback: loopgate trace ([0-9a-f]{8})\n", said)
    assert tag and took < 15, said
    story = loopgate("trace", tag[1])
    for part in ("127.0.0.1:", "queued for shout", "Shout started", "│ Shout: [ERROR] KeyError: 'x'",
                 'return {}["x"]', "✗ function-error"):
        assert part in story, (part, story)
    said = loopgate("send", "Untrusted", "--text", "hello", status=1)
    assert "✗ role-not-assumable" in said and "trust policy" in said, said
    said = loopgate("send", "Closed", "--text", "hello", status=1)
    assert "✗ no-restrictions" in said, said


@check
def what_no_reply_means(loopgate):
    said = loopgate("send", "Queue", "--text", "hello")
    assert re.fullmatch(r"delivered to queue in [\d.]+ m?s\n", said), said
    said = loopgate("send", "Function", "--text", "silent", status=1)
    assert re.fullmatch(r"delivered to shout in [\d.]+ m?s, which did not reply\n", said), said
    said = loopgate("send", "Function", "--text", "wrong", status=1)
    assert "answered 0 of 1; the answer has no Replies (its keys: replies)" in said, said
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody:
        nobody.bind(("127.0.0.1", 0))
        said = loopgate("send", f"127.0.0.1:{nobody.getsockname()[1]}", "--text", "x", "--wait", "0.2s", status=1)
        assert "no reply within 200ms; the sandbox at" in said and "has received nothing from" in said, said


@check
def many_are_summed_by_reason(loopgate):
    said = loopgate("send", "Closed", "--text", "x", "--count", "3", "--replies", "0", "--fail-on-discard", status=1)
    assert said.startswith("3 discarded [no-restrictions]\n✗ no-restrictions"), said
    said = loopgate("send", "Queue", "--text", "x", "--count", "3", "--replies", "0", "--fail-on-discard")
    assert said == "3 delivered\n", said


@check
def coap_is_shown_as_coap(loopgate):
    said = loopgate("send", "Function", "--coap", "GET /temp")
    assert re.search(r": CoAP GET /TEMP\n$", said), said  # in capitals it is another request


@check
def a_publish_tells_what_it_came_to(loopgate):
    demo = pathlib.Path(loopgate.source) / "fixtures/demo/template.yaml"
    said = loopgate("deploy", str(demo))
    assert said.startswith("deployed demo\n"), said
    assert re.search(r"^  UdpListener \(udp\) at 127\.0\.0\.1:\d+$", said, re.M), said
    assert re.search(r"^  Endpoint     = \S+\.proxylity\.com:\d+   \(here: 127\.0\.0\.1:\d+\)$", said, re.M), said
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.bind(("127.0.0.1", 0))
        to = f"127.0.0.1:{client.getsockname()[1]}"
        said = loopgate("publish", "demo-push", "--to", to, "--text", "pushed")
        assert re.fullmatch(rf"published \S+\nUdpListener → {to} 6 B \"pushed\"\n", said), said
        said = loopgate("publish", "demo-push", "--to", to, "--text", "x", "--no-egress-region")
        assert re.match(r"published (\S+)\n✗ no-egress-region   demo-push → UdpListener: message \1\n  The publish",
                        said), said
        loopgate("publish", "demo-push", "--to", to, "--text", "x", "--no-egress-region", "--fail-on-discard",
                 status=1)
    said = loopgate("publish", "demo-push", "--to", "192.0.2.1:9", "--text", "x")
    assert "✗ not-routable" in said and "--egress" in said, said


@check
def a_trace_is_narrowed(loopgate):
    assert "there are received, decrypted, " in loopgate("trace", "--event", "recieved", status=1)
    lines = loopgate("trace", "--last", "1").splitlines()
    assert 1 <= len(lines) <= 5, lines
    assert loopgate("trace", "--since", "2199-01-01T00:00:00Z") == "nothing in the journal matches\n"
    said = loopgate("trace", "-v", "--event", "received", "--last", "2").splitlines()
    assert len(said) == 2 and all(" received " in line for line in said), said
    client = re.search(r"(127\.0\.0\.1:\d+) 5 B", said[-1] if "5 B" in said[-1] else said[0])
    if client:
        said = loopgate("trace", "--client", client[1])
        assert client[1] in said, said
    assert "batch" in loopgate("trace", "--json", "--event", "invocation-started")


@check
def a_deployment_warns_of_what_the_first_packet_would_meet(loopgate):
    said = loopgate.sandbox.log()
    assert "Untrusted: destination shout: its packets will be discarded, [role-not-assumable]" in said, said
    assert re.search(r"template\.yaml:\d+: Closed: ClientRestriction: no such property, it is ignored: did you mean "
                     r"'ClientRestrictions'\?", said), said
    warnings = re.findall(r"warning: .*", said)
    assert len(warnings) == len(set(warnings)), warnings


@check
def the_live_view_tells_packets(loopgate):
    said = loopgate("send", "Function", "--text", "say", status=1)
    wait_for(lambda: "│ Shout: what it says" in loopgate.sandbox.log(), "the function's line")
    log = loopgate.sandbox.log()
    assert re.search(r'^\d\d:\d\d:\d\d\.\d{3}  [0-9a-f]{8}  Function +127\.0\.0\.1:\d+ → 5 B "hello"\n'
                     r'\d\d:\d\d:\d\d\.\d{3}            └ shout [\d.]+ m?s → 5 B "HELLO"$', log, re.M), log
    assert re.search(r"^ {24}✗ function-error   shout: KeyError: 'x' \(index.py:8\)\n"
                     r"^ {26}the traceback: loopgate trace [0-9a-f]{8}$", log, re.M), log
    assert "Traceback" not in log and "\x1b" not in log, log


class Terminal:
    """A program in a terminal of so many columns."""

    def __init__(self, command, columns, environment):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=environment)
        os.close(slave)
        os.set_blocking(self.master, False)
        self.seen = ""

    def read(self):
        try:
            while part := os.read(self.master, 65536):
                self.seen += part.decode().replace("\r\n", "\n")
        except (BlockingIOError, OSError):
            pass
        return self.seen

    def close(self):
        self.process.terminate()
        self.process.wait()
        os.close(self.master)


def in_a_terminal(binary, folder):
    """Colours, width, what changed, and a port that is taken."""
    template = folder / "watched.yaml"
    template.write_text("Resources:\n  One: {Type: AWS::SQS::Queue}\n")
    environment = {key: value for key, value in os.environ.items()
                   if key not in ("NO_COLOR", "COLUMNS", "AWS_ENDPOINT_URL")} | {"TERM": "xterm"}
    for extra in ({}, {"NO_COLOR": "1"}):
        terminal = Terminal([binary, "up", "--port", "0", "--watch", template], 60, environment | extra)
        try:
            wait_for(lambda: "Loopgate is up" in terminal.read(), "the sandbox")
            endpoint = re.search(r"up at http://127\.0\.0\.1:(\d+)", terminal.seen)[1]
            wait_for(lambda: "watched:" in re.sub(r"\x1b\[\d+m", "", terminal.read()), "the stack")
            template.write_text("Resources:\n  One: {Type: AWS::SQS::Queue}\n  Two: {Type: AWS::SQS::Queue}\n"
                                "  Parameter: {Type: Custom::ProxylityUdpGatewayListener}\n")
            wait_for(lambda: "Parameter" in terminal.read(), "the failure")
            template.write_text("Resources:\n  Two: {Type: AWS::SQS::Queue}\n  Three: {Type: AWS::SQS::Queue}\n")
            wait_for(lambda: "deployed watched: created" in re.sub(r"\x1b\[\d+m", "", terminal.read()), "the change")
            plain = re.sub(r"\x1b\[\d+m", "", terminal.seen)
            assert "created Three, Two; deleted One" in plain.replace("\n  ", " "), plain
            assert ("\x1b[" in terminal.seen) == (not extra), terminal.seen
            after = plain[plain.index("watched:"):]
            assert max(map(len, after.splitlines())) <= 60, after
            taken = subprocess.run([binary, "up", "--port", endpoint], text=True, stderr=subprocess.PIPE, timeout=60)
            assert taken.returncode == 1 and "a sandbox runs there already; 'loopgate deploy" in taken.stderr, taken
        finally:
            terminal.close()
        template.write_text("Resources:\n  One: {Type: AWS::SQS::Queue}\n")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = subprocess.run([binary, "up", "--port", str(other.getsockname()[1])], text=True,
                               stderr=subprocess.PIPE, timeout=60)
        assert taken.returncode == 1 and "--port 0 a free one" in taken.stderr, taken


def main():
    binary, source = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "app").mkdir()
        (folder / "app/template.yaml").write_text(TEMPLATE)
        with Sandbox(binary, [str(folder / "app/template.yaml")]) as sandbox:
            assert list(sandbox.info["stacks"]) == ["app"], sandbox.info
            loopgate = Verbs(binary, sandbox)
            loopgate.source = source
            for run in CHECKS:
                try:
                    run(loopgate)
                    print(f"  passed  {run.__name__}")
                except AssertionError as error:
                    failed += 1
                    print(f"  FAILED  {run.__name__}: {error}")
        try:
            in_a_terminal(binary, folder)
            print("  passed  in_a_terminal")
        except AssertionError as error:
            failed += 1
            print(f"  FAILED  in_a_terminal: {error}")
    print(f"{len(CHECKS) + 1 - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

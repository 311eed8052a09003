#!/usr/bin/env python3
"""Deploys the vendor's public example stacks unmodified and does on the wire what their readmes say.

Usage: run_examples.py BINARY SHARED_DIR

SHARED_DIR holds `examples/`; without it the tests are skipped (status 77) with a printed reason.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request

from sandbox import Sandbox, UdpClient

SKIPPED = 77


def counts_packets(sandbox):
    """One packet is answered with "1"; several of one client within a batch with their number, once."""
    with UdpClient() as client:
        client.send(b"test\n", sandbox.address("UdpListener"))
        assert client.receive()[0] == b"1\n"
        for _ in range(5):
            client.send(b"test\n", sandbox.address("UdpListener"))
        answer = client.receive()[0]
        assert answer == b"5\n", answer


def delivers_to_both_queues(sandbox):
    with UdpClient() as client:
        client.send(b"test\n", sandbox.address("UdpListener"))
        port = client.port
    (standard,) = wait_for_messages(sandbox, sandbox.output("sqs", "QueueUrl"))
    packet = json.loads(standard["Body"])
    assert packet["Remote"] == {"IpAddress": "127.0.0.1", "Port": port}, packet
    assert packet["Data"] == "dGVzdAo=" and packet["Formatter"] == "base64", packet
    (fifo,) = wait_for_messages(sandbox, sandbox.output("sqs", "FifoQueueUrl"))
    assert fifo["Body"] == "test\n", fifo
    assert fifo["Attributes"]["MessageGroupId"] == "74", fifo  # "t" as hex
    assert fifo["Attributes"]["MessageDeduplicationId"] == "ZXN0Cg==", fifo  # "est\n" as base64
    attributes = fifo["MessageAttributes"]
    assert attributes["RemoteAddress"] == {"StringValue": "127.0.0.1", "DataType": "String"}, attributes
    assert attributes["RemotePort"] == {"StringValue": str(port), "DataType": "Number"}, attributes
    assert attributes["LocalDomain"]["StringValue"] == "ingress-1", attributes


def pushes_the_time_each_minute(sandbox):
    """Through a tunnel: a request with Observe is answered, and the schedule's function pushes a minute later."""
    loopgate = lambda *arguments: [sys.argv[1], *arguments, "--endpoint", sandbox.endpoint]
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as config:
        config.write(subprocess.run(loopgate("wg-config", "CoAPListener", "--add-peer", "--address", "10.10.10.20/32",
                                             "--allowed-ips", "10.10.10.0/24"),
                                    check=True, capture_output=True, text=True).stdout)
        config.flush()
        # The schedule begins when it is made, before anybody has subscribed.
        subprocess.run(loopgate("wait", "--event", "invocation-ended", "--within", "60s"), check=True,
                       stdout=subprocess.DEVNULL)
        # CON GET /time, token 02, Observe 0; ACK 2.05 and later NON 2.05 with that token.
        client = subprocess.Popen(loopgate("send", "-", "--wg", config.name, "--inner-to", "10.10.10.21:5683", "--hex",
                                           "41 01 00 02 02 60 54 74 69 6d 65", "--replies", "2", "--wait", "60s"),
                                  stdout=subprocess.PIPE, text=True)
        try:
            answer = client.stdout.readline()
            assert "hex: 6145000202" in answer, answer
            sandbox.post("/_loopgate/clock", {"advance": "1m"})
            push = client.communicate(timeout=60)[0]
        finally:
            client.kill()
        assert "hex: 5145" in push, push


def tells_the_time_in_a_scenario(binary, template):
    """The same stack on simulated time; the function is built and runs, the wire says what the readme says."""
    with tempfile.TemporaryDirectory() as folder:
        story = pathlib.Path(folder) / "story.yaml"
        story.write_text(TIME_STORY.replace("TEMPLATE", str(template)))
        done = subprocess.run([binary, "run", str(story)], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr


TIME_STORY = """
name: The CoAP time service
template: TEMPLATE
parameters: {WireGuardClientPublicKey: "e06Qm75//kTEZaIgA31gjuNYl9Me+XLwf3SJLLD3PxM="}
clients:
  phone:
    address: 198.51.100.7:40000
    wireguard:
      listener: CoAPListener
      private_key: EBEREREREREREREREREREREREREREREREREREREREVE=
      inner_address: 10.10.10.20:5683
steps:
  - send: {from: phone, to: CoAPListener, inner_to: 10.10.10.21:5683, coap: {type: CON, code: GET, id: 1, path: /time}}
  - expect: {at: phone, within: 2s, coap: {type: ACK, code: "2.05", id: 1}}
  - send: {from: phone, to: CoAPListener, inner_to: 10.10.10.21:5683, coap: {type: CON, code: GET, id: 2, path: /else}}
  - expect: {at: phone, within: 2s, coap: {type: ACK, code: "4.04", id: 2, payload: {text: Not Found}}}
  - send: {from: phone, to: CoAPListener, inner_to: 10.10.10.21:5683, coap: {type: NON, code: GET, id: 3, path: /else}}
  - never: {at: phone, for: 2s}
  - advance: {until: 3m}
  - expect journal: {event: dispatched, text: "ObserveNotifierFunctionMinuteSchedule fired for", since: start, times: 4}
  - expect journal: {event: invocation-ended, since: start, times: 4}
"""


def wait_for_messages(sandbox, url):
    """A long poll over the JSON protocol, as a current SDK does it."""
    request = urllib.request.Request(sandbox.endpoint, method="POST", headers={
        "X-Amz-Target": "AmazonSQS.ReceiveMessage", "Content-Type": "application/x-amz-json-1.0"},
        data=json.dumps({"QueueUrl": url, "WaitTimeSeconds": 20, "MaxNumberOfMessages": 10,
                         "MessageSystemAttributeNames": ["All"], "MessageAttributeNames": ["All"]}).encode())
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer).get("Messages", [])


def go_is_new_enough(folder):
    go = shutil.which("go")
    wanted = next(line.split()[1] for line in (folder / "src/go.mod").read_text().splitlines()
                  if line.startswith("go "))
    if go is None:
        return f"the example needs Go {wanted}, which is not installed"
    have = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True).stdout.strip()[2:]
    if [int(x) for x in have.split(".")] < [int(x) for x in wanted.split(".")]:
        return f"the example needs Go {wanted}; there is {have}"
    return None


def python_has_boto3():
    return subprocess.run(["python3", "-c", "import boto3"], capture_output=True).returncode == 0


EXAMPLES = [
    ("packet-counter", "packet-counter.template.json", counts_packets, ["node"]),
    ("packet-counter-python", "packet-counter.template.json", counts_packets, ["python3"]),
    ("packet-counter-go", "packet-counter.template.json", counts_packets, []),
    ("sqs", "sqs.template.json", delivers_to_both_queues, []),
    ("coap-time-service", "template.json", pushes_the_time_each_minute, ["python3", "make"]),
]


def main():
    binary, shared = sys.argv[1], pathlib.Path(sys.argv[2])
    if not (shared / "examples").is_dir():
        print(f"skipped: the public example stacks are not at {shared / 'examples'}")
        return SKIPPED
    passed = failed = skipped = 0
    for name, template, behaviour, needs in EXAMPLES:
        folder = shared / "examples" / name
        reason = next((f"{need} is not installed" for need in needs if not shutil.which(need)), None)
        if name.endswith("-go"):
            reason = go_is_new_enough(folder)
        if name == "coap-time-service" and not python_has_boto3():
            reason = "its function needs boto3 in python3"
        if reason:
            print(f"  skipped {name}: {reason}")
            skipped += 1
            continue
        try:
            with Sandbox(binary, [str(folder / template), "--stack", name]) as sandbox:
                try:
                    behaviour(sandbox)
                except Exception:
                    print(sandbox.log())
                    raise
            if name == "coap-time-service":
                tells_the_time_in_a_scenario(binary, (folder / template).resolve())
            print(f"  ok      {name}")
            passed += 1
        except Exception as error:  # the other stacks still run
            print(f"  FAILED  {name}: {type(error).__name__}: {error}")
            failed += 1
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

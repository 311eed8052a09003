#!/usr/bin/env python3
"""Kills a sandbox with SIGKILL while it is under load and starts it again on the same folder: every
acknowledged send and publish is there, and the listeners answer on their old ports. With
--deploy-rounds N: kills it at N random moments of creating, updating and deleting a stack instead
(deploy_crash.py).

Usage: run_crash.py BINARY SOURCE_DIR [--deploy-rounds N] [--seconds LIMIT] [--seed SEED]
"""

import argparse
import json
import os
import random
import tempfile
import threading
import urllib.error
import urllib.parse
import urllib.request

import deploy_crash
from sandbox import Sandbox, UdpClient

ACKNOWLEDGED_BEFORE_KILL = 500


def call(endpoint, service, target, body):
    request = urllib.request.Request(endpoint, method="POST", data=json.dumps(body).encode(), headers={
        "X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.0",
        "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-west-2/%s/aws4_request, "
                         "SignedHeaders=host, Signature=0" % service})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def publish(endpoint, topic, text):
    body = urllib.parse.urlencode({"Action": "Publish", "Version": "2010-03-31", "TopicArn": topic,
                                   "Message": text}).encode()
    with urllib.request.urlopen(endpoint, data=body, timeout=30) as answer:
        assert b"<MessageId>" in answer.read()


class Load(threading.Thread):
    """Sends until the sandbox is gone; `acknowledged` are those that were answered."""

    def __init__(self, send):
        super().__init__(daemon=True)
        self.acknowledged = []
        self.enough = threading.Event()
        self._send = send

    def run(self):
        number = 0
        while True:
            text = f"{self.name}-{number}"
            try:
                self._send(text)
            except (urllib.error.URLError, OSError):
                return
            self.acknowledged.append(text)
            number += 1
            if number >= ACKNOWLEDGED_BEFORE_KILL:
                self.enough.set()


def receive_all(endpoint, url):
    bodies = set()
    while True:
        messages = call(endpoint, "sqs", "AmazonSQS.ReceiveMessage",
                        {"QueueUrl": url, "MaxNumberOfMessages": 10, "VisibilityTimeout": 3600}).get("Messages", [])
        if not messages:
            return bodies
        bodies.update(message["Body"] for message in messages)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("source_dir")
    parser.add_argument("--deploy-rounds", type=int)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin no round after that")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    arguments = parser.parse_args()
    if arguments.deploy_rounds:
        deploy_crash.run(arguments.binary, arguments.deploy_rounds, arguments.seconds, arguments.seed)
    else:
        crash_under_load(arguments.binary, arguments.source_dir)
    print("1 passed, 0 failed")


def crash_under_load(binary, source_dir):
    template = os.path.join(source_dir, "fixtures/templates/crash.yaml")
    with tempfile.TemporaryDirectory() as data:
        first = Sandbox(binary, [template, "--data", data, "--quiet"])
        outputs = first.info["stacks"]["crash"]["outputs"]
        port = first.listener("UdpListener")["port"]
        # The queue's URL carries the port by which its caller came; the queue is the same.
        path = outputs["QueueUrl"].split("/", 3)[3]
        sends = Load(lambda text: call(first.endpoint, "sqs", "AmazonSQS.SendMessage",
                                       {"QueueUrl": f"{first.endpoint}/{path}", "MessageBody": text}))
        publishes = Load(lambda text: publish(first.endpoint, outputs["TopicArn"], text))
        loads = [sends, publishes]
        for load in loads:
            load.start()
        for load in loads:
            assert load.enough.wait(120), "the sandbox did not take the load"
        first.kill()
        for load in loads:
            load.join(30)
        first.close()

        with Sandbox(binary, ["--data", data, "--quiet"]) as second:
            assert second.listener("UdpListener")["port"] == port, second.info
            found = receive_all(second.endpoint, f"{second.endpoint}/{path}")
            for load in loads:
                missing = [text for text in load.acknowledged if text not in found]
                assert not missing, f"{len(missing)} of {len(load.acknowledged)} acknowledged are lost: {missing[:5]}"
                print(f"{len(load.acknowledged)} acknowledged, all there")
            with UdpClient() as client:
                client.send(b"still here", second.address("UdpListener"))
                assert client.receive()[0] == b"still here"


if __name__ == "__main__":
    main()

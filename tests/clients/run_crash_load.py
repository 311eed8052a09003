#!/usr/bin/env python3
"""Kills a sandbox with SIGKILL again and again while it is under load from all sides and its clock is moved, and
starts it each time on the same folder and another port. In the end: nothing that was acknowledged is lost, nothing
of a FIFO group is doubled or out of order, and a function has worked through all of its queue.

Usage: run_crash_load.py BINARY SOURCE_DIR [--rounds N | --seconds S] [--seed N]
"""

import argparse
import http.client
import json
import os
import random
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

from sandbox import Sandbox, UdpClient
from web_hook import WebHook

AUTHORIZATION = ("AWS4-HMAC-SHA256 Credential=test/20260101/us-west-2/%s/aws4_request, SignedHeaders=host, "
                 "Signature=0")
GONE = (OSError, EOFError, ValueError, http.client.HTTPException)


def post(endpoint, path, body, headers):
    request = urllib.request.Request(endpoint + path, method="POST", data=body, headers=headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read()


def sqs(endpoint, operation, parameters):
    return json.loads(post(endpoint, "/", json.dumps(parameters).encode(), {
        "X-Amz-Target": "AmazonSQS." + operation, "Content-Type": "application/x-amz-json-1.0",
        "Authorization": AUTHORIZATION % "sqs"}))


def sns(endpoint, action, parameters):
    body = urllib.parse.urlencode({"Action": action, "Version": "2010-03-31", **parameters}).encode()
    return post(endpoint, "/", body, {"Authorization": AUTHORIZATION % "sns"})


def publish(endpoint, parameters):
    assert b"<MessageId>" in sns(endpoint, "Publish", parameters)


def invoke(endpoint, text):
    post(endpoint, "/2015-03-31/functions/echo/invocations", json.dumps({"text": text}).encode(), {
        "X-Amz-Invocation-Type": "Event", "Authorization": AUTHORIZATION % "lambda"})


def move_clock(endpoint, step):
    post(endpoint, "/_loopgate/clock", json.dumps({"advance": step}).encode(), {})


class Load:
    """Sends one text after the other, over all rounds. What was not acknowledged when the sandbox went is sent
    again, with the same text, to the next one: only then the next follows."""

    def __init__(self, name, send):
        self.name = name
        self.acknowledged = []
        self.refusal = None
        self._send = send
        self._number = 0

    def run(self, sandbox):
        while True:
            text = f"{self.name}-{self._number}"
            try:
                self._send(sandbox, text)
            except urllib.error.HTTPError as refusal:
                self.refusal = f"{refusal}: {refusal.read()}"
                return
            except GONE:
                return
            self.acknowledged.append(text)
            self._number += 1


class Packets:
    """Datagrams. What the journal says was delivered is there after any crash."""

    def __init__(self):
        self.delivered = 0
        self._number = 0

    def run(self, sandbox):
        follower = threading.Thread(target=self._follow, args=(sandbox.endpoint,))
        follower.start()
        address = sandbox.address("UdpListener")
        with UdpClient() as client:
            while follower.is_alive():
                for _ in range(20):
                    client.send(b"packet-%d" % self._number, address)
                    self._number += 1
                follower.join(0.01)

    def _follow(self, endpoint):
        try:
            with urllib.request.urlopen(endpoint + "/_loopgate/journal?follow=1&event=delivered",
                                        timeout=60) as lines:
                for line in lines:
                    self.delivered += json.loads(line).get("count", 0)
        except GONE:
            pass


class ClockMoves:
    def __init__(self, dice):
        self._dice = dice

    def run(self, sandbox):
        while True:
            try:
                # Short enough that what is sent again stays within the window of deduplication.
                move_clock(sandbox.endpoint, f"{self._dice.randint(10, 800)}ms")
            except GONE:
                return


def drain(endpoint, url):
    """The bodies in the order of receiving."""
    bodies = []
    while True:
        messages = sqs(endpoint, "ReceiveMessage", {"QueueUrl": url, "MaxNumberOfMessages": 10,
                                                    "VisibilityTimeout": 3600}).get("Messages", [])
        if not messages:
            return bodies
        bodies += [message["Body"] for message in messages]
        sqs(endpoint, "DeleteMessageBatch", {"QueueUrl": url, "Entries": [
            {"Id": str(i), "ReceiptHandle": message["ReceiptHandle"]} for i, message in enumerate(messages)]})


def drain_invoked(endpoint, url, wanted):
    """Waits for those that the last sandbox still runs."""
    found = []
    deadline = time.monotonic() + 60
    while not wanted <= set(found) and time.monotonic() < deadline:
        found += [json.loads(body)["requestPayload"]["text"] for body in drain(endpoint, url)]
    return found


def await_empty(endpoint, url):
    """Lets the visibility timeouts of what was with the function pass."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    deadline = time.monotonic() + 120
    while True:
        left = sqs(endpoint, "GetQueueAttributes", {"QueueUrl": url, "AttributeNames": names})["Attributes"]
        if set(left.values()) == {"0"}:
            return
        assert time.monotonic() < deadline, f"the function has not worked through its queue: {left}"
        move_clock(endpoint, "500ms")
        time.sleep(0.05)


class FlakyHook:
    """A subscriber by HTTP that is down half of the time. What was published comes to it sooner or later."""

    # Every second, so that the clock's moves bring it about.
    POLICY = {"healthyRetryPolicy": {"minDelayTarget": 1, "maxDelayTarget": 1, "numRetries": 100}}

    def __init__(self, dice):
        self._dice = dice
        self.hook = WebHook(lambda body: self._dice.choice((200, 503))).__enter__()
        self.found = set()

    def subscribe(self, sandbox, topic):
        attributes = {"RawMessageDelivery": "true", "DeliveryPolicy": json.dumps(self.POLICY)}
        parameters = {"TopicArn": topic, "Protocol": "http", "Endpoint": self.hook.url}
        for i, (name, value) in enumerate(attributes.items(), 1):
            parameters |= {f"Attributes.entry.{i}.key": name, f"Attributes.entry.{i}.value": value}
        sns(sandbox.endpoint, "Subscribe", parameters)
        assert self.hook.confirmed.wait(30), "the subscription was not confirmed"
        self.hook.next()

    def wait_for(self, sandbox, wanted):
        deadline = time.monotonic() + 120
        while not wanted <= self.found and time.monotonic() < deadline:
            move_clock(sandbox.endpoint, "1s")
            while not self.hook.taken.empty():
                self.found.add(self.hook.next()[1])
        return self.found


class Test:
    def __init__(self, binary, template, dice):
        self.binary, self.dice = binary, dice
        self.flaky_hook = FlakyHook(random.Random(dice.random()))
        self.template = template
        self.data = tempfile.TemporaryDirectory()
        self.files = tempfile.TemporaryDirectory()
        self.worked_file = os.path.join(self.files.name, "worked.txt")
        with Sandbox(binary, [template, "--data", self.data.name, "--quiet",
                              "--parameter", f"WorkedFile={self.worked_file}"]) as sandbox:
            self.outputs = next(iter(sandbox.info["stacks"].values()))["outputs"]
            self.flaky_hook.subscribe(sandbox, self.outputs["Topic"])
        self.sent = Load("sent", lambda box, text: sqs(
            box.endpoint, "SendMessage", {"QueueUrl": self.url(box, "SentQueue"), "MessageBody": text}))
        self.ordered = Load("ordered", lambda box, text: sqs(
            box.endpoint, "SendMessage", {"QueueUrl": self.url(box, "OrderedQueue"), "MessageBody": text,
                                          "MessageGroupId": "one", "MessageDeduplicationId": text}))
        self.published = Load("published", lambda box, text: publish(
            box.endpoint, {"TopicArn": self.outputs["Topic"], "Message": text}))
        self.ordered_topic = Load("topic", lambda box, text: publish(
            box.endpoint, {"TopicArn": self.outputs["OrderedTopic"], "Message": text, "MessageGroupId": "one",
                           "MessageDeduplicationId": text}))
        self.invoked = Load("invoked", lambda box, text: invoke(box.endpoint, text))
        self.worked = Load("worked", lambda box, text: sqs(
            box.endpoint, "SendMessage", {"QueueUrl": self.url(box, "WorkedQueue"), "MessageBody": text}))
        self.packets = Packets()
        self.loads = [self.worked, self.sent, self.ordered, self.published, self.ordered_topic, self.invoked,
                      self.packets, ClockMoves(dice)]

    def url(self, sandbox, queue):
        # The URL carries the port by which its caller came; the queue is the same.
        return sandbox.endpoint + "/" + self.outputs[queue].split("/", 3)[3]

    def round(self):
        sandbox = Sandbox(self.binary, ["--data", self.data.name, "--quiet"])
        threads = [threading.Thread(target=load.run, args=(sandbox,)) for load in self.loads]
        for thread in threads:
            thread.start()
        time.sleep(self.dice.uniform(0.02, 0.6))
        sandbox.kill()
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive(), "a client still waits for a sandbox that is gone"
        sandbox.close()

    def check(self):
        with Sandbox(self.binary, ["--data", self.data.name, "--quiet"]) as sandbox:
            for load, queue in ((self.sent, "SentQueue"), (self.published, "PublishedQueue")):
                self.check_none_lost(load, drain(sandbox.endpoint, self.url(sandbox, queue)))
            self.check_none_lost(self.published,
                                 self.flaky_hook.wait_for(sandbox, set(self.published.acknowledged)))
            self.check_none_lost(self.invoked, drain_invoked(sandbox.endpoint, self.url(sandbox, "InvokedQueue"),
                                                             set(self.invoked.acknowledged)))
            for load, queue in ((self.ordered, "OrderedQueue"), (self.ordered_topic, "OrderedTopicQueue")):
                found = drain(sandbox.endpoint, self.url(sandbox, queue))
                self.check_none_lost(load, found)
                # The last may have been stored and its sender not have heard of it.
                wanted = [f"{load.name}-{i}" for i in range(len(found))]
                assert found == wanted, f"{load.name}: doubled or out of order: {first_difference(found, wanted)}"
            await_empty(sandbox.endpoint, self.url(sandbox, "WorkedQueue"))
            with open(self.worked_file) as file:
                self.check_none_lost(self.worked, file.read().split())
            packets = drain(sandbox.endpoint, self.url(sandbox, "PacketQueue"))
            assert len(packets) >= self.packets.delivered, (
                f"{self.packets.delivered} packets were delivered, {len(packets)} are there")
            assert self.packets.delivered > 0, "no packet was delivered"
            print(f"packets: {self.packets.delivered} seen delivered, {len(packets)} there")

    @staticmethod
    def check_none_lost(load, found):
        assert not load.refusal, f"{load.name} was refused: {load.refusal}"
        found = set(found)
        missing = [text for text in load.acknowledged if text not in found]
        assert not missing, f"{load.name}: {len(missing)} of {len(load.acknowledged)} are lost: {missing[:5]}"
        assert load.acknowledged, f"{load.name}: nothing was acknowledged"
        print(f"{load.name}: {len(load.acknowledged)} acknowledged, all there")


def first_difference(found, wanted):
    return next(f"{index}: {a}, not {b}" for index, (a, b) in enumerate(zip(found, wanted)) if a != b)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("source_dir")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    options = parser.parse_args()
    print(f"seed {options.seed}")
    template = os.path.join(options.source_dir, "fixtures/templates/crash_load.yaml")
    test = Test(options.binary, template, random.Random(options.seed))
    end = time.monotonic() + options.seconds
    rounds = 0
    while rounds < options.rounds if options.rounds else time.monotonic() < end:
        test.round()
        rounds += 1
    test.check()
    print(f"{rounds} rounds\n1 passed, 0 failed")


if __name__ == "__main__":
    main()

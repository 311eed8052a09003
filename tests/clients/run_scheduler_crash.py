#!/usr/bin/env python3
"""Kills a sandbox with SIGKILL again and again while its clock is moved over the times of a schedule, and starts it
each time on the same folder: no time fires twice, and none is left out but what passed while no sandbox ran.

Usage: run_scheduler_crash.py BINARY [--rounds N] [--seed N]
"""

import argparse
import collections
import datetime
import json
import random
import tempfile
import threading
import urllib.request

from sandbox import Sandbox

STACK = """
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties: {QueueName: fired, MessageRetentionPeriod: 1209600}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Action: sts:AssumeRole, Principal: {Service: scheduler.amazonaws.com}}]
      Policies:
        - PolicyName: send
          PolicyDocument:
            Statement: [{Effect: Allow, Action: "sqs:SendMessage", Resource: "*"}]
  Templated:
    Type: AWS::Scheduler::Schedule
    Properties:
      ScheduleExpression: cron(* * * * ? *)
      FlexibleTimeWindow: {Mode: "OFF"}
      Target:
        Arn: !GetAtt Queue.Arn
        RoleArn: !GetAtt Role.Arn
        Input: templated <aws.scheduler.scheduled-time>
  Universal:
    Type: AWS::Scheduler::Schedule
    Properties:
      ScheduleExpression: cron(* * * * ? *)
      FlexibleTimeWindow: {Mode: "OFF"}
      Target:
        Arn: arn:aws:scheduler:::aws-sdk:sqs:sendMessage
        RoleArn: !GetAtt Role.Arn
        Input: !Sub '{"QueueUrl": "${Queue}", "MessageBody": "universal <aws.scheduler.scheduled-time>"}'
"""


def advance(sandbox, step):
    try:
        sandbox.post("/_loopgate/clock", {"advance": step})
    except (OSError, ValueError):
        pass


def receive_all(sandbox, url):
    found = []
    while True:
        messages = sandbox.call("sqs", "ReceiveMessage", {
            "QueueUrl": url, "MaxNumberOfMessages": 10, "VisibilityTimeout": 43200}).get("Messages", [])
        if not messages:
            return found
        found += [message["Body"] for message in messages]


def minutes(found, kind):
    times = [body.split()[1] for body in found if body.startswith(kind)]
    return sorted(datetime.datetime.strptime(time, "%Y-%m-%dT%H:%M:%SZ") for time in times)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("binary")
    arguments.add_argument("--rounds", type=int, default=12)
    arguments.add_argument("--seed", type=int, default=random.randrange(10**6))
    options = arguments.parse_args()
    print(f"seed {options.seed}")
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        template = f"{folder}/stack.yaml"
        with open(template, "w") as out:
            out.write(STACK)
        start = lambda: Sandbox(options.binary, [template, "--data", f"{folder}/data"])
        killed = 0
        for _ in range(options.rounds):
            sandbox = start()
            moving = threading.Thread(target=advance, args=(sandbox, "2h"), daemon=True)
            moving.start()
            moving.join(chance.uniform(0.02, 0.6))
            killed += moving.is_alive()
            sandbox.process.kill()
            sandbox.process.wait()
            moving.join()
        sandbox = start()
        with sandbox:
            advance(sandbox, "5m")
            url = sandbox.call("sqs", "GetQueueUrl", {"QueueName": "fired"})["QueueUrl"]
            found = receive_all(sandbox, url)
        for kind in ("templated", "universal"):
            times = minutes(found, kind)
            twice = [time for time, count in collections.Counter(times).items() if count > 1]
            assert not twice, f"{kind} fired twice: {twice[:5]}"
            left_out = [after for before, after in zip(times, times[1:])
                        if after - before > datetime.timedelta(minutes=1)]
            # One a restart at most: what passed meanwhile.
            assert len(left_out) <= options.rounds, f"{kind} left out times before {left_out[:5]}"
            print(f"  ok      {kind}: {len(times)} times, {killed} kills in the middle, {len(left_out)} gaps")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

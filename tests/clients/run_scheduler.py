#!/usr/bin/env python3
"""EventBridge Scheduler as people use it from Python: schedules, groups, tags, pages and errors, and a schedule that
fires when the clock is moved.

Usage: run_scheduler.py BINARY; `boto3` is the one of the interpreter that runs this.
Exit status 77 when the client is not on this machine.
"""

import datetime
import json
import os
import sys

from sandbox import Sandbox

SKIPPED = 77
OFF = {"Mode": "OFF"}


def expect(code, words, call, **arguments):
    from botocore.exceptions import ClientError

    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
        assert words in error.response["Error"]["Message"], error
        return
    raise AssertionError(f"{code} was expected")


class Story:
    def __init__(self, sandbox, boto3):
        client = lambda name: boto3.client(name, endpoint_url=sandbox.endpoint)
        self.sandbox = sandbox
        self.scheduler, self.sqs = client("scheduler"), client("sqs")
        trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
                                                         "Principal": {"Service": "scheduler.amazonaws.com"}}]}
        allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]}
        iam = client("iam")
        role = iam.create_role(RoleName="scheduler", AssumeRolePolicyDocument=json.dumps(trust))["Role"]
        iam.put_role_policy(RoleName="scheduler", PolicyName="sqs", PolicyDocument=json.dumps(allow))
        self.queue = self.sqs.create_queue(QueueName="q")["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        self.target = {"Arn": arn, "RoleArn": role["Arn"], "Input": "hello"}

    def create(self, name, expression="rate(1 hour)", **more):
        return self.scheduler.create_schedule(**{
            "Name": name, "ScheduleExpression": expression, "FlexibleTimeWindow": OFF, "Target": self.target, **more})

    def messages(self):
        found = self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages", [])
        for message in found:
            self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return [message["Body"] for message in found]

    def advance(self, step):
        self.sandbox.post("/_loopgate/clock", {"advance": step})


def schedules_are_what_was_said(story):
    arn = story.create("full", "cron(0 9 ? * MON-FRI *)", Description="mornings", State="DISABLED",
                       ScheduleExpressionTimezone="Europe/Berlin", ActionAfterCompletion="DELETE",
                       StartDate=datetime.datetime(2090, 1, 1, tzinfo=datetime.timezone.utc),
                       EndDate=datetime.datetime(2091, 1, 1, tzinfo=datetime.timezone.utc),
                       FlexibleTimeWindow={"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15})["ScheduleArn"]
    assert arn.startswith("arn:aws:scheduler:us-west-2:") and arn.endswith(":schedule/default/full"), arn
    got = story.scheduler.get_schedule(Name="full")
    assert got["Arn"] == arn and got["GroupName"] == "default" and got["State"] == "DISABLED", got
    assert got["FlexibleTimeWindow"] == {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15}, got
    assert got["StartDate"].year == 2090 and got["EndDate"].year == 2091, got
    assert got["ActionAfterCompletion"] == "DELETE" and got["ScheduleExpressionTimezone"] == "Europe/Berlin", got
    assert got["Target"] == {**story.target, "RetryPolicy": {"MaximumEventAgeInSeconds": 86400,
                                                             "MaximumRetryAttempts": 185}}, got
    # An update says everything anew.
    story.scheduler.update_schedule(Name="full", ScheduleExpression="rate(5 minutes)", FlexibleTimeWindow=OFF,
                                    Target=story.target, State="DISABLED")
    after = story.scheduler.get_schedule(Name="full")
    assert "Description" not in after and "StartDate" not in after, after
    assert after["ScheduleExpressionTimezone"] == "UTC" and after["CreationDate"] == got["CreationDate"], after
    story.scheduler.delete_schedule(Name="full")
    expect("ResourceNotFoundException", "Schedule full does not exist.", story.scheduler.get_schedule, Name="full")


def errors_are_those_of_aws(story):
    create = story.create
    for text in ("rate(5)", "cron(0 10 * * * *)", "at(tomorrow)", "every minute"):
        expect("ValidationException", f"Invalid Schedule Expression {text}.", create, name="x", expression=text)
    expect("ValidationException", "Invalid ScheduleExpressionTimezone Atlantis/Poseidonis", create, name="x",
           ScheduleExpressionTimezone="Atlantis/Poseidonis")
    expect("ValidationException", "MaximumWindowInMinutes must be provided", create, name="x",
           FlexibleTimeWindow={"Mode": "FLEXIBLE"})
    expect("ValidationException", "must not be provided when FlexibleTimeWindowMode is set to OFF", create, name="x",
           FlexibleTimeWindow={"Mode": "OFF", "MaximumWindowInMinutes": 5})
    expect("ValidationException", "The StartDate you specify cannot be earlier than 5 minutes ago.", create, name="x",
           StartDate=datetime.datetime(2001, 1, 1))
    expect("ValidationException", "failed to satisfy constraint", create, name="a b")
    expect("ResourceNotFoundException", "Schedule group nowhere does not exist.", create, name="x", GroupName="nowhere")
    expect("ValidationException", "must allow AWS EventBridge Scheduler to assume the role", create, name="x",
           Target={**story.target, "RoleArn": "arn:aws:iam::123456789012:role/nobody"})
    expect("ResourceNotFoundException", "Schedule x does not exist.", story.scheduler.delete_schedule, Name="x")
    token = {"ClientToken": "once", "State": "DISABLED"}
    assert create("twice", **token)["ScheduleArn"] == create("twice", **token)["ScheduleArn"]
    expect("ConflictException", "Schedule twice already exists.", create, name="twice", ClientToken="another")
    story.scheduler.delete_schedule(Name="twice")


def groups_have_tags_and_schedules(story):
    scheduler = story.scheduler
    arn = scheduler.create_schedule_group(Name="g", Tags=[{"Key": "a", "Value": "1"}])["ScheduleGroupArn"]
    expect("ConflictException", "Schedule group g already exists.", scheduler.create_schedule_group, Name="g")
    scheduler.tag_resource(ResourceArn=arn, Tags=[{"Key": "b", "Value": "2"}])
    scheduler.untag_resource(ResourceArn=arn, TagKeys=["a"])
    assert scheduler.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "b", "Value": "2"}]
    assert scheduler.get_schedule_group(Name="g")["State"] == "ACTIVE"
    names = [group["Name"] for group in scheduler.list_schedule_groups()["ScheduleGroups"]]
    assert names == ["default", "g"], names
    for number in range(5):
        story.create(f"s{number}", GroupName="g", State="DISABLED")
    pages = scheduler.get_paginator("list_schedules").paginate(GroupName="g", PaginationConfig={"PageSize": 2})
    found = [[schedule["Name"] for schedule in page["Schedules"]] for page in pages]
    assert found == [["s0", "s1"], ["s2", "s3"], ["s4"]], found
    assert [each["Name"] for each in scheduler.list_schedules(NamePrefix="s3")["Schedules"]] == ["s3"]
    assert scheduler.list_schedules(State="ENABLED", GroupName="g")["Schedules"] == []
    scheduler.delete_schedule_group(Name="g")
    expect("ResourceNotFoundException", "Schedule group g does not exist.", scheduler.list_schedules, GroupName="g")
    assert scheduler.list_schedules()["Schedules"] == []


def fires_when_the_clock_gets_there(story):
    soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
    story.create("tick", "rate(30 minutes)", StartDate=soon)
    story.create("once", f"at({soon + datetime.timedelta(hours=10):%Y-%m-%dT%H:%M:%S})", ActionAfterCompletion="DELETE",
                 Target={**story.target, "Input": "once"})
    story.advance("59m")
    assert story.messages() == []
    story.advance("2m")
    assert story.messages() == ["hello"]
    story.advance("1h")
    assert story.messages() == ["hello", "hello"]
    story.scheduler.delete_schedule(Name="tick")
    story.advance("12h")
    assert story.messages() == ["once"]
    expect("ResourceNotFoundException", "does not exist", story.scheduler.get_schedule, Name="once")


def main():
    try:
        import boto3
        boto3.client("scheduler", region_name="us-west-2")
    except ImportError:
        print("skipped: this Python has no boto3")
        return SKIPPED
    except Exception as error:
        print(f"skipped: this boto3 does not know the scheduler: {error}")
        return SKIPPED
    with Sandbox(sys.argv[1]) as sandbox:
        os.environ.update(sandbox.environment())
        story = Story(sandbox, boto3)
        for behaviour in (schedules_are_what_was_said, errors_are_those_of_aws, groups_have_tags_and_schedules,
                          fires_when_the_clock_gets_there):
            behaviour(story)
            print(f"  ok      {behaviour.__name__}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

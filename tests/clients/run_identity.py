#!/usr/bin/env python3
"""Who calls and whether they may, with boto3: sessions of AssumeRole and of functions, accounts side by side,
permissions that are enforced, signatures that are verified, services that deliver without a policy.

Usage: run_identity.py BINARY SOURCE_DIR
"""

import json
import subprocess
import sys
import urllib.request

from sandbox import Sandbox

try:
    import boto3
    from botocore.exceptions import ClientError
except ImportError:
    print("skipped: boto3 is not installed")
    sys.exit(77)

TRUST = json.dumps({"Statement": {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"}})
WHO = """
import json, os, urllib.request
def handler(event, context):
    headers = {"X-Amz-Security-Token": os.environ["AWS_SESSION_TOKEN"],
               "Content-Type": "application/x-www-form-urlencoded",
               "Authorization": "AWS4-HMAC-SHA256 Credential=" + os.environ["AWS_ACCESS_KEY_ID"] +
                                "/20260101/us-west-2/sts/aws4_request, SignedHeaders=host, Signature=0"}
    body = b"Action=GetCallerIdentity&Version=2011-06-15"
    request = urllib.request.Request(os.environ["AWS_ENDPOINT_URL"], body, headers)
    return urllib.request.urlopen(request).read().decode()
"""


def client(sandbox, service, key="test", secret="test", token=None):
    return boto3.client(service, endpoint_url=sandbox.endpoint, region_name="us-west-2", aws_access_key_id=key,
                        aws_secret_access_key=secret, aws_session_token=token)


def as_role(sandbox, service, name, **more):
    arn = f"arn:aws:iam::123456789012:role/{name}"
    given = client(sandbox, "sts").assume_role(RoleArn=arn, RoleSessionName="dev", **more)["Credentials"]
    return client(sandbox, service, given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def refused(code, call, **parameters):
    try:
        call(**parameters)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
        return error.response["Error"]["Message"]
    raise AssertionError(f"expected {code}, but the call succeeded")


def an_assumed_role_is_its_session(binary, _):
    with Sandbox(binary, ["--quiet", "--verify-signatures"]) as sandbox:
        client(sandbox, "iam").create_role(RoleName="worker", AssumeRolePolicyDocument=TRUST)
        sts = as_role(sandbox, "sts", "worker", DurationSeconds=900)
        arn = "arn:aws:sts::123456789012:assumed-role/worker/dev"
        assert sts.get_caller_identity()["Arn"] == arn, sts.get_caller_identity()
        assert client(sandbox, "sts").get_caller_identity()["Arn"] == "arn:aws:iam::123456789012:root"
        refused("SignatureDoesNotMatch", client(sandbox, "sts", secret="guessed").get_caller_identity)
        refused("InvalidClientTokenId", client(sandbox, "sts", token="IQoJb3JpZ2luX2VjEJr").get_caller_identity)
        subprocess.run([binary, "clock", "advance", "15m", "--endpoint", sandbox.endpoint], check=True,
                       stdout=subprocess.DEVNULL)
        refused("ExpiredToken", sts.get_caller_identity)


def a_function_is_its_role(binary, _):
    template = {"Transform": "AWS::Serverless-2016-10-31", "Resources": {"Who": {
        "Type": "AWS::Serverless::Function",
        "Properties": {"FunctionName": "who", "Runtime": "python3.11", "Handler": "index.handler",
                       "InlineCode": WHO}}}}
    with Sandbox(binary, ["--quiet"]) as sandbox:
        cloudformation = client(sandbox, "cloudformation")
        cloudformation.create_stack(StackName="who", TemplateBody=json.dumps(template),
                                    Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"])
        cloudformation.get_waiter("stack_create_complete").wait(StackName="who", WaiterConfig={"Delay": 1})
        answer = client(sandbox, "lambda").invoke(FunctionName="who")["Payload"].read().decode()
        assert ":assumed-role/who-WhoRole-" in answer and "/who<" in answer, answer


def accounts_do_not_see_each_other(binary, source):
    with open(source + "/fixtures/templates/echo.yaml", encoding="utf-8") as file:
        template = file.read()
    accounts = ("111122223333", "444455556666", "test")
    with Sandbox(binary, ["--quiet"]) as sandbox:
        for account in accounts:
            stacks = client(sandbox, "cloudformation", account)
            assert stacks.describe_stacks()["Stacks"] == []
            stacks.create_stack(StackName="echo", TemplateBody=template,
                                Capabilities=["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"])
            stacks.get_waiter("stack_create_complete").wait(StackName="echo", WaiterConfig={"Delay": 1})
            (stack,) = stacks.describe_stacks()["Stacks"]
            number = account if account.isdigit() else "123456789012"
            assert f":{number}:stack/echo/" in stack["StackId"], stack
            client(sandbox, "sqs", account).create_queue(QueueName="jobs")
            client(sandbox, "sns", account).create_topic(Name="news")
            assert client(sandbox, "sts", account).get_caller_identity()["Account"] == number
        info = json.loads(sandbox.get("/_loopgate/info"))["stacks"]
        ports = {listener["port"] for stack in info.values() for listener in stack["listeners"].values()}
        assert len(info) == 3 and len(ports) == 3, info
        for title in info:
            listener = title + "/UdpListener"
            sent = subprocess.run([binary, "send", listener, "--text", "hello", "--endpoint", sandbox.endpoint],
                                  capture_output=True, text=True, check=False)
            assert "hello" in sent.stdout, (listener, sent)
        first = client(sandbox, "cloudformation", accounts[0])
        first.delete_stack(StackName="echo")
        first.get_waiter("stack_delete_complete").wait(StackName="echo", WaiterConfig={"Delay": 1})
        for account in accounts[1:]:
            assert len(client(sandbox, "cloudformation", account).describe_stacks()["Stacks"]) == 1
        for service, listing, member in (("sqs", "list_queues", "QueueUrls"), ("sns", "list_topics", "Topics")):
            for account in accounts:
                found = getattr(client(sandbox, service, account), listing)()[member]
                assert len(found) == 1, (account, found)
        reset = lambda account: subprocess.run([binary, "reset", "--account", account, "--endpoint", sandbox.endpoint],
                                               capture_output=True, text=True, check=False)
        # By the command line, too; the journal says whose call was refused, and how.
        verb = lambda *arguments: subprocess.run([binary, *arguments, "--endpoint", sandbox.endpoint],
                                                 capture_output=True, text=True, check=False)
        template_file = source + "/fixtures/templates/queue.yaml"
        assert "111122223333/us-west-2/q" in verb("deploy", "--account", accounts[0], "--stack", "q",
                                                  template_file).stdout
        assert "no stack 'q'" in verb("delete", "q").stderr
        assert verb("delete", "q", "--account", accounts[0]).stdout == "deleted q\n"
        assert "twelve digits" in verb("deploy", "--account", "1", template_file).stderr
        assert "us-west-2" in verb("deploy", "--region", "eu-west-9", template_file).stderr
        refused("AWS.SimpleQueueService.NonExistentQueue", client(sandbox, "sqs", accounts[0]).get_queue_url,
                QueueName="gone")
        (told,) = (event["text"] for event in sandbox.journal("?event=api-call") if "GetQueueUrl" in event["text"])
        assert told.startswith("sqs GetQueueUrl → 400 ") and told.endswith("(account 111122223333)"), told
        assert "The specified queue does not exist" in told, told
        unset = reset("")  # a variable that is not set is not everybody
        assert unset.returncode == 1 and "account '' is not twelve digits" in unset.stderr, unset
        assert reset(accounts[0]).returncode == 0
        left = [len(client(sandbox, "sns", account).list_topics()["Topics"]) for account in accounts]
        assert left == [0, 1, 1], left


def what_aws_denies_is_told_or_denied(binary, _):
    for flags in ([], ["--enforce-iam"]):
        with Sandbox(binary, ["--quiet", *flags]) as sandbox:
            client(sandbox, "iam").create_role(RoleName="worker", AssumeRolePolicyDocument=TRUST)
            url = client(sandbox, "sqs").create_queue(QueueName="jobs")["QueueUrl"]
            topic = client(sandbox, "sns").create_topic(Name="news")["TopicArn"]
            sqs, sns = as_role(sandbox, "sqs", "worker"), as_role(sandbox, "sns", "worker")
            if flags:
                message = refused("AccessDenied", sqs.send_message, QueueUrl=url, MessageBody="x")
                assert message.endswith("because no identity-based policy allows the sqs:SendMessage action"), message
                refused("AuthorizationError", sns.publish, TopicArn=topic, Message="x")
                client(sandbox, "sqs").send_message(QueueUrl=url, MessageBody="the root may")
            else:
                sqs.send_message(QueueUrl=url, MessageBody="x")
                sns.publish(TopicArn=topic, Message="x")
            told = sandbox.journal("?event=would-be-denied")
            assert [event["subject"].rsplit(":", 1)[1] for event in told] == ([] if flags else ["jobs", "news"]), told


def another_account_is_let_in_by_a_policy(binary, _):
    ours, theirs = "111122223333", "444455556666"
    for flags in ([], ["--enforce-iam"]):
        with Sandbox(binary, ["--quiet", *flags]) as sandbox:
            sns, sqs = client(sandbox, "sns", ours), client(sandbox, "sqs", theirs)
            topic = sns.create_topic(Name="news")["TopicArn"]
            refused("AuthorizationError", client(sandbox, "sns", theirs).publish, TopicArn=topic, Message="x")
            sns.add_permission(TopicArn=topic, Label="them", AWSAccountId=[theirs], ActionName=["Publish"])
            client(sandbox, "sns", theirs).publish(TopicArn=topic, Message="x")

            # A queue of theirs is subscribed when they visit the address that came into it, unsigned.
            url = sqs.create_queue(QueueName="jobs", Attributes={"Policy": json.dumps({"Statement": {
                "Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}})})["QueueUrl"]
            endpoint = f"arn:aws:sqs:us-west-2:{theirs}:jobs"
            pending = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=endpoint)["SubscriptionArn"]
            assert pending == "pending confirmation", pending
            (asked,) = sqs.receive_message(QueueUrl=url)["Messages"]
            with urllib.request.urlopen(json.loads(asked["Body"])["SubscribeURL"]) as answer:
                assert b"<SubscriptionArn>" in answer.read()
            sns.publish(TopicArn=topic, Message="late")
            (got,) = sqs.receive_message(QueueUrl=url)["Messages"]
            assert json.loads(got["Body"])["Message"] == "late", got


def services_deliver_without_a_policy_on_demand(binary, _):
    for flags in ([], ["--allow-service-delivery"]):
        with Sandbox(binary, ["--quiet", *flags]) as sandbox:
            sqs, sns = client(sandbox, "sqs"), client(sandbox, "sns")
            url = sqs.create_queue(QueueName="jobs")["QueueUrl"]
            topic = sns.create_topic(Name="news")["TopicArn"]
            sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-west-2:123456789012:jobs")
            for _ in range(2):
                sns.publish(TopicArn=topic, Message="x")
            count = len(sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []))
            warnings = [event["text"] for event in sandbox.journal("?event=warning")]
            assert count == (2 if flags else 0), count
            assert len(warnings) == (1 if flags else 2), warnings
            assert "sqs:SendMessage" in warnings[0] and ("--allow-service-delivery" in warnings[0]) == bool(flags)


def main():
    tests = [an_assumed_role_is_its_session, a_function_is_its_role, accounts_do_not_see_each_other,
             what_aws_denies_is_told_or_denied, another_account_is_let_in_by_a_policy,
             services_deliver_without_a_policy_on_demand]
    for test in tests:
        test(*sys.argv[1:])
        print(f"{test.__name__}: passed", flush=True)
    print(f"{len(tests)} passed, 0 failed")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""CloudFormation as boto3 and the AWS CLI use it, and an app of the CDK as `cdk synth` leaves it.

Usage: run_cloudformation.py BINARY
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

from sandbox import Sandbox

SKIPPED = 77
try:
    import boto3
    import botocore.config
    import botocore.exceptions
except ImportError:
    print("skipped: boto3 is not installed")
    sys.exit(SKIPPED)

QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "tool"}}
TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "tool"}}
LOOP = """
Transform: AWS::LanguageExtensions
Parameters: {Names: {Type: CommaDelimitedList, Default: 'a,b'}}
Rules: {R: {Assertions: [{Assert: !Not [{'Fn::Contains': [!Ref Names, bad]}], AssertDescription: none is bad}]}}
Resources:
  'Fn::ForEach::Queues':
    - N
    - !Ref Names
    - 'Queue${N}': {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub 'loop-${N}'}}
"""
NESTED = {"Parameters": {"Name": {"Type": "String"}},
          "Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "Name"}}}},
          "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["Q", "Arn"]}}}}
BOOTSTRAP = "/cdk-bootstrap/hnb659fds/version"


def write(folder, name, content):
    path = pathlib.Path(folder) / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(path)


def cdk_template(resources):
    """With what the CDK adds to every stack."""
    return {"Resources": resources,
            "Parameters": {"BootstrapVersion": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": BOOTSTRAP}},
            "Rules": {"CheckBootstrapVersion": {"Assertions": [{
                "Assert": {"Fn::Not": [{"Fn::Contains": [["1", "2", "3", "4", "5"], {"Ref": "BootstrapVersion"}]}]},
                "AssertDescription": "CDK bootstrap stack version 6 required."}]}}}


def cloud_assembly(folder):
    """Two stacks, the first in the file needs the second; a nested stack is an asset."""
    nested = {"Type": "AWS::CloudFormation::Stack",
              "Properties": {"TemplateURL": {"Fn::Join": ["", ["https://s3.", {"Ref": "AWS::URLSuffix"}, "/x"]]},
                             "Parameters": {"Name": "cdk-nested"}},
              "Metadata": {"aws:asset:path": "nested.template.json", "aws:asset:property": "TemplateURL"}}
    user = {"Type": "AWS::SNS::Subscription",
            "Properties": {"Protocol": "sqs", "TopicArn": {"Fn::ImportValue": "cdk-topic"},
                           "Endpoint": {"Fn::GetAtt": ["Nested", "Outputs.Arn"]}}}
    write(folder, "nested.template.json", NESTED)
    write(folder, "User.template.json", cdk_template({"Nested": nested, "Sub": user}))
    metadata = {"Type": "AWS::CDK::Metadata", "Properties": {"Analytics": "v2"}}
    base = cdk_template({"Topic": TOPIC, "CDKMetadata": metadata})
    base["Outputs"] = {"T": {"Value": {"Ref": "Topic"}, "Export": {"Name": "cdk-topic"}}}
    write(folder, "Base.template.json", base)
    environment = "aws://unknown-account/unknown-region"
    stack = "aws:cloudformation:stack"
    write(folder, "manifest.json", {"version": "36.0.0", "artifacts": {
        "User.assets": {"type": "cdk:asset-manifest", "properties": {"file": "User.assets.json"}},
        "AUser": {"type": stack, "environment": environment, "dependencies": ["Base", "User.assets"],
                  "properties": {"templateFile": "User.template.json", "stackName": "app-user"}},
        "Base": {"type": stack, "environment": environment, "properties": {"templateFile": "Base.template.json"}}}})


def refused(call, **arguments):
    try:
        call(**arguments)
    except botocore.exceptions.ClientError as error:
        return error.response["Error"]["Message"]
    raise AssertionError("not refused")


def change_sets(cloudformation, sqs):
    """As `sam deploy` and `aws cloudformation deploy` go about it."""
    template = json.dumps({"Resources": {"Queue": QUEUE}})
    made = cloudformation.create_change_set(StackName="tool", ChangeSetName="first", ChangeSetType="CREATE",
                                            TemplateBody=template, Tags=[{"Key": "team", "Value": "a"}])
    cloudformation.get_waiter("change_set_create_complete").wait(ChangeSetName=made["Id"], WaiterConfig={"Delay": 1})
    review = cloudformation.describe_stacks(StackName="tool")["Stacks"][0]
    assert review["StackStatus"] == "REVIEW_IN_PROGRESS", review
    described = cloudformation.describe_change_set(ChangeSetName=made["Id"])
    (change,) = described["Changes"]
    assert change["ResourceChange"]["Action"] == "Add", change
    assert change["ResourceChange"]["Details"] == [] and described["NotificationARNs"] == [], described
    cloudformation.execute_change_set(ChangeSetName=made["Id"])
    cloudformation.get_waiter("stack_create_complete").wait(StackName="tool", WaiterConfig={"Delay": 1})
    url = sqs.get_queue_url(QueueName="tool")["QueueUrl"]
    tags = sqs.list_queue_tags(QueueUrl=url)["Tags"]
    assert tags["team"] == "a" and tags["aws:cloudformation:stack-name"] == "tool", tags
    events = cloudformation.describe_stack_events(StackName="tool")["StackEvents"]
    assert [e["ResourceStatus"] for e in events][::-1] == [
        "REVIEW_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_COMPLETE",
        "CREATE_COMPLETE"], events
    times = [e["Timestamp"] for e in events]
    assert times == sorted(times, reverse=True) and len(set(times)) == len(times), times
    cloudformation.update_termination_protection(StackName="tool", EnableTerminationProtection=True)
    message = refused(cloudformation.delete_stack, StackName="tool")
    assert message == "Stack [tool] cannot be deleted while TerminationProtection is enabled", message
    cloudformation.update_termination_protection(StackName="tool", EnableTerminationProtection=False)
    message = refused(cloudformation.detect_stack_drift, StackName="tool")
    assert message.startswith("DetectStackDrift: the sandbox has no drift detection"), message
    cloudformation.delete_stack(StackName="tool")


def language(cloudformation, sqs):
    message = refused(cloudformation.create_stack, StackName="loop", TemplateBody=LOOP,
                      Capabilities=["CAPABILITY_AUTO_EXPAND"],
                      Parameters=[{"ParameterKey": "Names", "ParameterValue": "a,bad"}])
    assert "none is bad" in message, message
    cloudformation.create_stack(StackName="loop", TemplateBody=LOOP, Capabilities=["CAPABILITY_AUTO_EXPAND"])
    cloudformation.get_waiter("stack_create_complete").wait(StackName="loop", WaiterConfig={"Delay": 1})
    names = sorted(url.rsplit("/", 1)[1] for url in sqs.list_queues(QueueNamePrefix="loop-")["QueueUrls"])
    assert names == ["loop-a", "loop-b"], names
    processed = cloudformation.get_template(StackName="loop", TemplateStage="Processed")["TemplateBody"]
    assert list(processed["Resources"]) == ["Queuea", "Queueb"], processed
    cloudformation.delete_stack(StackName="loop")


def command_line(sandbox, folder):
    """`aws cloudformation deploy` twice; the second time nothing changes."""
    tool = pathlib.Path(sys.executable).parent / "aws"
    if not tool.exists():
        print("the AWS CLI is not beside this python: left out")
        return
    template = write(folder, "cli.json", {"Resources": {"Queue": QUEUE}})
    for arguments in ([], ["--no-fail-on-empty-changeset"]):
        subprocess.run([tool, "cloudformation", "deploy", "--stack-name", "cli", "--template-file", template,
                        *arguments], env={**os.environ, **sandbox.environment()}, check=True,
                       stdout=subprocess.DEVNULL)


def main():
    binary = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        cloud_assembly(folder)
        with Sandbox(binary, [folder]) as sandbox:
            settings = {"endpoint_url": sandbox.endpoint, "region_name": "us-west-2", "aws_access_key_id": "test",
                        "aws_secret_access_key": "test",
                        "config": botocore.config.Config(retries={"max_attempts": 1})}
            cloudformation = boto3.client("cloudformation", **settings)
            sqs = boto3.client("sqs", **settings)
            names = [s["StackName"] for s in cloudformation.describe_stacks()["Stacks"]]
            assert {"Base", "app-user"} <= set(names) and len(names) == 3, names
            sqs.get_queue_url(QueueName="cdk-nested")
            subprocess.run([binary, "deploy", folder, "--endpoint", sandbox.endpoint], check=True,
                           stdout=subprocess.DEVNULL)
            change_sets(cloudformation, sqs)
            language(cloudformation, sqs)
            command_line(sandbox, folder)
    print("ok")


if __name__ == "__main__":
    main()

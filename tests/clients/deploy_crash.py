"""Kills a sandbox with SIGKILL at random moments of creating, updating and deleting a stack with every
kind of resource, and starts it again on the same folder, on another port. Each time: the stack is in a
state from which one can go on, the same command succeeds, and what exists is what the stack says, no
more and no less.
"""

import json
import os
import random
import shutil
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ElementTree

from sandbox import Sandbox

ACCOUNT = "123456789012"
GATEWAY_ACCOUNT = "210987654321"  # owns the delivery queues of packet sources
REGION = "us-west-2"
CAPABILITIES = {"Capabilities.member.1": "CAPABILITY_NAMED_IAM", "Capabilities.member.2": "CAPABILITY_AUTO_EXPAND"}
STACK = "crash"
VERSIONS = {"cloudformation": "2010-05-15", "sns": "2010-03-31", "sqs": "2012-11-05", "iam": "2010-05-08"}
CONFIG = {"ServiceToken": f"arn:aws:lambda:{REGION}:{GATEWAY_ACCOUNT}:function:proxylity-udp-gateway-resources",
          "ApiKey": f"loopgate-{ACCOUNT}"}
STABLE = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "ROLLBACK_COMPLETE"}
PATIENCE = 120  # seconds


def texts(document, path):
    """The texts of all elements at the path, whatever the namespace."""
    found = [document]
    for name in path.split("/"):
        found = [child for each in found for child in each if child.tag.rsplit("}")[-1] == name]
    return [each.text or "" for each in found]


class Account:
    """What the sandbox holds, as its API tells."""

    def __init__(self, sandbox):
        self.endpoint = sandbox.endpoint

    def send(self, request, service, account=ACCOUNT):
        request.add_header("Authorization", f"AWS4-HMAC-SHA256 Credential={account}/20260101/{REGION}/{service}/"
                                            "aws4_request, SignedHeaders=host, Signature=0")
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.read()

    def query(self, service, action, account=ACCOUNT, **parameters):
        body = {"Action": action, "Version": VERSIONS[service], **parameters}
        request = urllib.request.Request(self.endpoint, data=urllib.parse.urlencode(body).encode())
        return ElementTree.fromstring(self.send(request, service, account))

    def call(self, service, target, **parameters):
        request = urllib.request.Request(self.endpoint, data=json.dumps(parameters).encode(), headers={
            "X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"})
        return json.loads(self.send(request, service))

    def post(self, route, **parameters):
        request = urllib.request.Request(f"{self.endpoint}/_loopgate/{route}", data=json.dumps(parameters).encode())
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)

    def stack(self):
        """Its status; None when there is no stack."""
        try:
            found = self.query("cloudformation", "DescribeStacks", StackName=STACK)
        except urllib.error.HTTPError as error:
            assert b"does not exist" in error.read()
            return None
        return texts(found, "DescribeStacksResult/Stacks/member/StackStatus")[0]

    def resources(self):
        """Logical id → (type, physical id) of the stack."""
        found = self.query("cloudformation", "DescribeStackResources", StackName=STACK)
        path = "DescribeStackResourcesResult/StackResources/member/"
        return {logical: (kind, physical) for logical, kind, physical in zip(
            texts(found, path + "LogicalResourceId"), texts(found, path + "ResourceType"),
            texts(found, path + "PhysicalResourceId"))}

    def queues(self, account=ACCOUNT):
        return set(texts(self.query("sqs", "ListQueues", account), "ListQueuesResult/QueueUrl"))

    def topics(self):
        return set(texts(self.query("sns", "ListTopics"), "ListTopicsResult/Topics/member/TopicArn"))

    def subscriptions(self):
        """Pairs of endpoint and ARN."""
        found = self.query("sns", "ListSubscriptions")
        path = "ListSubscriptionsResult/Subscriptions/member/"
        return set(zip(texts(found, path + "Endpoint"), texts(found, path + "SubscriptionArn")))

    def roles(self):
        return set(texts(self.query("iam", "ListRoles"), "ListRolesResult/Roles/member/RoleName"))

    def log_groups(self):
        groups = self.call("logs", "Logs_20140328.DescribeLogGroups")["logGroups"]
        return {group["logGroupName"] for group in groups}

    def functions(self):
        request = urllib.request.Request(self.endpoint + "/2015-03-31/functions/")
        return {each["FunctionName"]: each for each in json.loads(self.send(request, "lambda"))["Functions"]}

    def listeners(self):
        with urllib.request.urlopen(self.endpoint + "/_loopgate/info", timeout=PATIENCE) as answer:
            stacks = json.load(answer)["stacks"]
        return {listener["name"]: listener["port"] for stack in stacks.values()
                for listener in stack["listeners"].values()}


def resource(kind, needs=None, **properties):
    out = {"Type": kind, "Properties": properties}
    return {**out, "DependsOn": needs} if needs else out


def ref(name):
    return {"Ref": name}


def arn(name):
    return {"Fn::GetAtt": [name, "Arn"]}


def template(second, makes):
    """Two versions of one stack: the second changes, replaces, adds and removes."""
    version = 2 if second else 1
    allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sns:*", "Resource": "*"}]}
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole",
         "Principal": {"AWS": f"arn:aws:iam::{GATEWAY_ACCOUNT}:role/proxylity-udp-gateway"}}]}
    out = {f"Queue{i}": resource("AWS::SQS::Queue", QueueName=f"named-{i}", DelaySeconds=version) for i in range(16)}
    out |= {f"Generated{i}": resource("AWS::SQS::Queue", VisibilityTimeout=version) for i in range(16)}
    out |= {f"Only{version}x{i}": resource("AWS::SQS::Queue", QueueName=f"only-{version}-{i}") for i in range(4)}
    out |= {
        "Kept": {**resource("AWS::SQS::Queue", QueueName="kept"), "UpdateReplacePolicy": "Retain"},
        "Moved": resource("AWS::SQS::Queue", QueueName=f"moved-{version}"),
        "Topic": resource("AWS::SNS::Topic", TopicName="named-topic", DisplayName=f"v{version}"),
        "MovedTopic": resource("AWS::SNS::Topic", TopicName=f"moved-topic-{version}"),
        "Subscription": resource("AWS::SNS::Subscription", TopicArn=ref("Topic"), Protocol="sqs",
                                 Endpoint=arn("Moved")),
        "Allowed": resource("AWS::SQS::QueuePolicy", Queues=[ref("Queue0"), ref("Moved")],
                            PolicyDocument={"Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*",
                                                           "Principal": "*"}]}),
        "Group": resource("AWS::Logs::LogGroup", LogGroupName="/named/group", RetentionInDays=version),
        "GeneratedGroup": resource("AWS::Logs::LogGroup", RetentionInDays=version),
        "Role": resource("AWS::IAM::Role", RoleName="named-role", AssumeRolePolicyDocument=trust,
                         Description=f"v{version}", Policies=[{"PolicyName": "allow", "PolicyDocument": allow}]),
        "GeneratedRole": resource("AWS::IAM::Role", AssumeRolePolicyDocument=trust),
        "Managed": resource("AWS::IAM::ManagedPolicy", ManagedPolicyName=f"managed-{version}", PolicyDocument=allow),
        "Function": resource("AWS::Lambda::Function", FunctionName="named-function", Runtime="loopgate.echo",
                             Handler="echo", Role=arn("Role"), Timeout=version,
                             Environment={"Variables": {"QUEUE": ref("Queue0")}}),
        "GeneratedFunction": resource("AWS::Lambda::Function", Runtime="loopgate.echo", Handler="echo",
                                      Role=arn("Role"), Timeout=version),
        "Permission": resource("AWS::Lambda::Permission", FunctionName=ref("Function"), Principal="*",
                               Action="lambda:InvokeFunction"),
        "Alias": resource("AWS::Lambda::Alias", FunctionName=ref("Function"), Name="live", FunctionVersion="$LATEST"),
        "Listener": resource("Custom::ProxylityUdpGatewayListener", Protocols=["udp"], Description=f"v{version}",
                             ClientRestrictions={"Networks": ["0.0.0.0/0"]},
                             Destinations=[{"Name": "crash-echo", "DestinationArn": {},
                                            "Role": {"Arn": arn("Role")}}], **CONFIG),
        "Tunnel": resource("Custom::ProxylityUdpGatewayListener", Protocols=["wg"], Description=f"v{version}",
                           ClientRestrictions={"Networks": ["0.0.0.0/0"]}, **CONFIG),
        "Attached": resource("Custom::ProxylityUdpGatewayDestinationArn", needs=["Listener"],
                             Destination="crash-echo", IngressRegionKey="*", Arn=arn("Function"), **CONFIG),
        "Source": resource("Custom::ProxylityUdpGatewayPacketSource", needs=["Role"], ListenerName=ref("Listener"),
                           SnsTopicSource={"TopicArn": ref("MovedTopic"), "Role": arn("Role")}, **CONFIG),
    }
    if makes:
        out["Made"] = {"Type": "AWS::Serverless::Function", "Metadata": {"BuildMethod": "makefile"},
                       "Properties": {"FunctionName": f"made-{version}", "Runtime": "provided.al2023",
                                      "Handler": "x", "CodeUri": "made"}}
    return json.dumps({"Transform": "AWS::Serverless-2016-10-31", "Resources": out,
                       "Outputs": {"Url": {"Value": ref("Queue0")}, "Version": {"Value": str(version)}}})


class Crash:
    def __init__(self, binary, seed):
        self.binary = binary
        self.random = random.Random(seed)
        self.folder = tempfile.TemporaryDirectory()
        self.data = os.path.join(self.folder.name, "data")
        self.makes = shutil.which("make") is not None
        os.mkdir(os.path.join(self.folder.name, "made"))
        with open(os.path.join(self.folder.name, "made", "Makefile"), "w") as makefile:
            makefile.write("build-Made:\n\techo '#!/bin/sh' > $(ARTIFACTS_DIR)/bootstrap\n"
                           "\tchmod +x $(ARTIFACTS_DIR)/bootstrap\n")
        self.durations = {}  # seconds that a command takes, as seen
        self.ports = {}  # of listeners, once they were there
        self.start()

    def start(self):
        self.sandbox = Sandbox(self.binary, ["--data", self.data, "--quiet"])
        self.account = Account(self.sandbox)

    def restart(self):
        self.sandbox.kill()
        self.sandbox.close()
        self.start()

    # Commands; each by the two doors there are.

    def command(self, name, control):
        if name == "delete":
            if control and self.account.stack():
                self.account.post("delete", stack=STACK)
            else:
                self.account.query("cloudformation", "DeleteStack", StackName=STACK)
        elif control:
            file = os.path.join(self.folder.name, f"{name}.yaml")
            with open(file, "w") as out:
                out.write(template(name == "update", self.makes))
            self.account.post("deploy", stack=STACK, template_file=file)
        else:
            action = {"create": "CreateStack", "update": "UpdateStack"}[name]
            try:
                self.account.query("cloudformation", action, StackName=STACK,
                                   TemplateBody=template(name == "update", False), **CAPABILITIES)
            except urllib.error.HTTPError as error:
                # Said of what was finished in time.
                text = error.read().decode()
                assert "No updates are to be performed" in text or "already exists" in text, text
                assert self.finished(name), text
        return self.wait()

    def wait(self):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            status = self.account.stack()
            if status is None or "PROGRESS" not in status:
                return status
            time.sleep(0.005)
        raise AssertionError(f"the stack stays in {status}")

    def finished(self, name):
        status = self.account.stack()
        if name == "delete":
            return status is None
        found = self.account.query("cloudformation", "DescribeStacks", StackName=STACK)
        path = "DescribeStacksResult/Stacks/member/Outputs/member/"
        outputs = dict(zip(texts(found, path + "OutputKey"), texts(found, path + "OutputValue")))
        return outputs.get("Version") == {"create": "1", "update": "2"}[name] and \
            status in ("CREATE_COMPLETE", "UPDATE_COMPLETE")

    # What must hold whenever nothing is under way.

    def check(self, after):
        account = self.account
        status = account.stack()
        assert status is None or status in STABLE, f"{after}: {status}"
        owned = account.resources() if status else {}

        def ids(kind):
            return {physical for _, (each, physical) in owned.items() if each == kind}

        def same(what, there, said):
            assert there == said, f"{after} ({status}): {what}: orphans {there - said}, missing {said - there}"
        same("queues", account.queues(), ids("AWS::SQS::Queue"))
        same("topics", account.topics(), ids("AWS::SNS::Topic"))
        same("roles", account.roles(), ids("AWS::IAM::Role"))
        same("functions", set(account.functions()), ids("AWS::Lambda::Function"))
        same("log groups", account.log_groups(), ids("AWS::Logs::LogGroup"))
        same("listeners", set(account.listeners()), ids("Custom::ProxylityUdpGatewayListener"))
        sources = ids("Custom::ProxylityUdpGatewayPacketSource")
        deliveries = account.queues(GATEWAY_ACCOUNT)
        same("delivery queues", {url.rsplit("/", 1)[1] for url in deliveries},
             {f"{source}-{REGION}" for source in sources})
        endpoints = [endpoint for endpoint, _ in account.subscriptions()]
        assert len(endpoints) == len(set(endpoints)), f"{after}: doubled subscriptions {endpoints}"
        same("subscriptions", {each for endpoint, each in account.subscriptions()
                               if ":" + GATEWAY_ACCOUNT + ":" not in endpoint}, ids("AWS::SNS::Subscription"))
        same("delivery subscriptions", {endpoint.rsplit(":", 1)[1] for endpoint in endpoints
                                        if ":" + GATEWAY_ACCOUNT + ":" in endpoint},
             {f"{source}-{REGION}" for source in sources})
        function = account.functions().get("named-function")
        if function:
            assert function["Environment"]["Variables"]["QUEUE"].startswith(account.endpoint + "/"), function
        for url in account.queues():
            assert url.startswith(account.endpoint + "/"), url

    def keep_ports(self, after):
        """Unless somebody else took one meanwhile, of which the journal tells."""
        for name, port in self.account.listeners().items():
            before = self.ports.setdefault(name, port)
            self.ports[name] = port
            assert before == port or f"its port {before} is taken" in self.sandbox.get("/_loopgate/journal"), \
                f"{after}: {name} was on {before}, is on {port}"

    def measure(self):
        for control in (True, False):
            for name in ("create", "update", "delete"):
                began = time.monotonic()
                self.command(name, control)
                self.durations[name, control] = time.monotonic() - began
                self.check(f"measured {name}")

    def round(self, number, name):
        control = self.random.random() < 0.5
        # As in life: a command is repeated by the door that it came by.
        delay = self.random.random() * 1.2 * self.durations[name, control]
        after = f"round {number}: {name} by {'control' if control else 'API'}, killed after {delay:.4f} s"

        def begin():
            try:
                self.command(name, control)
            except (OSError, AssertionError, ElementTree.ParseError, ValueError):
                pass
        caller = threading.Thread(target=begin, daemon=True)
        caller.start()
        time.sleep(delay)
        self.restart()
        caller.join(PATIENCE)
        left = self.account.stack()
        self.check(after)
        self.command(name, control)
        assert self.finished(name), f"{after}: repeated, it is in {self.account.stack()}"
        self.check(after + ", and repeated")
        if name != "delete":
            self.keep_ports(after)
        return f"{after}: {left}"

    def close(self):
        self.sandbox.close()
        self.folder.cleanup()


def run(binary, rounds, seconds, seed):
    """`rounds`, or as many as fit into `seconds`."""
    print(f"seed {seed}", flush=True)
    crash = Crash(binary, seed)
    try:
        crash.measure()
        deadline = time.monotonic() + seconds
        done = 0
        while done < rounds and time.monotonic() < deadline:
            name = ("create", "update", "delete")[done % 3]
            print(crash.round(done + 1, name), flush=True)
            done += 1
        print(f"{done} deployments killed")
    except Exception:
        print(crash.sandbox.log()[-4000:])
        raise
    finally:
        crash.close()

"""Requests generated from botocore's service models: for each operation the smallest and the largest that is valid,
one for each required member that is missing, and some for each member whose value is wrong.

A corpus is played against any endpoint; every request gets resources of its own, made by calls of the same service, so
that requests do not see each other.
"""

import copy
import itertools

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

ACCOUNT = "123456789012"
REGION = "us-west-2"
SERVICES = ("sqs", "sns")

# What a member means, where its type does not say it. A value may ask for a resource: "{queue}".
MEANINGS = {
    "sqs": {
        "QueueUrl": "{queue}", "QueueName": "{name}", "ReceiptHandle": "{handle}", "MessageBody": "hello",
        "DelaySeconds": 1, "VisibilityTimeout": 30, "MaxNumberOfMessages": 2, "WaitTimeSeconds": 0, "MaxResults": 5,
        "Id": "one", "Label": "label", "AWSAccountIds": [ACCOUNT], "AWSAccountId": ACCOUNT, "Actions": ["SendMessage"],
        "QueueOwnerAWSAccountId": ACCOUNT, "QueueNamePrefix": "{name}", "TagKeys": ["colour"],
        "Tags": {"colour": "red"}, "tags": {"colour": "red"}, "AttributeNames": ["All"],
        "MessageAttributeNames": ["All"], "MessageSystemAttributeNames": ["All"],
        "Attributes": {"VisibilityTimeout": "45"}, "DataType": "String", "StringValue": "value",
        "SourceArn": "{letters_arn}", "DestinationArn": "{queue_arn}", "TaskHandle": "handle",
        "MaxNumberOfMessagesPerSecond": 10, "MessageSystemAttributes": None, "BinaryValue": None,
        "StringListValues": None, "BinaryListValues": None, "MessageGroupId": None, "MessageDeduplicationId": None,
        "ReceiveRequestAttemptId": None, "NextToken": None,
    },
    "sns": {
        "TopicArn": "{topic}", "ResourceArn": "{topic}", "Name": "{name}", "SubscriptionArn": "{subscription}",
        "Protocol": "sqs", "Endpoint": "{queue_arn}", "Message": "hello", "Subject": "subject", "Id": "one",
        "Label": "label", "AWSAccountId": [ACCOUNT], "ActionName": ["Publish"], "AttributeName": "DisplayName",
        "AttributeValue": "name", "Tags": [{"Key": "colour", "Value": "red"}], "TagKeys": ["colour"],
        "DataType": "String", "StringValue": "value", "BinaryValue": None, "TargetArn": None, "PhoneNumber": None,
        "MessageStructure": None, "MessageDeduplicationId": None, "MessageGroupId": None, "NextToken": None,
        "Token": "token", "AuthenticateOnUnsubscribe": "true", "ReturnSubscriptionArn": True,
        "DataProtectionPolicy": None, "Attributes": None,
    },
}
# … where it depends on the operation.
BY_OPERATION = {
    ("sns", "SetSubscriptionAttributes", "AttributeName"): "RawMessageDelivery",
    ("sns", "SetSubscriptionAttributes", "AttributeValue"): "true",
    ("sqs", "GetQueueUrl", "QueueName"): "{queue_name}",
}
# Operations that are about something else than queues, topics and subscriptions, or that would end the run.
LEFT_OUT = {
    "sns": {"CreatePlatformApplication", "CreatePlatformEndpoint", "DeleteEndpoint", "DeletePlatformApplication",
            "GetEndpointAttributes", "GetPlatformApplicationAttributes", "ListEndpointsByPlatformApplication",
            "ListPlatformApplications", "SetEndpointAttributes", "SetPlatformApplicationAttributes",
            "CreateSMSSandboxPhoneNumber", "DeleteSMSSandboxPhoneNumber", "VerifySMSSandboxPhoneNumber",
            "ListSMSSandboxPhoneNumbers", "GetSMSSandboxAccountStatus", "ListOriginationNumbers",
            "ListPhoneNumbersOptedOut", "OptInPhoneNumber", "CheckIfPhoneNumberIsOptedOut", "GetSMSAttributes",
            "SetSMSAttributes", "PutDataProtectionPolicy", "GetDataProtectionPolicy"},
    "sqs": set(),
}


class Case:
    def __init__(self, service, operation, kind, member, params):
        self.service, self.operation, self.params = service, operation, params
        self.name = ".".join(filter(None, (service, operation, kind, member)))


def model_of(service):
    return botocore.session.get_session().get_service_model(service)


def value_of(service, operation, name, shape, required_only):
    """A valid value, or None where nothing may stand."""
    for table, key in ((BY_OPERATION, (service, operation, name)), (MEANINGS[service], name)):
        if key in table:
            return copy.deepcopy(table[key])
    if shape.type_name == "structure":
        return structure_of(service, operation, shape, required_only)
    if shape.type_name == "list":
        item = value_of(service, operation, shape.member.serialization.get("name", shape.member.name), shape.member,
                        required_only)
        return None if item is None else [item]
    if shape.type_name == "map":
        value = value_of(service, operation, "", shape.value, required_only)
        return None if value is None else {"key": value}
    if shape.type_name == "string":
        return shape.enum[0] if getattr(shape, "enum", None) else "text"
    return {"integer": 1, "long": 1, "boolean": True, "blob": b"bytes"}.get(shape.type_name)


def structure_of(service, operation, shape, required_only):
    out = {}
    for name, member in shape.members.items():
        if required_only and name not in shape.required_members:
            continue
        value = value_of(service, operation, name, member, required_only)
        if value is not None:
            out[name] = value
    return out


def wrong_values(shape):
    """Values that break what the model says of a member, each with its name."""
    if shape.type_name == "string":
        yield "empty", ""
        yield "long", "x" * 2000
        yield "control", "a\x01b"
        yield "unicode", "größe"
    elif shape.type_name in ("integer", "long"):
        yield "negative", -1
        yield "huge", 2**31 - 1
    elif shape.type_name == "list":
        yield "empty", []
    elif shape.type_name == "map":
        yield "empty", {}


def corpus(service):
    model = model_of(service)
    for operation in model.operation_names:
        if operation in LEFT_OUT[service]:
            continue
        shape = model.operation_model(operation).input_shape
        if shape is None:
            yield Case(service, operation, "minimal", "", {})
            continue
        minimal = structure_of(service, operation, shape, True)
        yield Case(service, operation, "minimal", "", minimal)
        maximal = structure_of(service, operation, shape, False)
        if maximal != minimal:
            yield Case(service, operation, "maximal", "", maximal)
        for name in shape.required_members:
            yield Case(service, operation, "missing", name,
                       {key: value for key, value in minimal.items() if key != name})
        for name, member in shape.members.items():
            for kind, value in wrong_values(member):
                yield Case(service, operation, kind, name, {**minimal, name: value})


class Player:
    """Plays cases against one endpoint."""

    _runs = itertools.count()

    def __init__(self, endpoint):
        self.endpoint = endpoint
        # Two endpoints must see the same requests, whichever is played first.
        self.cases = itertools.count()
        config = Config(parameter_validation=False, retries={"total_max_attempts": 1}, inject_host_prefix=False)
        self.clients = {
            service: boto3.client(service, endpoint_url=endpoint, region_name=REGION, aws_access_key_id="test",
                                  aws_secret_access_key="test", config=config) for service in SERVICES}

    def resources(self, text):
        """What the placeholders of a request stand for, made on demand."""
        sqs, sns = self.clients["sqs"], self.clients["sns"]
        name = f"case-{next(self.cases)}"
        made = {"name": name + "-new", "queue_name": name}
        if "{queue" in text or "{handle" in text or "{letters" in text or "{subscription" in text:
            made["queue"] = sqs.create_queue(QueueName=name)["QueueUrl"]
            made["queue_arn"] = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
        if "{handle" in text:
            sqs.send_message(QueueUrl=made["queue"], MessageBody="hello")
            made["handle"] = sqs.receive_message(QueueUrl=made["queue"])["Messages"][0]["ReceiptHandle"]
        if "{letters" in text:
            made["letters_arn"] = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}-letters"
            sqs.create_queue(QueueName=name + "-letters")
            sqs.set_queue_attributes(QueueUrl=made["queue"], Attributes={
                "RedrivePolicy": f'{{"deadLetterTargetArn":"{made["letters_arn"]}","maxReceiveCount":1}}'})
        if "{topic" in text or "{subscription" in text:
            made["topic"] = sns.create_topic(Name=name)["TopicArn"]
        if "{subscription" in text:
            made["subscription"] = sns.subscribe(TopicArn=made["topic"], Protocol="sqs",
                                                 Endpoint=made["queue_arn"])["SubscriptionArn"]
        return made

    def play(self, case):
        """("ok", the members of the answer), or ("refused", code), or ("not sent", why), or ("unreadable", "")."""
        made = self.resources(repr(case.params))
        params = filled(case.params, made)
        method = getattr(self.clients[case.service], botocore.xform_name(case.operation))
        try:
            answer = method(**params)
        except ClientError as error:
            return "refused", error.response["Error"].get("Code", "")
        except (BotoCoreError, TypeError, AttributeError, ValueError) as error:
            return "not sent", type(error).__name__
        except ResponseParserError:
            return "unreadable", ""
        return "ok", members_of({key: value for key, value in answer.items() if key != "ResponseMetadata"})


def filled(value, made):
    if isinstance(value, str):
        for name, text in made.items():
            value = value.replace("{" + name + "}", text)
        return value
    if isinstance(value, list):
        return [filled(item, made) for item in value]
    if isinstance(value, dict):
        return {key: filled(item, made) for key, item in value.items()}
    return value


def members_of(value, path=""):
    """The paths of what an answer has, without values: they are ids and times."""
    if isinstance(value, dict):
        return sorted({one for key, item in value.items() for one in members_of(item, f"{path}.{key}")} or {path})
    if isinstance(value, list):
        return sorted({one for item in value for one in members_of(item, path + "[]")} or {path + "[]"})
    return [path]

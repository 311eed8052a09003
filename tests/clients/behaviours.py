"""What every client must see, whatever its protocol. Each behaviour is a function of `call(service, operation,
params)`; names are made unique per run."""

import base64
import datetime
import hashlib
import itertools
import json
import shutil
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request

from drivers import ClientError
from dynamodb_behaviours import DYNAMODB_BEHAVIOURS
from web_hook import WebHook

_names = itertools.count()


def unique(prefix):
    return f"{prefix}-{next(_names)}"


def expect_error(code, call, *arguments):
    try:
        call(*arguments)
    except ClientError as error:
        assert error.code in code, f"expected {code}, got {error}"
        return
    raise AssertionError(f"expected {code}, but the call succeeded")


def make_queue(call, name=None, **attributes):
    params = {"QueueName": name or unique("queue")}
    if attributes:
        params["Attributes"] = {key: str(value) for key, value in attributes.items()}
    return call("sqs", "CreateQueue", params)["QueueUrl"]


def queue_arn(call, url):
    answer = call("sqs", "GetQueueAttributes", {"QueueUrl": url, "AttributeNames": ["QueueArn"]})
    return answer["Attributes"]["QueueArn"]


def until(holds, seconds=10):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


def receive(call, url, **params):
    request = {"QueueUrl": url, "MaxNumberOfMessages": 10, "AttributeNames": ["All"],
               "MessageAttributeNames": ["All"], **params}
    return call("sqs", "ReceiveMessage", request).get("Messages", [])


# SQS ---------------------------------------------------------------------------------------------------------


def sends_receives_and_deletes_a_message(call):
    url = make_queue(call)
    sent = call("sqs", "SendMessage", {"QueueUrl": url, "MessageBody": "grüß <dich> & \"mich\"", "MessageAttributes": {
        "Colour": {"DataType": "String", "StringValue": "red"},
        "Count": {"DataType": "Number", "StringValue": "7"},
        "Raw": {"DataType": "Binary", "BinaryValue": b"\x00\x01\xfe"},
    }})
    assert sent["MD5OfMessageBody"] == hashlib.md5("grüß <dich> & \"mich\"".encode()).hexdigest()
    (message,) = receive(call, url)
    assert message["Body"] == "grüß <dich> & \"mich\""
    assert message["MessageId"] == sent["MessageId"]
    assert message["MessageAttributes"]["Colour"]["StringValue"] == "red"
    assert message["MessageAttributes"]["Count"]["DataType"] == "Number"
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"
    assert receive(call, url) == []
    call("sqs", "DeleteMessage", {"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]})


def an_empty_receive_has_no_messages(call):
    assert receive(call, make_queue(call)) == []


def answers_a_batch_entry_by_entry(call):
    url = make_queue(call)
    result = call("sqs", "SendMessageBatch", {"QueueUrl": url, "Entries": [
        {"Id": "a", "MessageBody": "one"}, {"Id": "b", "MessageBody": "bad\x01character"},
        {"Id": "c", "MessageBody": "three"}]})
    assert sorted(entry["Id"] for entry in result["Successful"]) == ["a", "c"], result
    assert [entry["Id"] for entry in result["Failed"]] == ["b"], result
    bodies = sorted(message["Body"] for message in receive(call, url))
    assert bodies == ["one", "three"], bodies


def finds_and_lists_queues(call):
    name = unique("findme")
    url = make_queue(call, name)
    assert call("sqs", "GetQueueUrl", {"QueueName": name})["QueueUrl"] == url
    assert call("sqs", "ListQueues", {"QueueNamePrefix": name})["QueueUrls"] == [url]
    call("sqs", "DeleteQueue", {"QueueUrl": url})
    expect_error({"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"},
                 call, "sqs", "GetQueueUrl", {"QueueName": name})


def keeps_the_order_of_a_fifo_group(call):
    url = make_queue(call, unique("order") + ".fifo", FifoQueue="true", ContentBasedDeduplication="true")
    for body in ("one", "two", "two", "three"):
        call("sqs", "SendMessage", {"QueueUrl": url, "MessageBody": body, "MessageGroupId": "g"})
    assert [message["Body"] for message in receive(call, url)] == ["one", "two", "three"]


def changes_visibility(call):
    url = make_queue(call, VisibilityTimeout=600)
    call("sqs", "SendMessage", {"QueueUrl": url, "MessageBody": "again"})
    (message,) = receive(call, url)
    call("sqs", "ChangeMessageVisibility",
         {"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"], "VisibilityTimeout": 0})
    (message,) = receive(call, url, WaitTimeSeconds=5)
    assert message["Attributes"]["ApproximateReceiveCount"] == "2"


def refuses_what_sqs_refuses(call):
    url = make_queue(call)
    expect_error({"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"},
                 call, "sqs", "SendMessage", {"QueueUrl": url + "-not", "MessageBody": "x"})
    expect_error({"AWS.SimpleQueueService.EmptyBatchRequest", "EmptyBatchRequest"},
                 call, "sqs", "SendMessageBatch", {"QueueUrl": url, "Entries": []})
    expect_error({"ReceiptHandleIsInvalid"},
                 call, "sqs", "DeleteMessage", {"QueueUrl": url, "ReceiptHandle": "nonsense"})


def moves_dead_letters_back(call):
    dead = make_queue(call)
    url = make_queue(call, VisibilityTimeout=0, RedrivePolicy=json.dumps(
        {"deadLetterTargetArn": queue_arn(call, dead), "maxReceiveCount": 1}))
    call("sqs", "SendMessage", {"QueueUrl": url, "MessageBody": "cursed"})
    assert len(receive(call, url)) == 1
    assert not receive(call, url)
    source = queue_arn(call, dead)
    assert call("sqs", "StartMessageMoveTask", {"SourceArn": source})["TaskHandle"]
    until(lambda: call("sqs", "ListMessageMoveTasks", {"SourceArn": source})["Results"][0]["Status"] == "COMPLETED")
    (task,) = call("sqs", "ListMessageMoveTasks", {"SourceArn": source})["Results"]
    assert task["ApproximateNumberOfMessagesMoved"] == 1, task
    assert [message["Body"] for message in receive(call, url)] == ["cursed"]
    expect_error({"ResourceNotFoundException"}, call, "sqs", "StartMessageMoveTask", {"SourceArn": source + "-not"})
    expect_error({"InvalidParameterValue", "InvalidParameterValueException"},
                 call, "sqs", "CancelMessageMoveTask", {"TaskHandle": "nonsense"})


# SNS ---------------------------------------------------------------------------------------------------------


def subscribed(call, topic, attributes=None):
    url = make_queue(call)
    arn = queue_arn(call, url)
    policy = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"},
                             "Action": "sqs:SendMessage", "Resource": arn}]}
    call("sqs", "SetQueueAttributes", {"QueueUrl": url, "Attributes": {"Policy": json.dumps(policy)}})
    params = {"TopicArn": topic, "Protocol": "sqs", "Endpoint": arn, "ReturnSubscriptionArn": True}
    if attributes:
        params["Attributes"] = attributes
    subscription = call("sns", "Subscribe", params)["SubscriptionArn"]
    assert subscription.startswith(topic + ":"), subscription
    return url


def fans_a_publish_out_to_queues(call):
    topic = call("sns", "CreateTopic", {"Name": unique("topic")})["TopicArn"]
    envelope, raw = subscribed(call, topic), subscribed(call, topic, {"RawMessageDelivery": "true"})
    published = call("sns", "Publish", {"TopicArn": topic, "Message": "news", "Subject": "today",
                     "MessageAttributes": {"k": {"DataType": "String", "StringValue": "v"}}})
    (message,) = receive(call, envelope)
    body = json.loads(message["Body"])
    assert body["Message"] == "news" and body["Subject"] == "today" and body["TopicArn"] == topic, body
    assert body["MessageId"] == published["MessageId"]
    assert body["MessageAttributes"]["k"] == {"Type": "String", "Value": "v"}
    (message,) = receive(call, raw)
    assert message["Body"] == "news"
    assert message["MessageAttributes"]["k"]["StringValue"] == "v"


def filters_by_attributes(call):
    topic = call("sns", "CreateTopic", {"Name": unique("topic")})["TopicArn"]
    url = subscribed(call, topic, {"FilterPolicy": json.dumps({"EgressRegion": ["us-west-2"]})})
    for region in ("eu-west-1", "us-west-2"):
        call("sns", "Publish", {"TopicArn": topic, "Message": region, "MessageAttributes": {
            "EgressRegion": {"DataType": "String", "StringValue": region}}})
    call("sns", "Publish", {"TopicArn": topic, "Message": "without"})
    assert len(receive(call, url)) == 1


def publishes_a_batch(call):
    topic = call("sns", "CreateTopic", {"Name": unique("topic")})["TopicArn"]
    url = subscribed(call, topic, {"RawMessageDelivery": "true"})
    result = call("sns", "PublishBatch", {"TopicArn": topic, "PublishBatchRequestEntries": [
        {"Id": "1", "Message": "a"}, {"Id": "2", "Message": "b"}]})
    assert [entry["Id"] for entry in result["Successful"]] == ["1", "2"]
    assert sorted(message["Body"] for message in receive(call, url)) == ["a", "b"]


def refuses_what_sns_refuses(call):
    topic = call("sns", "CreateTopic", {"Name": unique("topic")})["TopicArn"]
    expect_error({"NotFound", "NotFoundException"},
                 call, "sns", "Publish", {"TopicArn": topic + "x", "Message": "m"})
    expect_error({"InvalidParameter", "InvalidParameterException"}, call, "sns", "Subscribe", {
        "TopicArn": topic, "Protocol": "sqs", "Endpoint": "arn:aws:sqs:us-west-2:123456789012:q",
        "Attributes": {"FilterPolicy": json.dumps({"a": [{"sounds-like": "b"}]})}})


def sandbox_of(call):
    """scheme://host:port, as queues' URLs have it."""
    parts = urllib.parse.urlsplit(make_queue(call))
    return f"{parts.scheme}://{parts.netloc}"


def verify_signature(message):
    """As a subscriber does it, with nothing but the message and OpenSSL."""
    openssl = shutil.which("openssl")
    if openssl is None:
        return
    with urllib.request.urlopen(message["SigningCertURL"], timeout=30) as answer:
        certificate = answer.read()
    names = ("Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
    text = "".join(f"{name}\n{message[name]}\n" for name in names if name in message)
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (("certificate", certificate), ("text", text.encode()),
                              ("signature", base64.b64decode(message["Signature"]))):
            with open(f"{folder}/{name}", "wb") as file:
                file.write(content)
        key = subprocess.run([openssl, "x509", "-in", f"{folder}/certificate", "-pubkey", "-noout"],
                             check=True, capture_output=True).stdout
        with open(f"{folder}/key", "wb") as file:
            file.write(key)
        digest = "-sha256" if message["SignatureVersion"] == "2" else "-sha1"
        subprocess.run([openssl, "dgst", digest, "-verify", f"{folder}/key", "-signature",
                        f"{folder}/signature", f"{folder}/text"], check=True, capture_output=True)


def delivers_to_a_web_hook(call):
    topic = call("sns", "CreateTopic", {"Name": unique("topic"), "Attributes": {"SignatureVersion": "2"}})["TopicArn"]
    with WebHook() as hook:
        answer = call("sns", "Subscribe", {"TopicArn": topic, "Protocol": "http", "Endpoint": hook.url})
        assert answer["SubscriptionArn"] == "pending confirmation", answer
        headers, body = hook.next()
        assert json.loads(body)["Type"] == "SubscriptionConfirmation", body
        verify_signature(json.loads(body))
        assert hook.confirmed.wait(20)
        published = call("sns", "Publish", {"TopicArn": topic, "Message": "news", "Subject": "today"})
        headers, body = hook.next()
        assert headers["x-amz-sns-message-id"] == published["MessageId"], headers
        message = json.loads(body)
        assert message["Message"] == "news", message
        verify_signature(message)
        (subscription,) = call("sns", "ListSubscriptionsByTopic", {"TopicArn": topic})["Subscriptions"]
        attributes = call("sns", "GetSubscriptionAttributes",
                          {"SubscriptionArn": subscription["SubscriptionArn"]})["Attributes"]
        assert json.loads(attributes["EffectiveDeliveryPolicy"])["healthyRetryPolicy"]["numRetries"] == 3
        with urllib.request.urlopen(message["UnsubscribeURL"], timeout=30):
            pass
        _, body = hook.next()
        assert json.loads(body)["Type"] == "UnsubscribeConfirmation", body
        assert call("sns", "ListSubscriptionsByTopic", {"TopicArn": topic})["Subscriptions"] == []


def signs_what_queues_get(call):
    for version in ("1", "2"):
        topic = call("sns", "CreateTopic", {"Name": unique("topic"), "Attributes": {
            "SignatureVersion": version}})["TopicArn"]
        url = subscribed(call, topic)
        call("sns", "Publish", {"TopicArn": topic, "Message": "grüß dich", "Subject": "today"})
        (message,) = receive(call, url)
        verify_signature(json.loads(message["Body"]))


def keeps_text_messages_and_notifications(call):
    number = f"+1555{next(_names):07}"
    sent = call("sns", "Publish", {"PhoneNumber": number, "Message": "hello"})
    with urllib.request.urlopen(sandbox_of(call) + "/_aws/sns/sms-messages?phoneNumber=" +
                                urllib.parse.quote(number), timeout=30) as answer:
        (message,) = json.load(answer)["sms_messages"][number]
    assert message["MessageId"] == sent["MessageId"] and message["Message"] == "hello", message
    assert call("sns", "CheckIfPhoneNumberIsOptedOut", {"phoneNumber": number})["isOptedOut"] is False
    call("sns", "SetSMSAttributes", {"attributes": {"DefaultSMSType": "Transactional"}})
    assert call("sns", "GetSMSAttributes", {})["attributes"]["DefaultSMSType"] == "Transactional"
    assert call("sns", "GetSMSSandboxAccountStatus", {})["IsInSandbox"] is True

    application = call("sns", "CreatePlatformApplication", {
        "Name": unique("app"), "Platform": "GCM", "Attributes": {"PlatformCredential": "secret"},
    })["PlatformApplicationArn"]
    device = call("sns", "CreatePlatformEndpoint",
                  {"PlatformApplicationArn": application, "Token": "t"})["EndpointArn"]
    call("sns", "Publish", {"TargetArn": device, "MessageStructure": "json",
                            "Message": json.dumps({"default": "d", "GCM": "for it"})})
    with urllib.request.urlopen(sandbox_of(call) + "/_aws/sns/platform-endpoint-messages?endpointArn=" + device,
                                timeout=30) as answer:
        (message,) = json.load(answer)["platform_endpoint_messages"][device]
    assert message["Message"] == "for it", message
    (endpoint,) = call("sns", "ListEndpointsByPlatformApplication",
                       {"PlatformApplicationArn": application})["Endpoints"]
    assert endpoint["Attributes"] == {"Enabled": "true", "Token": "t"}, endpoint
    call("sns", "SetEndpointAttributes", {"EndpointArn": device, "Attributes": {"Enabled": "false"}})
    expect_error({"EndpointDisabled", "EndpointDisabledException"},
                 call, "sns", "Publish", {"TargetArn": device, "Message": "m"})
    call("sns", "DeletePlatformApplication", {"PlatformApplicationArn": application})
    expect_error({"NotFound", "NotFoundException"}, call, "sns", "GetPlatformApplicationAttributes",
                 {"PlatformApplicationArn": application})


def replays_an_archive(call):
    topic = call("sns", "CreateTopic", {"Name": unique("topic") + ".fifo", "Attributes": {
        "FifoTopic": "true", "ContentBasedDeduplication": "true",
        "ArchivePolicy": json.dumps({"MessageRetentionPeriod": "1"})}})["TopicArn"]
    for text in ("one", "two"):
        call("sns", "Publish", {"TopicArn": topic, "Message": text, "MessageGroupId": "g"})
    url = make_queue(call, unique("queue") + ".fifo", FifoQueue="true")
    arn = queue_arn(call, url)
    policy = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"},
                             "Action": "sqs:SendMessage", "Resource": arn}]}
    call("sqs", "SetQueueAttributes", {"QueueUrl": url, "Attributes": {"Policy": json.dumps(policy)}})
    since = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1)
    call("sns", "Subscribe", {"TopicArn": topic, "Protocol": "sqs", "Endpoint": arn, "Attributes": {
        "ReplayPolicy": json.dumps({"PointType": "Timestamp",
                                    "StartingPoint": since.strftime("%Y-%m-%dT%H:%M:%S.000Z")})}})
    texts = []
    while len(texts) < 2:
        messages = receive(call, url, WaitTimeSeconds=5)
        assert messages, f"only {texts} came"
        texts += [json.loads(message["Body"])["Message"] for message in messages]
    assert texts == ["one", "two"], texts


# Lambda, STS, CloudFormation ---------------------------------------------------------------------------------


def invokes_the_deployed_function(call):
    names = [f["FunctionName"] for f in call("lambda", "ListFunctions", {})["Functions"]]
    name = next(n for n in names if "ShoutFunction" in n)
    result = call("lambda", "Invoke", {"FunctionName": name, "Payload": json.dumps(
        {"Messages": [{"Tag": "t", "Data": "abc"}]}).encode()})
    assert json.loads(result["Payload"]) == {"Replies": [{"Tag": "t", "Data": "ABC"}]}, result
    result = call("lambda", "Invoke", {"FunctionName": name, "Payload": b"{}"})
    assert result["FunctionError"] == "Unhandled", result
    assert json.loads(result["Payload"])["errorType"] == "KeyError", result


def refuses_an_unknown_function(call):
    expect_error({"ResourceNotFoundException"}, call, "lambda", "GetFunction", {"FunctionName": "nobody"})


def polls_a_queue_for_a_function(call):
    name = unique("worker")
    call("lambda", "CreateFunction", {"FunctionName": name, "Runtime": "loopgate.echo", "Handler": "sink",
                                      "Role": "arn:aws:iam::123456789012:role/nobody", "Code": {"ZipFile": b"x"}})
    url = make_queue(call)
    arn = queue_arn(call, url)
    made = call("lambda", "CreateEventSourceMapping", {
        "EventSourceArn": arn, "FunctionName": name, "BatchSize": 5,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "FilterCriteria": {"Filters": [{"Pattern": json.dumps({"body": [{"anything-but": ["no"]}]})}]}})
    assert made["State"] == "Creating" and made["BatchSize"] == 5, made
    uuid = {"UUID": made["UUID"]}
    until(lambda: call("lambda", "GetEventSourceMapping", uuid)["State"] == "Enabled")
    for body in ("yes", "no"):
        call("sqs", "SendMessage", {"QueueUrl": url, "MessageBody": body})
    counts = {"QueueUrl": url, "AttributeNames": ["ApproximateNumberOfMessages",
                                                  "ApproximateNumberOfMessagesNotVisible"]}
    until(lambda: set(call("sqs", "GetQueueAttributes", counts)["Attributes"].values()) == {"0"})
    listed = call("lambda", "ListEventSourceMappings", {"EventSourceArn": arn})["EventSourceMappings"]
    assert [mapping["UUID"] for mapping in listed] == [made["UUID"]], listed
    expect_error({"ResourceConflictException"}, call, "lambda", "CreateEventSourceMapping",
                 {"EventSourceArn": arn, "FunctionName": name})
    expect_error({"InvalidParameterValueException"}, call, "lambda", "UpdateEventSourceMapping",
                 {**uuid, "BatchSize": 11})
    assert call("lambda", "UpdateEventSourceMapping", {**uuid, "Enabled": False})["State"] == "Disabling"
    until(lambda: call("lambda", "GetEventSourceMapping", uuid)["State"] == "Disabled")
    assert call("lambda", "DeleteEventSourceMapping", uuid)["State"] == "Deleting"
    expect_error({"ResourceNotFoundException"}, call, "lambda", "GetEventSourceMapping", uuid)
    call("lambda", "DeleteFunction", {"FunctionName": name})


def says_who_is_calling(call):
    assert call("sts", "GetCallerIdentity", {})["Account"] == "123456789012"


def describes_the_deployed_stack(call):
    (stack,) = call("cloudformation", "DescribeStacks", {"StackName": "demo"})["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    assert outputs["Endpoint"].startswith("ingress-1.proxylity.com:"), outputs
    expect_error({"ValidationError"}, call, "cloudformation", "DescribeStacks", {"StackName": "nothing"})


def reads_what_a_function_wrote(call):
    groups = [g["logGroupName"] for g in call("logs", "DescribeLogGroups", {})["logGroups"]]
    group = next(g for g in groups if "ShoutFunction" in g)
    events = call("logs", "FilterLogEvents", {"logGroupName": group})["events"]
    assert any("KeyError" in event["message"] for event in events), events


BEHAVIOURS = [
    sends_receives_and_deletes_a_message,
    an_empty_receive_has_no_messages,
    answers_a_batch_entry_by_entry,
    finds_and_lists_queues,
    keeps_the_order_of_a_fifo_group,
    changes_visibility,
    refuses_what_sqs_refuses,
    moves_dead_letters_back,
    fans_a_publish_out_to_queues,
    filters_by_attributes,
    publishes_a_batch,
    refuses_what_sns_refuses,
    delivers_to_a_web_hook,
    signs_what_queues_get,
    keeps_text_messages_and_notifications,
    replays_an_archive,
    invokes_the_deployed_function,
    refuses_an_unknown_function,
    polls_a_queue_for_a_function,
    says_who_is_calling,
    describes_the_deployed_stack,
    reads_what_a_function_wrote,
    *DYNAMODB_BEHAVIOURS,
]

"""What a suite looks like: `pytest` in this folder, with loopgate on the PATH."""

import json
import os
import urllib.request

import pytest

from loopgate import LoopgateError


def test_a_function_answers(loopgate):
    assert loopgate.listener("ShoutListener").ask(b"hello") == b"HELLO"


def test_one_client_asks_twice(loopgate):
    with loopgate.listener("EchoListener").client() as client:
        for payload in (b"one", b"two"):
            client.send(payload)
            assert client.receive() == payload


def test_packets_become_jobs(loopgate):
    pytest.importorskip("boto3")
    loopgate.listener("JobListener").send(b"job 1")
    loopgate.wait("delivered", listener="JobListener")
    queue = loopgate.outputs["QueueUrl"]
    messages = loopgate.client("sqs").receive_message(QueueUrl=queue)["Messages"]
    assert [json.loads(message["Body"])["Data"] for message in messages] == ["job 1"]


def test_a_message_is_hidden_for_half_a_minute(loopgate):
    pytest.importorskip("boto3")
    sqs, queue = loopgate.client("sqs"), loopgate.outputs["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="again")
    assert sqs.receive_message(QueueUrl=queue)["Messages"]
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)
    loopgate.clock.advance("31s")
    assert sqs.receive_message(QueueUrl=queue)["Messages"]


def test_a_topic_pushes(loopgate):
    with loopgate.listener("EchoListener").client() as client:
        loopgate.publish("push", b"pushed", to=client.address)
        assert client.receive() == b"pushed"


def test_a_publish_without_a_region_goes_nowhere(loopgate):
    loopgate.publish("push", b"lost", to="127.0.0.1:9", egress_region=None)
    (discard,) = loopgate.wait("discarded", reason="no-egress-region")
    assert "EgressRegion" in discard["remedy"]


def test_the_reason_is_told_at_once(loopgate):
    with pytest.raises(LoopgateError, match=r"function-error.*boom"):
        loopgate.listener("ShoutListener").ask(b"boom", timeout=60)


def test_an_answered_packet_holds_up_no_reason(loopgate):
    with loopgate.listener("ShoutListener").client() as client:
        client.send(b"fine")
        assert client.receive() == b"FINE"
        client.send(b"boom")
        with pytest.raises(LoopgateError, match=r"ShoutListener: \[function-error\]"):
            client.receive(timeout=60)


def test_what_did_happen_is_told(loopgate):
    loopgate.listener("EchoListener").ask(b"x")
    with pytest.raises(LoopgateError, match=r"within 100ms there were 0 of 2 × event=discarded.*1 × sent"):
        loopgate.wait("discarded", count=2, within=0.1)


def test_nothing_is_left_of_the_test_before(loopgate):
    assert [event for event in loopgate.journal() if event["event"] != "api-call"] == []


def test_names_that_are_not_there(loopgate):
    with pytest.raises(LoopgateError, match="no listener named Nobody; there are: .*EchoListener"):
        loopgate.listener("Nobody")
    with pytest.raises(LoopgateError, match="is not a kind of event"):
        loopgate.wait("arrived")


def test_code_under_test_finds_it(loopgate, loopgate_environment):
    assert os.environ["AWS_ENDPOINT_URL"] == loopgate.endpoint
    assert os.environ["LOOPGATE_ECHOLISTENER_ADDR"].startswith("127.0.0.1:")
    assert loopgate.stack == "example" and "proxylity.com" in loopgate.outputs["Endpoint"]
    assert loopgate.local["Endpoint"] == os.environ["LOOPGATE_SHOUTLISTENER_ADDR"]
    assert os.environ["LOOPGATE_OUTPUT_ENDPOINT"] == loopgate.local["Endpoint"]
    assert os.environ["LOOPGATE_OUTPUT_TOPICARN"] == loopgate.outputs["TopicArn"]
    assert os.environ["LOOPGATE_STACK"] == loopgate.stack


def test_a_state_is_put_back(loopgate):
    loopgate.listener("JobListener").send(b"job 1")
    loopgate.wait("delivered", idle=0.01)
    assert loopgate.bill()["billed"] == 1
    loopgate.snapshot("one job")
    loopgate.reset()
    loopgate.restore("one job")
    assert loopgate.bill()["billed"] == 0
    with urllib.request.urlopen(loopgate.endpoint + "/_aws/sqs/messages?QueueUrl=jobs") as answer:
        assert len(json.load(answer)["Messages"]) == 1


def test_a_reply_that_never_comes_is_waited_for(loopgate):
    with pytest.raises(LoopgateError, match="within 0.2 s: the packet was delivered, and no destination has answered"):
        loopgate.listener("JobListener").ask(b"job", timeout=0.2)

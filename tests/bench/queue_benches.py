"""Queues with much in them: pollers that wait, messages that wait."""

import os
import pathlib
import resource
import select
import socket
import sqlite3
import statistics
import tempfile
import time
import urllib.parse

from figures import AT_MOST, alternate
from processes import Failed, Sandbox, load

QUEUES = "fixtures/templates/queues.yaml"
POLLS = 4000
MESSAGES = 5_000_000
FEW = 1000
ROUNDS = 5
PATIENCE = 10  # seconds for one message


def poll_request(sandbox, url):
    body = urllib.parse.urlencode({"Action": "ReceiveMessage", "Version": "2012-11-05", "QueueUrl": url,
                                   "WaitTimeSeconds": 20})
    scope = "AKIDEXAMPLE/20260101/us-west-2/sqs/aws4_request"
    return (f"POST / HTTP/1.1\r\nHost: {sandbox.endpoint.netloc}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Authorization: AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}").encode()


def processor_seconds(sandbox):
    fields = pathlib.Path(f"/proc/{sandbox.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def send(sandbox, url, body="x"):
    sandbox.query("sqs", Action="SendMessage", Version="2012-11-05", QueueUrl=url, MessageBody=body)


def waiting_polls(build, report):
    """4 000 long polls on one queue: what they take while they wait, and how soon one of them has its message."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most < 3 * POLLS:
        return report.skipped("waiting-polls", f"only {most} files may be open")
    resource.setrlimit(resource.RLIMIT_NOFILE, (3 * POLLS, most))
    with Sandbox(build, QUEUES) as sandbox:
        url = sandbox.stack["outputs"]["Orders"]
        request = poll_request(sandbox, url)
        send(sandbox, url)
        sandbox.query("sqs", Action="PurgeQueue", Version="2012-11-05", QueueUrl=url)
        idle = sandbox.status("VmRSS")
        polls, poller = {}, select.epoll()
        for _ in range(POLLS):
            connection = socket.create_connection((sandbox.endpoint.hostname, sandbox.endpoint.port))
            connection.sendall(request)
            polls[connection.fileno()] = connection
            poller.register(connection.fileno(), select.EPOLLIN)
        time.sleep(2)
        memory = (sandbox.status("VmRSS") - idle) / 1024
        before = processor_seconds(sandbox)
        time.sleep(5)
        used = (processor_seconds(sandbox) - before) / 5
        times = []
        for _ in range(200):
            start = time.perf_counter()
            send(sandbox, url)
            ready = poller.poll(PATIENCE)
            times.append((time.perf_counter() - start) * 1e3)
            if len(ready) != 1:
                raise Failed(f"{len(ready)} of {POLLS} polls were answered for one message")
            answered = ready[0][0]
            poller.unregister(answered)
            polls.pop(answered).close()
        for connection in polls.values():
            connection.close()
    report.line("4000-polls-memory", "MB", memory, 20, 1.0, AT_MOST, "goal 20 MB above idle")
    report.line("4000-polls-processor", "cores", used, 0.01, 1.0, AT_MOST, "goal none, a hundredth at most")
    report.line("4000-polls-wake-up", "ms", statistics.median(times), 1, 1.0, AT_MOST, "send to message, goal 1 ms")


def receive_times(sandbox, url):
    times = []
    for _ in range(300):
        start = time.perf_counter()
        text = sandbox.query("sqs", Action="ReceiveMessage", Version="2012-11-05", QueueUrl=url,
                             VisibilityTimeout="3600")
        times.append((time.perf_counter() - start) * 1e3)
        if "<Body>" not in text:
            raise Failed(f"nothing to receive from {url}")
    return statistics.median(times)


def fill(database, queue, count):
    """As many messages as that many sends would have left; the sandbox is not running."""
    rows = sqlite3.connect(database)
    (number,) = rows.execute("SELECT id FROM sqs_queues WHERE name = ?", (queue,)).fetchone()
    first = rows.execute("SELECT coalesce(max(id), 0) + 1 FROM sqs_messages").fetchone()[0]
    sent = time.time_ns()
    rows.execute("PRAGMA synchronous=OFF")
    rows.executemany(
        "INSERT INTO sqs_messages(id, queue, visible, sent, message_id, sender_id, body) VALUES(?,?,0,?,?,?,?)",
        ((first + i, number, sent, f"{i:08x}-0000-4000-8000-000000000000", "123456789012", f"message {i}")
         for i in range(count)))
    rows.commit()
    rows.close()


def deep_queue(build, report):
    """5 000 000 messages in a queue beside one with 1 000."""
    with tempfile.TemporaryDirectory(prefix="loopgate-bench-") as data:
        with Sandbox(build, QUEUES, "--data", data) as sandbox:
            few, many = sandbox.stack["outputs"]["Dead"], sandbox.stack["outputs"]["Invoices"]
            path = lambda url: urllib.parse.urlsplit(url).path
            few, many = path(few), path(many)
        database = next(pathlib.Path(data).glob("*.db*"))
        fill(database, "dead", FEW)
        with Sandbox(build, QUEUES, "--data", data) as sandbox:
            idle = sandbox.status("VmRSS")
        fill(database, "invoices", MESSAGES)
        with Sandbox(build, QUEUES, "--data", data) as sandbox:
            took = time.monotonic() - sandbox.started
            memory = (sandbox.status("VmRSS") - idle) / 1024
            url = lambda path: f"http://{sandbox.endpoint.netloc}{path}"
            receive_times(sandbox, url(few))
            anchor = receive_times(sandbox, url(few))
            ours = receive_times(sandbox, url(many))
    report.line("5M-messages-restart", "s", took, 2, 1.0, AT_MOST, "goal 2 s")
    report.line("5M-messages-memory", "MB", memory, 128, 1.0, AT_MOST, "above that with 1 000; 24 bytes a message")
    report.line("5M-messages-receive", "ms", ours, anchor, 1.5, AT_MOST, "beside a queue with 1 000")


def filtered_publish(build, report):
    """200 filtered subscriptions of which one matches, beside a topic with that one alone."""
    with Sandbox(build, "fixtures/templates/topic_to_queue.yaml") as sandbox:
        arn = sandbox.query("sqs", Action="GetQueueAttributes", QueueUrl=sandbox.stack["outputs"]["Behind"],
                            **{"AttributeName.1": "QueueArn"}).split("<Value>")[1].split("<")[0]
        topics = {}
        for count in (1, 200):
            text = sandbox.query("sns", Action="CreateTopic", Name=f"of-{count}")
            topics[count] = text.split("<TopicArn>")[1].split("<")[0]
            for i in range(count):
                sandbox.query("sqs", Action="CreateQueue", QueueName=f"q-{count}-{i}")
                sandbox.query("sns", Action="Subscribe", TopicArn=topics[count], Protocol="sqs",
                              Endpoint=arn if i == 0 else arn.rsplit(":", 1)[0] + f":q-{count}-{i}",
                              **{"Attributes.entry.1.key": "FilterPolicy",
                                 "Attributes.entry.1.value": f'{{"kind": ["kind-{i}"]}}'})
        run = lambda count: float(load(build.tool("queue_load"), sandbox.endpoint.netloc, "-", "5000", topics[count],
                                       "kind-0").split()[0])
        many, one = alternate(ROUNDS, lambda: 1e6 / run(200), lambda: 1e6 / run(1))
    report.line("publish-200-filters", "us", many, one, 2, AT_MOST, "beside one subscription")


BENCHES = [waiting_polls, deep_queue, filtered_publish]

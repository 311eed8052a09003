#!/usr/bin/env python3
"""Who may come in by which name, a reset of the stacks of every region, and members that a reset does not have.

Usage: run_doors.py BINARY
"""

import http.client
import json
import sys
import urllib.parse

from sandbox import Sandbox

TEMPLATE = "Resources: {Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: jobs}}}"
REGIONS = ("us-west-2", "eu-west-1")


def ask(sandbox, method, path, body=None, headers=()):
    address = urllib.parse.urlsplit(sandbox.endpoint)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
    connection.putrequest(method, path, skip_host=True)
    for name, value in [*headers, ("Content-Length", str(len(body or "")))]:
        connection.putheader(name, value)
    connection.endheaders((body or "").encode())
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def by_host(sandbox, *names):
    return ask(sandbox, "GET", "/_loopgate/info", headers=[("Host", name) for name in names])


def hosts_are_those_that_were_named(binary):
    with Sandbox(binary, ["--quiet", "--allow-host", "sandbox.test"]) as sandbox:
        for name in ("localhost", "127.0.0.1", "sqs.us-west-2.localhost", "sandbox.test", "sandbox.test:4566"):
            assert by_host(sandbox, name)[0] == 200, (name, by_host(sandbox, name))
        for name in ("evil.test", "sandbox.test.evil.test", "xsandbox.test"):
            status, text = by_host(sandbox, name)
            assert status == 421 and f"--allow-host {name}" in text, (status, text)
        assert by_host(sandbox)[0] == 400
        assert by_host(sandbox, "localhost", "evil.test")[0] == 400


def call(sandbox, region, action, **parameters):
    scope = f"AKIDEXAMPLE/20260101/{region}/cloudformation/aws4_request"
    return ask(sandbox, "POST", "/", urllib.parse.urlencode({"Action": action, **parameters}), [
        ("Host", "localhost"), ("Content-Type", "application/x-www-form-urlencoded"),
        ("Authorization", f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00")])


def reset(sandbox, body):
    return ask(sandbox, "POST", "/_loopgate/reset", json.dumps(body), [("Host", "localhost")])


def a_reset_is_of_all_regions(binary):
    with Sandbox(binary, ["--quiet"]) as sandbox:
        for _ in range(2):  # the second time as if there had been no first
            for region in REGIONS:
                status, text = call(sandbox, region, "CreateStack", StackName="one", TemplateBody=TEMPLATE)
                assert status == 200, text
            status, text = reset(sandbox, {"keep_stack": True})
            assert status == 400 and "did you mean 'keep_stacks'?" in text, (status, text)
            for region in REGIONS:
                assert "<StackName>one<" in call(sandbox, region, "DescribeStacks")[1]
            assert reset(sandbox, {})[0] == 200
            for region in REGIONS:
                status, text = call(sandbox, region, "DescribeStacks")
                assert status == 200 and "<StackName>" not in text, text


def main():
    tests = [hosts_are_those_that_were_named, a_reset_is_of_all_regions]
    for test in tests:
        test(sys.argv[1])
        print(f"{test.__name__}: passed", flush=True)
    print(f"{len(tests)} passed, 0 failed")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""The sandbox's own routes are those of docs/openapi.yaml: every documented answer is played against a running sandbox
and validated by its schema; routes, members and parameters that only one side knows are named.

Usage: run_api.py BINARY SOURCE_DIR
"""

import http.client
import json
import pathlib
import re
import sys
import urllib.parse

from sandbox import Sandbox

SKIPPED = 77
try:
    import jsonschema
    import openapi_spec_validator
    import referencing
    import yaml
except ImportError as missing:
    print(f"skipped: {missing.name} is not installed; helpers/prepare installs it")
    sys.exit(SKIPPED)

API = "urn:loopgate:api"
METHODS = ("get", "post", "put", "delete")
LISTENER = "echo-and-push/UdpListener"
WIREGUARD = "wireguard/EchoListener"
KEY = "mSIVxEcKj3sX2Xau0ElAUuXyW/v5JCJVm3Cw2yUGXAM="
CLIENT = "192.0.2.7:4000"
MESSAGE = json.dumps({"Messages": [{"Remote": {"Address": "192.0.2.7", "Port": 4000}, "Data": "aGk="}]})
QUEUE = "Resources: {Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: api}}, " \
        "Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: api, Subscription: " \
        "[{Protocol: sqs, Endpoint: !GetAtt Queue.Arn}]}}, " \
        "Policy: {Type: AWS::SQS::QueuePolicy, Properties: {Queues: [!Ref Queue], PolicyDocument: {Statement: " \
        "[{Effect: Allow, Principal: {Service: sns.amazonaws.com}, Action: 'sqs:SendMessage', Resource: '*'}]}}}}"

# In order: (status, method, path, query, body[, headers]). What a step makes is what a later one finds.
STEPS = [
    (200, "get", "/_loopgate/health", {}, None),
    (403, "get", "/_loopgate/health", {}, None, {"Origin": "http://page.test", "Sec-Fetch-Site": "cross-site"}),
    (421, "get", "/_loopgate/health", {}, None, {"Host": "page.test"}),
    (200, "get", "/_loopgate/info", {}, None),
    (200, "get", "/_loopgate/clock", {}, None),
    (200, "post", "/_loopgate/deploy", {}, {"stack": "api", "template": QUEUE, "parameters": {}, "resolve": {},
                                            "allow_unsupported": False}),
    (400, "post", "/_loopgate/deploy", {}, {"stack": "api"}),
    (400, "post", "/_loopgate/deploy", {}, {"template_file": "/nowhere/template.yaml"}),
    (200, "get", "/_loopgate/listener", {"listener": LISTENER}, None),
    (404, "get", "/_loopgate/listener", {"listener": "Nobody"}, None),
    (200, "get", "/_loopgate/captured", {}, None),
    (200, "post", "/_loopgate/inject", {}, {"listener": LISTENER, "region": "us-west-2", "datagrams": [
        {"from": CLIENT, "data": "aGVsbG8="}, {"from": "[2001:db8::1]:9", "data": ""}]}),
    (400, "post", "/_loopgate/inject", {}, {"listener": LISTENER, "datagrams": [{"from": "nowhere", "data": ""}]}),
    (400, "post", "/_loopgate/inject", {}, {"listener": LISTENER}),
    (200, "get", "/_loopgate/captured", {"wait_ms": 20000}, None),
    (200, "post", "/_loopgate/inject", {}, {"listener": LISTENER, "wait": "20s", "datagrams": [
        {"from": CLIENT, "data": "aGVsbG8="}]}),
    (400, "post", "/_loopgate/inject", {}, {"listener": LISTENER, "wait": "soon", "datagrams": []}),
    (200, "get", "/_loopgate/wait", {"event": "captured", "listener": LISTENER, "count": 2, "idle": "0s",
                                     "within": "20s"}, None),
    (200, "get", "/_loopgate/wait", {"reason": "no-egress-region", "after": 3, "within": "1ms"}, None),
    (400, "get", "/_loopgate/wait", {"event": "nothing"}, None),
    (200, "get", "/_loopgate/bill", {}, None),
    (200, "get", "/_loopgate/bill", {"listener": LISTENER}, None),
    (404, "get", "/_loopgate/bill", {"listener": "Nobody"}, None),
    (200, "get", "/_loopgate/captured", {"after": 1}, None),
    (200, "post", "/_loopgate/publish", {}, {"topic": "push", "message": MESSAGE,
                                             "attributes": {"EgressRegion": "us-west-2"}}),
    (200, "post", "/_loopgate/publish", {}, {"topic": "push", "message": MESSAGE}),
    (200, "post", "/_loopgate/publish", {}, {"topic": "api", "message": "kept"}),
    (400, "post", "/_loopgate/publish", {}, {"topic": "nobody", "message": "x"}),
    (200, "post", "/_loopgate/explain", {}, {"topic": "push", "message": "m",
                                             "attributes": {"EgressRegion": "us-west-2", "n": 1, "l": ["a"]}}),
    (400, "post", "/_loopgate/explain", {}, {"topic": "push", "attributes": "none"}),
    (404, "post", "/_loopgate/explain", {}, {"message_id": "nobody"}),
    (200, "get", "/_aws/sns/sms-messages", {}, None),
    (200, "get", "/_aws/sns/platform-endpoint-messages", {}, None),
    (200, "get", "/_aws/sns/email-messages", {}, None),
    (200, "get", "/_aws/sqs/messages", {"QueueUrl": "api"}, None),
    (404, "get", "/_aws/sqs/messages", {"QueueUrl": "nobody"}, None),
    (200, "get", "/_localstack/health", {}, None),
    (200, "post", "/_loopgate/peers", {}, {"listener": WIREGUARD, "public_key": KEY, "preshared_key": KEY,
                                           "allowed_ips": ["10.77.0.9/32"]}),
    (400, "post", "/_loopgate/peers", {}, {"listener": WIREGUARD, "public_key": "no key"}),
    (200, "get", "/_loopgate/peers", {}, None),
    (200, "get", "/_loopgate/peers", {"listener": WIREGUARD}, None),
    (404, "get", "/_loopgate/peers", {"listener": "Nobody"}, None),
    (200, "get", "/_loopgate/wireguard", {"listener": WIREGUARD}, None),
    (404, "get", "/_loopgate/wireguard", {"listener": LISTENER}, None),
    (200, "post", "/_loopgate/clock", {}, {"advance": "1h30m"}),
    (400, "post", "/_loopgate/clock", {}, {"advance": "soon"}),
    (200, "get", "/_loopgate/journal", {}, None),
    (200, "get", "/_loopgate/journal", {"reason": "no-egress-region"}, None),
    (200, "get", "/_loopgate/journal", {"event": "captured", "listener": LISTENER}, None),
    (200, "get", "/_loopgate/journal", {"after": 5, "form": "text"}, None),
    (200, "get", "/_loopgate/journal", {"client": CLIENT, "since": "1h", "until": "2199-01-01T00:00:00Z",
                                        "last": 1}, None),
    (400, "get", "/_loopgate/journal", {"tag": "NOTATAG"}, None),
    (200, "post", "/_loopgate/delete", {}, {"stack": "api"}),
    (400, "post", "/_loopgate/delete", {}, {}),
    (200, "post", "/_loopgate/snapshot", {}, {"name": "api"}),
    (400, "post", "/_loopgate/snapshot", {}, {"name": ""}),
    (200, "post", "/_loopgate/restore", {}, {"name": "api"}),
    (400, "post", "/_loopgate/restore", {}, {"name": "nobody"}),
    (400, "post", "/_loopgate/reset", {}, {"keep_stacks": "yes"}),
    (200, "post", "/_loopgate/reset", {}, {"keep_stacks": True}),
    (200, "post", "/_loopgate/reset", {}, None),
]
NOT_PLAYED = {
    ("get", "/_loopgate/health", "503"): "only while the stacks of the start are being deployed",
}


class Document:
    def __init__(self, path):
        self.content = yaml.safe_load(path.read_text())
        openapi_spec_validator.validate(self.content)
        resource = referencing.Resource.from_contents(
            self.content, default_specification=referencing.jsonschema.DRAFT202012)
        self._registry = referencing.Registry().with_resource(API, resource)

    def operations(self):
        return {(method, path): operation for path, item in self.content["paths"].items()
                for method, operation in item.items() if method in METHODS}

    def node(self, *steps):
        """What is there, and its JSON pointer; a $ref on the way is followed."""
        node, pointer = self.content, []
        for step in steps:
            node, pointer = node[step], [*pointer, step]
            while isinstance(node, dict) and set(node) == {"$ref"} and node["$ref"].startswith("#/components/resp"):
                return self.node(*node["$ref"][2:].split("/"), *steps[len(pointer):])
        return node, "/".join(str(step).replace("~", "~0").replace("/", "~1") for step in pointer)

    def problems(self, value, pointer):
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$ref": f"{API}#/{pointer}"}
        validator = jsonschema.Draft202012Validator(schema, registry=self._registry)
        return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def ask(sandbox, method, path, query=None, body=None, headers=None):
    address = urllib.parse.urlsplit(sandbox.endpoint)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    target = path + ("?" + urllib.parse.urlencode(query) if query else "")
    connection.request(method.upper(), target, None if body is None else json.dumps(body), headers or {})
    answer = connection.getresponse()
    content = (answer.status, (answer.headers["Content-Type"] or "").split(";")[0], answer.read().decode())
    connection.close()
    return content


def check_answer(document, sandbox, step):
    status, method, path, query, body, headers = (*step, {})[:6]
    got, kind, text = ask(sandbox, method, path, query, body, headers)
    assert got == status, f"{method} {path} {query} {body}: {got} instead of {status}: {text}"
    described, pointer = document.node("paths", path, method, "responses", str(status))
    assert kind in described["content"], f"{method} {path}: {kind} is not documented for {status}"
    schema = f"{pointer}/content/{kind.replace('/', '~1')}/schema"
    values = {"application/json": lambda: [json.loads(text)],
              "application/x-ndjson": lambda: [json.loads(line) for line in text.splitlines()],
              "text/plain": lambda: [text]}[kind]()
    for value in values:
        problems = document.problems(value, schema)
        assert not problems, f"{method} {path} answers what is not documented: {problems} in {value}"
    if status == 200 and body is not None:
        _, pointer = document.node("paths", path, method, "requestBody", "content", "application/json", "schema")
        problems = document.problems(body, pointer)
        assert not problems, f"{method} {path} takes what is not documented: {problems}"
    return values


def answers_are_as_documented(document, sandbox, source):
    played, seen = set(), set()
    for step in STEPS:
        values = check_answer(document, sandbox, step)
        played.add((step[1], step[2], str(step[0])))
        if step[2].endswith("/journal"):
            seen |= {value["event"] for value in values if isinstance(value, dict) and "event" in value}
        if step[2:4] == ("/_loopgate/captured", {"wait_ms": 20000}):
            assert values[0]["datagrams"][0]["to"] == CLIENT, values
        if step[2].endswith("/inject") and "wait" in step[4] and step[0] == 200:
            assert [reply["data"] for reply in values[0]["replies"]] == ["aGVsbG8="], values
        if step[2].endswith("/wait") and step[0] == 200:
            assert values[0]["arrived"] == ("event" in step[3]), values
    missing = {"received", "captured", "published", "filtered", "discarded", "stack", "listener"} - seen
    assert not missing, f"the journal was not validated with events {missing}"
    documented = {(*key, status) for key, operation in document.operations().items()
                  for status in operation["responses"]}
    unplayed = documented - played - set(NOT_PLAYED)
    assert not unplayed, f"documented and not played: {sorted(unplayed)}"


def served_routes(source):
    """As the sources have them: a table of POSTs and comparisons for GET in control.cpp, paths elsewhere."""
    control = (source / "src/sandbox/control.cpp").read_text()
    gets = set(re.findall(r'\broute == "([^"]+)"', control))
    posts = set(re.findall(r'\{"([^"]+)",\s*&Control::post_', control))
    assert gets and posts, "the routes are no longer written in control.cpp: mend served_routes"
    return {("get", "/_loopgate/" + name) for name in gets} | {("post", "/_loopgate/" + name) for name in posts}


def other_paths(source):
    out = set()
    for top in ("src/sandbox", "emulators"):
        for path in (source / top).rglob("*"):
            if path.suffix in {".h", ".cpp"}:
                out |= set(re.findall(r'"(/_(?:aws|localstack)/[^"]*)"', path.read_text()))
    return out


def routes_are_documented(document, sandbox, source):
    documented = set(document.operations())
    served = served_routes(source)
    own = {key for key in documented if key[1].startswith("/_loopgate/")}
    assert own == served, f"not in openapi.yaml: {sorted(served - own)}; not in the server: {sorted(own - served)}"
    paths, there = {path for _, path in documented - own}, other_paths(source)
    undocumented = {path for path in there if not any(known.startswith(path) for known in paths)}
    assert not undocumented, f"not in openapi.yaml: {sorted(undocumented)}"
    gone = {path for path in paths if not any(path.startswith(known) for known in there)}
    assert not gone, f"not in the server: {sorted(gone)}"
    status, _, text = ask(sandbox, "get", "/_loopgate/nobody")
    assert status == 404 and json.loads(text)["error"], text
    page = (source / "docs/API.md").read_text()
    unexplained = [f"{method.upper()} {path}" for method, path in documented
                   if f"{method.upper()} {path}" not in page]
    assert not unexplained, f"not in API.md: {unexplained}"


def members_are_documented(document, sandbox, source):
    """A POST names the members that it takes when it refuses another."""
    for (method, path), operation in document.operations().items():
        if method != "post":
            continue
        status, _, text = ask(sandbox, "post", path, None, {"nobody": 1})
        listed = re.search(r"\(it takes ([^)]*)\)", json.loads(text)["error"])
        assert status == 400 and listed, f"{path}: {text}"
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        assert set(listed[1].split(", ")) == set(schema["properties"]), (path, listed[1], set(schema["properties"]))


def parameters_are_documented(document, sandbox, source):
    read = set()
    for name in ("control.cpp", "journal_stream.cpp", "journal_wait.cpp", "peer_routes.cpp"):
        text = (source / "src/sandbox" / name).read_text()
        read |= set(re.findall(r'(?:_parameter|read_moment|read_number)\((?:request\.)?query, "([^"]+)"', text))
    documented = set()
    for operation in document.operations().values():
        for parameter in operation.get("parameters", []):
            while "$ref" in parameter:
                parameter, _ = document.node(*parameter["$ref"][2:].split("/"))
            documented.add(parameter["name"])
    assert read == documented, f"parameters of one side alone: {sorted(read ^ documented)}"


def kinds_of_events_are_documented(document, sandbox, source):
    kinds = document.content["components"]["schemas"]["EventKind"]["enum"]
    there = re.findall(r'return "([a-z-]+)";', (source / "src/base/journal.cpp").read_text())
    assert set(kinds) == set(there), f"kinds of one side alone: {sorted(set(kinds) ^ set(there))}"
    for kind in kinds:
        assert ask(sandbox, "get", "/_loopgate/journal", {"event": kind})[0] == 200, kind


def examples_are_valid(document, sandbox, source):
    for (method, path), operation in document.operations().items():
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content is None:
            continue
        _, pointer = document.node("paths", path, method, "requestBody", "content", "application/json", "schema")
        problems = document.problems(content["example"], pointer) if "example" in content else []
        assert not problems, f"the example of {path}: {problems}"


def a_stream_goes_on(document, sandbox, source):
    address = urllib.parse.urlsplit(sandbox.endpoint)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
    connection.request("GET", "/_loopgate/journal?follow=1&event=clock")
    answer = connection.getresponse()
    ask(sandbox, "post", "/_loopgate/clock", None, {"advance": "1s"})
    line = json.loads(answer.readline())
    connection.close()
    problems = document.problems(line, "components/schemas/Event")
    assert line["event"] == "clock" and not problems, (line, problems)


TESTS = [routes_are_documented, members_are_documented, parameters_are_documented, kinds_of_events_are_documented,
         examples_are_valid, a_stream_goes_on, answers_are_as_documented]


def main():
    binary, source = sys.argv[1], pathlib.Path(sys.argv[2])
    templates = source / "fixtures/templates"
    document = Document(source / "docs/openapi.yaml")
    failed = 0
    with Sandbox(binary, [str(templates / "echo_and_push.yaml"), "--stack", "echo-and-push",
                          str(templates / "wireguard.yaml"), "--stack", "wireguard", "--quiet"]) as sandbox:
        for test in TESTS:
            try:
                test(document, sandbox, source)
                print(f"ok   {test.__name__}")
            except Exception as problem:  # the others still run
                failed += 1
                print(f"FAIL {test.__name__}: {type(problem).__name__}: {problem}")
    print(f"{len(TESTS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

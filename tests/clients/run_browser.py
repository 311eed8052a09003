#!/usr/bin/env python3
"""What web pages can do to a sandbox, shown with a real Chromium: a page of another site and one of another port
on this machine change and read nothing, by no way that a browser has; a name that was pointed at this machine
after its page was loaded (DNS rebinding) gets nowhere; an allowed page reads and writes; a link leads to a page
that is to be looked at, and to nothing else.

Usage: run_browser.py BINARY
"""

import http.server
import json
import shutil
import socket
import sys
import threading
import urllib.parse
import urllib.request

from browser import Browser
from sandbox import Sandbox

ACCOUNT = "123456789012"
TOPIC = f"arn:aws:sns:us-west-2:{ACCOUNT}:topic"

FUNCTION_TEMPLATE = json.dumps({"Resources": {"Code": {"Type": "AWS::Lambda::Function", "Properties": {
    "Runtime": "python3.12", "Handler": "index.handler", "Role": f"arn:aws:iam::{ACCOUNT}:role/any",
    "Code": {"ZipFile": "def handler(event, context): open('/tmp/owned', 'w')"}}}}})

# Every way by which a page can send something somewhere. Each gives a word on what it got to see.
WAYS = """
const settled = (element, url) => new Promise(resolve => {
  element.onload = () => resolve('loaded');
  element.onerror = () => resolve('error');
  element.src = url;
  document.body.append(element);
});
const seen = async answer => answer.type === 'opaque' ? 'opaque' : answer.status + ' ' + await answer.text();
const attempt = (url, options) => fetch(url, options).then(seen, error => 'refused');
const submit = (url, method, type, fields) => new Promise(resolve => {
  const frame = document.createElement('iframe');
  frame.name = 'frame' + Math.random();
  document.body.append(frame);
  const form = document.createElement('form');
  Object.assign(form, {action: url, method: method, enctype: type, target: frame.name});
  for (const [name, value] of Object.entries(fields)) {
    const input = document.createElement('input');
    Object.assign(input, {type: 'hidden', name: name, value: value});
    form.append(input);
  }
  document.body.append(form);
  frame.onload = () => {
    try {
      if (frame.contentWindow.location.href === 'about:blank') return;
    } catch (error) { /* another origin's: it has come */ }
    let text = 'unreadable';
    try { text = frame.contentDocument.body.innerText; } catch (error) { /* as it should be */ }
    resolve(text);
  };
  form.submit();
});
const socket = url => new Promise(resolve => {
  const web = new WebSocket(url);
  web.onopen = () => resolve('open');
  web.onerror = () => resolve('error');
});
const query = fields => '/?' + new URLSearchParams(fields);
"""

# To a sandbox at `base`: what changes something, and what tells something.
ATTACKS = """
const stack = {Action: 'CreateStack', Version: '2010-05-15', StackName: 'evil', TemplateBody: template};
const publish = {Action: 'Publish', Version: '2010-03-31', TopicArn: topic, Message: 'evil'};
const queue = {Action: 'CreateQueue', Version: '2012-11-05', QueueName: 'evil'};
const form = fields => ({method: 'POST', body: new URLSearchParams(fields)});
const out = {};
const image = () => document.createElement('img');
out.imageCreatesStack = await settled(image(), base + query(stack));
out.imagePublishes = await settled(image(), base + query(publish));
out.imageCreatesQueue = await settled(image(), base + query(queue));
out.imageWithoutReferrer = await settled(Object.assign(image(), {referrerPolicy: 'no-referrer'}), base + query(queue));
out.script = await settled(document.createElement('script'), base + query(publish));
out.scriptReads = await settled(document.createElement('script'), base + '/_loopgate/info');
out.frame = await settled(document.createElement('iframe'), base + '/_loopgate/info').then(() => {
  try { return [...document.querySelectorAll('iframe')].at(-1).contentDocument.body.innerText; }
  catch (error) { return 'unreadable'; }
});
out.formCreatesStack = await submit(base + '/', 'POST', 'application/x-www-form-urlencoded', stack);
out.formPublishes = await submit(base + '/', 'POST', 'application/x-www-form-urlencoded', publish);
out.formByGet = await submit(base + '/', 'GET', 'application/x-www-form-urlencoded', queue);
out.formDeploys = await submit(base + '/_loopgate/deploy', 'POST', 'text/plain', {'{"template":': template + '}'});
out.formResets = await submit(base + '/_loopgate/reset', 'POST', 'text/plain', {});
out.formUploads = await submit(base + '/2015-03-31/functions', 'POST', 'multipart/form-data', {a: 'b'});
for (const mode of ['no-cors', 'cors', 'same-origin']) {
  out['publishes ' + mode] = await attempt(base + '/', {...form(publish), mode});
  out['creates ' + mode] = await attempt(base + '/', {...form(queue), mode});
  out['gets ' + mode] = await attempt(base + query(queue), {mode});
  out['reads journal ' + mode] = await attempt(base + '/_loopgate/journal', {mode});
  out['reads peers ' + mode] = await attempt(base + '/_loopgate/peers', {mode});
  out['reads queue ' + mode] = await attempt(base + '/_aws/sqs/messages?QueueUrl=secrets', {mode});
  out['resets ' + mode] = await attempt(base + '/_loopgate/reset', {method: 'POST', body: '{}', mode});
}
out.calls = await attempt(base + '/', {method: 'POST', body: '{"QueueName":"evil"}', headers: {
  'X-Amz-Target': 'AmazonSQS.CreateQueue', 'Content-Type': 'application/x-amz-json-1.0'}});
out.deletes = await attempt(base + '/2015-03-31/functions/f', {method: 'DELETE'});
out.beacon = String(navigator.sendBeacon(base + '/_loopgate/reset', '{}'));
out.socket = await socket(base.replace('http', 'ws') + '/_loopgate/journal');
return out;
"""


class PageServer(http.server.ThreadingHTTPServer):
    """Serves one empty page at every path."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), EmptyPage)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def origin(self, host="127.0.0.1"):
        return f"http://{host}:{self.server_port}"


class EmptyPage(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"<!doctype html><title>A page</title><body>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Rebound:
    """A server of the sandbox's port on 127.0.0.2. The first connection gets a page, as from a stranger's address;
    every later one reaches the sandbox, as after the stranger's name was pointed at this machine."""

    def __init__(self, port):
        self._sandbox = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.2", port))
        self.forwarded = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        page_served = False
        while True:
            client, _ = self._listener.accept()
            if page_served:
                self.forwarded += 1
                server = socket.create_connection(self._sandbox)
                for source, sink in ((client, server), (server, client)):
                    threading.Thread(target=self._copy, args=(source, sink), daemon=True).start()
            else:
                page_served = self._serve_page(client)

    @staticmethod
    def _serve_page(client):
        with client:
            client.settimeout(60)
            request = b""
            while b"\r\n\r\n" not in request:
                more = client.recv(65536)
                if not more:
                    return False  # a connection that the browser opened in advance
                request += more
            body = b"<!doctype html><title>A stranger's page</title><body>"
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n"
                           b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            return True

    @staticmethod
    def _copy(source, sink):
        try:
            while piece := source.recv(65536):
                sink.sendall(piece)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def call(sandbox, **fields):
    body = urllib.parse.urlencode(fields).encode()
    with urllib.request.urlopen(sandbox.endpoint, data=body, timeout=30) as answer:
        return answer.read().decode()


def state(sandbox):
    """All that there is, but for what tells only that somebody asked."""
    info = json.loads(sandbox.get("/_loopgate/info"))
    del info["last_seq"]
    without_ids = lambda text: text.split("<RequestId>")[0]
    return {
        "info": info,
        "stacks": without_ids(call(sandbox, Action="ListStacks", Version="2010-05-15")),
        "topics": without_ids(call(sandbox, Action="ListTopics", Version="2010-03-31")),
        "queues": without_ids(call(sandbox, Action="ListQueues", Version="2012-11-05")),
        "secrets": sandbox.get("/_aws/sqs/messages?QueueUrl=secrets"),
        "functions": sandbox.get("/2015-03-31/functions"),
        "clock": json.loads(sandbox.get("/_loopgate/clock"))["ahead"],
        "events": [event for event in sandbox.journal() if event["event"] != "api-call"],
    }


def script(code, base):
    values = {"base": base, "template": FUNCTION_TEMPLATE, "topic": TOPIC}
    return "".join(f"const {name} = {json.dumps(value)};" for name, value in values.items()) + WAYS + code


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def check_attacked_by(browser, sandbox, page_url, name):
    before = state(sandbox)
    page = browser.open(page_url)
    got = page.run(script(ATTACKS, sandbox.endpoint))
    expect(state(sandbox) == before, f"{name}: it changed something")
    for way, result in got.items():
        # 'opaque' and 'loaded' are what a page sees of any answer that it may not read.
        expect(result in ("opaque", "refused", "error", "unreadable", "loaded", "true"),
               f"{name}: {way} gave it: {result}")
    expect(len(got) == 38, f"{name}: only {len(got)} ways were tried")
    expect(got["socket"] == "error" and got["imagePublishes"] == "error", f"{name}: {got}")
    print(f"ok  {name}: {len(got)} ways, nothing changed, nothing read")


def check_rebound(browser, sandbox, port):
    rebound = Rebound(port)
    before = state(sandbox)
    page = browser.open(f"http://rebound.test:{port}/")
    expect(page.run("return document.title") == "A stranger's page", "the page did not come from the stranger")
    got = page.run(script(ATTACKS, f"http://rebound.test:{port}"))
    expect(state(sandbox) == before, "the rebound name changed something")
    expect(rebound.forwarded > 0, "nothing was sent to the sandbox by the rebound name")
    for way in ("publishes cors", "reads journal same-origin", "calls", "deletes"):
        expect(got[way].startswith("421 ") and "--allow-host rebound.test" in got[way], f"{way} gave {got[way]}")
    for way, result in got.items():
        expect("secret" not in result and "endpoint" not in result, f"{way} read {result}")
    expect(got["socket"] == "error", "a WebSocket was opened")
    print(f"ok  a rebound name: {rebound.forwarded} connections, nothing changed, nothing read")


def check_allowed(browser, sandbox, page_url):
    page = browser.open(page_url)
    got = page.run(script("""
      const json = (target, body) => attempt(base + '/', {method: 'POST', body: JSON.stringify(body), headers: {
        'X-Amz-Target': target, 'Content-Type': 'application/x-amz-json-1.0'}});
      const url = JSON.parse((await json('AmazonSQS.CreateQueue', {QueueName: 'ours'})).slice(4)).QueueUrl;
      return {
        sent: await json('AmazonSQS.SendMessage', {QueueUrl: url, MessageBody: 'hello'}),
        received: await json('AmazonSQS.ReceiveMessage', {QueueUrl: url}),
        published: await attempt(base + '/', {method: 'POST', body: new URLSearchParams(
          {Action: 'Publish', Version: '2010-03-31', TopicArn: topic, Message: 'ours'})}),
        info: await attempt(base + '/_loopgate/info'),
        id: (await fetch(base + '/_loopgate/health')).headers.get('x-amzn-RequestId'),
        byGet: await attempt(base + query({Action: 'CreateQueue', Version: '2012-11-05', QueueName: 'byget'})),
      };""", sandbox.endpoint))
    expect(got["sent"].startswith("200 ") and "hello" in got["received"], f"an allowed page may not call: {got}")
    expect("<MessageId>" in got["published"] and sandbox.endpoint in got["info"], f"or not read: {got}")
    expect(got["id"], "the headers of an answer are hidden from an allowed page")
    expect(got["byGet"] == "refused", f"a Query by GET went through: {got['byGet']}")
    print("ok  an allowed page reads and writes")


def check_links(browser, sandbox, page_url):
    before = state(sandbox)
    page = browser.open(page_url)
    page.go(lambda: page.run(f"location.href = {json.dumps(sandbox.endpoint + '/_loopgate/info')}"))
    expect(sandbox.endpoint in page.run("return document.body.innerText"), "a link does not lead to a page")
    page = browser.open(page_url)
    link = sandbox.endpoint + "/?Action=CreateQueue&Version=2012-11-05&QueueName=linked"
    page.go(lambda: page.run(f"location.href = {json.dumps(link)}"))
    text = page.run("return document.documentElement.outerHTML")
    expect("allow-origin" in text, f"a link called the API: {text}")
    expect(state(sandbox) == before, "a link changed something")
    typed = browser.open(sandbox.endpoint + "/_loopgate/health")
    expect("ok" in typed.run("return document.body.innerText"), "the address bar does not lead to a page")
    print("ok  links and the address bar lead to pages, and to nothing else")


def main():
    binary = sys.argv[1]
    program = shutil.which("chromium")
    if not program:
        print("chromium is not installed (apt install chromium): skipped")
        sys.exit(77)
    strangers, friends = PageServer(), PageServer()
    with Sandbox(binary, ["--quiet", "--allow-origin", friends.origin()]) as sandbox, \
            Browser(program, "MAP evil.test 127.0.0.1, MAP rebound.test 127.0.0.2") as browser:
        call(sandbox, Action="CreateTopic", Version="2010-03-31", Name="topic")
        call(sandbox, Action="CreateQueue", Version="2012-11-05", QueueName="secrets")
        call(sandbox, Action="SendMessage", Version="2012-11-05", MessageBody="a secret",
             QueueUrl=f"{sandbox.endpoint}/{ACCOUNT}/secrets")
        check_attacked_by(browser, sandbox, strangers.origin("evil.test"), "a page of another site")
        check_attacked_by(browser, sandbox, strangers.origin(), "a page of another port of this machine")
        check_rebound(browser, sandbox, int(sandbox.endpoint.rsplit(":", 1)[1]))
        check_allowed(browser, sandbox, friends.origin())
        check_links(browser, sandbox, strangers.origin("evil.test"))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""The console in a real Chromium: packets as they come, a packet's story, the stack, and what can be tried; whatever
strangers send is shown and never interpreted. Makes a picture of each screen.

Usage: run_console.py BINARY SOURCE_DIR [FOLDER_FOR_PICTURES]
"""

import base64
import json
import pathlib
import shutil
import socket
import sys

from browser import Browser
from sandbox import Sandbox

HOSTILE = [
    b'<img src=x onerror="window.owned=1">',
    b"</span><script>window.owned=1</script>",
    b"\x1b[2J\x1b]0;owned\x07",
    "\u202egnp.exe\u2066".encode(),
    b"{{constructor.constructor('window.owned=1')()}}",
    b"\x00\xff\xfe" * 300,
    b"",
]

# Of the page: helpers that wait for what it shows, by what it changes.
HELPERS = """
const $ = id => document.getElementById(id);
const until = async wanted => {
  for (const end = Date.now() + 60000; Date.now() < end;) {
    const found = wanted();
    if (found) return found;
    await new Promise(resume => requestAnimationFrame(resume));
  }
  throw new Error('not seen: ' + wanted + '\\n' + document.body.innerText.slice(0, 3000));
};
const rows = () => [...document.querySelectorAll('.row')].map(row => [...row.children].map(cell => cell.textContent));
const key = name => dispatchEvent(new KeyboardEvent('keydown', {key: name, bubbles: true}));
const type = (field, value) => { field.value = value; field.dispatchEvent(new Event('input', {bubbles: true})); };
"""


class Console:
    def __init__(self, browser, sandbox, pictures):
        self._pictures = pictures
        self._browser = browser
        self.page = browser.open(sandbox.endpoint + "/_loopgate/")
        browser.call("Emulation.setDeviceMetricsOverride",
                     {"width": 1280, "height": 720, "deviceScaleFactor": 1, "mobile": False}, self.page.session)

    def run(self, body):
        return self.page.run(HELPERS + body)

    def picture(self, name):
        if self._pictures is None:
            return
        answer = self._browser.call("Page.captureScreenshot", {"format": "png"}, self.page.session)
        self._pictures.mkdir(parents=True, exist_ok=True)
        (self._pictures / f"{name}.png").write_bytes(base64.b64decode(answer["data"]))


def send(sandbox, *payloads):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.bind(("127.0.0.1", 0))
        client.settimeout(60)
        for payload in payloads:
            client.sendto(payload, sandbox.address("UdpListener"))
            client.recvfrom(65536)


def packets_and_their_stories(console, sandbox):
    send(sandbox, b"hello", b"tick 17")
    console.run("""
        await until(() => rows().some(row => row[5] === '"hello"' && row[6].includes('"HELLO"')));
        type($('filter'), 'tick');
        await until(() => rows().length === 1 && rows()[0][5] === '"tick 17"');
        type($('filter'), '');
        await until(() => rows().length >= 2);
        key('j');
        await until(() => $('story').textContent.includes('loopgate send UdpListener --hex'));
        if (!$('story').textContent.includes('delivered')) throw new Error($('story').textContent);
        $('story').querySelector('button').click();
        await until(() => rows().filter(row => row[5] === '"tick 17"').length === 2);
    """)
    console.picture("packets")


def the_stack(console, sandbox):
    sandbox.call("sqs", "CreateQueue", {"QueueName": "jobs"})
    text = console.run("""
        key('2');
        await until(() => $('stack').textContent.includes('jobs'));
        [...$('stack').querySelectorAll('button')].find(button => button.textContent === 'look').click();
        await until(() => [...$('stack').querySelectorAll('pre')].some(into => into.textContent !== ''));
        return $('stack').textContent;
    """)
    for word in ("UdpListener", "CREATE_COMPLETE", "PushTopicArn", "/aws/lambda/", "jobs", "127.0.0.1:"):
        assert word in text, (word, text)
    console.picture("stack")


def what_can_be_tried(console, sandbox):
    console.run("""
        key('3');
        const form = $('send-form');
        await until(() => form.elements.listener.value);
        type(form.elements.payload, 'from the page');
        form.requestSubmit();
        await until(() => $('answers').textContent.includes('FROM THE PAGE'));
        const publish = $('publish-form');
        await until(() => publish.elements.topic.value);
        publish.elements['with-region'].checked = false;
        publish.requestSubmit();
        await until(() => $('published').textContent.includes('published'));
        type(publish.elements.port, 'x');
        publish.requestSubmit();
        await until(() => $('published').textContent === 'the port is not a number');
    """)
    console.picture("try")
    console.run("""
        key('1');
        type($('filter'), 'no-egress-region');
        await until(() => rows().length === 1);
        type($('filter'), '');
        const before = $('now').textContent;
        document.querySelector('[data-advance="1m"]').click();
        await until(() => $('now').textContent.includes('ahead'));
    """)
    assert json.loads(sandbox.get("/_loopgate/clock"))["ahead"] == "1m"
    console.run("""
        key('3');
        $('reset-form').requestSubmit();
        await until(() => $('was-reset').textContent === 'forgotten');
        key('1');
        await until(() => !rows().some(row => row[5] === '"hello"'));
    """)


def what_strangers_send_is_shown(console, sandbox):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        for payload in HOSTILE:
            client.sendto(payload, sandbox.address("UdpListener"))
    sandbox.call("sqs", "SendMessage", {
        "QueueUrl": sandbox.endpoint + "/123456789012/jobs", "MessageBody": HOSTILE[0].decode()})
    console.run("""
        await until(() => rows().filter(row => row[0] && row[1]).length >= """ + str(len(HOSTILE)) + """);
        for (const row of [...document.querySelectorAll('.row')]) {
            row.click();
            await new Promise(resume => requestAnimationFrame(resume));
        }
        await until(() => $('story').textContent);
        key('2');
        await until(() => $('stack').textContent.includes('jobs'));
        [...$('stack').querySelectorAll('button')].find(button => button.textContent === 'look').click();
        await until(() => $('stack').textContent.includes('onerror'));
    """)
    found = console.run("""
        return {owned: window.owned === undefined, title: document.title,
                markup: document.querySelectorAll('img, main script, .row *:not(span)').length};
    """)
    assert found == {"owned": True, "title": "Loopgate", "markup": 0}, found
    shown = console.run("key('1'); await until(() => rows().length); return rows().map(row => row[5]).join('|');")
    assert '"<img src=x onerror="' in shown and "\\u001b[2J" in shown and "\\u202e" in shown, shown


def a_flood_does_not_freeze_it(console, sandbox):
    """Fifty thousand packets: the page stays answerable and holds as many elements as are in sight."""
    datagrams = [{"from": "198.51.100.7:9", "data": "eA=="}] * 10000
    for _ in range(5):
        sandbox.post("/_loopgate/inject", {"listener": "UdpListener", "datagrams": datagrams})
    console.run("""
        await until(() => Number($('counts').textContent.split(' ')[0]) >= 50000);
        await until(() => document.querySelectorAll('.row').length > 0);
        if (document.querySelectorAll('.row').length > 200) throw new Error('too many elements');
    """)


def main():
    binary, source, *rest = sys.argv[1:]
    program = shutil.which("chromium")
    if program is None:
        print("skipped: chromium is not installed")
        return 77
    pictures = pathlib.Path(rest[0]) if rest else None
    tests = [packets_and_their_stories, the_stack, what_can_be_tried, what_strangers_send_is_shown,
             a_flood_does_not_freeze_it]
    with Sandbox(binary, ["--quiet", source + "/fixtures/demo/template.yaml"]) as sandbox, Browser(program) as browser:
        console = Console(browser, sandbox, pictures)
        for test in tests:
            test(console, sandbox)
            print(f"{test.__name__}: passed", flush=True)
    print(f"{len(tests)} passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())

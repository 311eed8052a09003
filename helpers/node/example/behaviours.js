// What a suite looks like; the three runners' files beside it play this one.
import assert from "node:assert/strict";
import { LoopgateError } from "loopgate";

export function behaviours(test) {
  test("a function answers", async (loopgate) => {
    assert.equal(String(await loopgate.listener("ShoutListener").ask("hello")), "HELLO");
  });

  test("one client asks twice", async (loopgate) => {
    const client = await loopgate.listener("EchoListener").client();
    for (const payload of ["one", "two"]) {
      await client.send(payload);
      assert.equal(String(await client.receive()), payload);
    }
    client.close();
  });

  test("packets become jobs", async (loopgate) => {
    await loopgate.listener("JobListener").send("job 1");
    const [delivered] = await loopgate.wait({ event: "delivered", listener: "JobListener" });
    assert.equal(delivered.destination, "jobs");
  });

  test("a topic pushes", async (loopgate) => {
    const client = await loopgate.listener("EchoListener").client();
    await loopgate.publish("push", "pushed", { to: client.address });
    assert.equal(String(await client.receive()), "pushed");
    client.close();
  });

  test("a publish without a region goes nowhere", async (loopgate) => {
    await loopgate.publish("push", "lost", { to: "127.0.0.1:9", egressRegion: null });
    const [discard] = await loopgate.wait({ event: "discarded", reason: "no-egress-region" });
    assert.match(discard.remedy, /EgressRegion/);
  });

  test("the reason is told at once", async (loopgate) => {
    await assert.rejects(loopgate.listener("ShoutListener").ask("boom", { timeout: 60_000 }), (problem) => {
      assert.ok(problem instanceof LoopgateError);
      assert.match(problem.message, /function-error.*boom/);
      return true;
    });
  });

  test("an answered packet holds up no reason", async (loopgate) => {
    const client = await loopgate.listener("ShoutListener").client();
    client.send("fine");
    assert.equal(String(await client.receive()), "FINE");
    client.send("boom");
    await assert.rejects(client.receive({ timeout: 60_000 }), /ShoutListener: \[function-error\]/);
    client.close();
  });

  test("what did happen is told", async (loopgate) => {
    await loopgate.listener("EchoListener").ask("x");
    await assert.rejects(loopgate.wait({ event: "discarded", count: 2, within: 100 }),
      /within 100ms there were 0 of 2 × event=discarded.*1 × sent/);
  });

  test("nothing is left of the test before", async (loopgate) => {
    assert.deepEqual((await loopgate.journal()).filter(({ event }) => event !== "api-call"), []);
  });

  test("names that are not there", async (loopgate) => {
    await assert.rejects(loopgate.listener("Nobody").ask("x"), /no listener named Nobody; there are: .*EchoListener/);
    await assert.rejects(loopgate.wait({ event: "arrived" }), /is not a kind of event/);
  });

  test("the clock is moved", async (loopgate) => {
    const before = Date.parse(await loopgate.clock.now());
    assert.ok(Date.parse(await loopgate.clock.advance("1h")) >= before + 3_600_000);
  });

  test("a state is put back", async (loopgate) => {
    await loopgate.listener("JobListener").send("job 1");
    await loopgate.wait({ event: "delivered", idle: 10 });
    assert.equal((await loopgate.bill()).billed, 1);
    await loopgate.snapshot("one job");
    await loopgate.reset();
    await loopgate.restore("one job");
    const { Messages } = await (await fetch(`${loopgate.endpoint}/_aws/sqs/messages?QueueUrl=jobs`)).json();
    assert.equal(Messages.length, 1);
  });

  test("a reply that never comes is waited for", async (loopgate) => {
    await assert.rejects(loopgate.listener("JobListener").ask("job", { timeout: 200 }),
      /within 200 ms: the packet was delivered, and no destination has answered/);
  });

  test("programs find it", async (loopgate) => {
    const environment = await loopgate.environment();
    assert.equal(environment.AWS_ENDPOINT_URL, loopgate.endpoint);
    assert.equal((await loopgate.local()).Endpoint, environment.LOOPGATE_SHOUTLISTENER_ADDR);
    assert.equal((await loopgate.local()).Endpoint, environment.LOOPGATE_OUTPUT_ENDPOINT);
    assert.equal(environment.LOOPGATE_STACK, "example");
    assert.match((await loopgate.outputs()).Endpoint, /proxylity\.com/);
    assert.equal((await loopgate.clientConfig()).region, "us-west-2");
    assert.equal(await loopgate.stack(), "example");
  });
}

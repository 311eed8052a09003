import assert from "node:assert/strict";
import { loopgate } from "loopgate/jest";

const test = loopgate({ templates: ["../../example/template.yaml"] });

test("shouts", async (loopgate) => {
  assert.equal(String(await loopgate.listener("EchoListener").ask("fine")), "fine");
  assert.equal(String(await loopgate.listener("ShoutListener").ask("boom")), "BOOM");
});

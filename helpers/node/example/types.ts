// Compiled, not run.
import { LoopgateError, Sandbox, type JournalEvent } from "loopgate";
import { loopgate } from "loopgate/vitest";

const test = loopgate({ templates: ["template.yaml"] });
test("types", async (sandbox: Sandbox) => {
  const reply: Buffer = await sandbox.listener("UdpListener", { region: "us-west-2" }).ask("x", { timeout: 100 });
  const events: JournalEvent[] = await sandbox.wait({ event: "sent", count: 2, within: 100 });
  const outputs: Record<string, string> = await sandbox.outputs();
  if (!reply.length || !events[0].remote || !outputs.Url) throw new LoopgateError("never");
  // @ts-expect-error: there is no such option
  await sandbox.reset({ keepStack: true });
});

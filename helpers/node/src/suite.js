// What node:test, vitest and jest have in common: a `test` whose body gets the file's sandbox, reset before, and whose
// failures tell what happened to the packets.
import { LoopgateError, Sandbox } from "./index.js";

const SECTION = "Loopgate: what happened to the packets";

export function suite({ test, before, after }, { templates = [], endpoint, ...options } = {}) {
  let sandbox;
  before(async () => {
    const found = endpoint ?? (templates.length ? undefined : process.env.AWS_ENDPOINT_URL);
    if (!found && !templates.length) {
      throw new LoopgateError("no template: give `templates`, or run `loopgate exec TEMPLATE -- …`");
    }
    sandbox = found ? new Sandbox(found) : await Sandbox.start({ templates, ...options });
  });
  after(() => sandbox?.close());

  const withSandbox = (body) => async () => {
    await sandbox.reset();
    try {
      await body(sandbox);
    } catch (problem) {
      throw told(problem, await sandbox.story().catch((other) => other.message));
    }
  };
  const define = (base) => (name, body, ...rest) => base(name, withSandbox(body), ...rest);
  return Object.assign(define(test), { only: define(test.only), skip: define(test.skip) });
}

// The same error: reporters show its difference, and then the story.
function told(problem, story) {
  if (!(problem instanceof Error)) return problem;
  const { message, stack } = problem;
  const more = `${message}\n\n${SECTION}\n${story || "none was sent or received"}\n`;
  problem.message = more;
  if (typeof stack === "string") problem.stack = stack.replace(message, () => more);
  return problem;
}

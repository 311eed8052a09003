import type { Sandbox, StartOptions } from "./index.js";

type Define = (name: string, body: (loopgate: Sandbox) => unknown, ...rest: any[]) => void;

/** A `test` of this runner whose body gets the file's sandbox, as if it were new but for its stacks. A failure tells
 * what happened to the packets. Without templates the sandbox of `endpoint`, or of `loopgate exec`, is used. */
export function loopgate(options?: StartOptions & { endpoint?: string }): Define & { only: Define; skip: Define };

import { afterAll, beforeAll, test } from "vitest";
import { suite } from "./suite.js";

const START_WITHIN = 120_000; // ms

export const loopgate = (options) =>
  suite({ test, before: (run) => beforeAll(run, START_WITHIN), after: afterAll }, options);

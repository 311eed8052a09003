// In jest's own globals: with `injectGlobals: false` it cannot be used.
import { suite } from "./suite.js";

const START_WITHIN = 120_000; // ms

export const loopgate = (options) => {
  const { test, beforeAll, afterAll } = globalThis;
  return suite({ test, before: (run) => beforeAll(run, START_WITHIN), after: afterAll }, options);
};

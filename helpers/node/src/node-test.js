import { after, before, test } from "node:test";
import { suite } from "./suite.js";

export const loopgate = (options) => suite({ test, before, after }, options);

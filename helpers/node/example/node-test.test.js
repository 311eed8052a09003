import { loopgate } from "loopgate/node-test";
import { behaviours } from "./behaviours.js";

behaviours(loopgate({ templates: ["../../example/template.yaml"] }));

import { loopgate } from "loopgate/vitest";
import { behaviours } from "./behaviours.js";

behaviours(loopgate({ templates: ["../../example/template.yaml"] }));

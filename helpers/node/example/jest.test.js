import { loopgate } from "loopgate/jest";
import { behaviours } from "./behaviours.js";

behaviours(loopgate({ templates: ["../../example/template.yaml"] }));

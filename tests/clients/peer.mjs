// The peer emulator of the differential run, on a port of its own. `prepare` puts this beside its modules.
import { startFauxqs } from "fauxqs";

const server = await startFauxqs({ port: 0, logger: false, defaultRegion: "us-west-2" });
console.log(`http://127.0.0.1:${server.port}`);

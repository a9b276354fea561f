import { replay } from "../../../gateway/replay/replay.ts";
import { sqliteStore } from "../../../gateway/store/sqlite.ts";
import { numberedVisits } from "./numbered-visits.ts";
import { itemRoutes, startReplaying } from "./replaying.ts";

/** A replay as a process of its own, which can be killed: `legacyUrl functionUrl checkpoint database`. */
const [, , legacyUrl, functionUrl, checkpoint, file] = process.argv;
const store = sqliteStore({ file: file! });
await using parts = await startReplaying(itemRoutes(legacyUrl!, functionUrl!, 20), store);
const { outcomes } = await replay(numberedVisits, parts, { checkpoint: checkpoint!, concurrency: 8 });
await store.close();
console.log(JSON.stringify(outcomes));

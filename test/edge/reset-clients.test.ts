import { expect, it } from "vitest";
import { startHarness } from "../support/harness.ts";
import { connectTo } from "./client.ts";
import { valuesOf } from "./message.ts";
import { startRecorder } from "./recorder.ts";

/** More than enough for some to be reset before their request is read. */
const CLIENTS = 60;

it("Node http: remoteAddress is undefined after a reset; a client that resets at once is still named to legacy", async () => {
  const upstream = await startRecorder();
  const gateway = await startHarness({ legacyUrl: `http://127.0.0.1:${upstream.ports.legacy}` });
  for (let n = 0; n < CLIENTS; n += 1) {
    const { socket } = await connectTo(gateway.port);
    socket.write("GET /reset HTTP/1.1\r\nHost: a\r\n\r\n", () => socket.resetAndDestroy());
  }
  // Behind all of them, so that what they have sent has been read.
  await fetch(`${gateway.url}/last`);
  const addresses = upstream.requests.map(({ message }) =>
    valuesOf(message.fields, "x-forwarded-for").join(),
  );
  expect(new Set(addresses)).toEqual(new Set(["127.0.0.1"]));
  await gateway.close();
  upstream.close();
});

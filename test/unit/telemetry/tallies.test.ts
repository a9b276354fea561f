import { expect, it } from "vitest";
import { addTallies, tallying } from "../../../gateway/telemetry/tallies.ts";

it("counts connections that were not taken by why, and over processes", () => {
  const [worker, whole] = [tallying(), tallying()];
  const refuse = (reason: "tls-handshake" | "proxy-header" | "too-many") =>
    worker.telemetry.connectionRefused({ reason, detail: "ECONNRESET" });
  refuse("tls-handshake");
  refuse("too-many");
  addTallies(whole.tallies, structuredClone(worker.take()));
  refuse("tls-handshake");
  addTallies(whole.tallies, structuredClone(worker.take()));
  expect(whole.tallies.connectionsRefused).toEqual({ "tls-handshake": 2, "too-many": 1 });
});

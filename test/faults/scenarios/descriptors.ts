import { ask, askMany } from "../asking.ts";
import { startGateway } from "../gateway-process.ts";
import { startMonolith } from "../monolith.ts";
import type { Scenario } from "../scenario.ts";
import { eventually, inMs } from "../trial.ts";
import { once } from "node:events";
import { Agent } from "node:http";
import { connect } from "node:net";

const DESCRIPTORS = 160;
const KNOWN = 30;

export const descriptors: Scenario = {
  number: "F23",
  fault: "no file descriptors are left, for clients, legacy and AWS's client",
  hold: "no crash; 503 or a closed connection meanwhile, no write twice; recovers by itself",
  async run(trial) {
    const monolith = await startMonolith();
    trial.defer(() => monolith.close());
    // A monolith does for Lambda here: any JSON is a function's answer.
    const config = `legacy: { url: "${monolith.url}", timeout: 3s }
aws: { region: eu-central-1, endpoint: "${monolith.url}" }
routes:
  moved: { match: { path: /moved }, function: { lambda: moved }, stage: cutover, timeout: 3s, repeatable: false, breaker: { minimumCalls: 100000 } }
  shadowed: { match: { method: GET, path: /shadowed }, function: { url: "${monolith.url}" }, stage: shadow }`;
    const gateway = await startGateway(trial, { config, descriptors: DESCRIPTORS });
    const { port } = gateway;
    const warm = await askMany(3, 1, (n) => ({ port, path: ["/orders", "/moved", "/shadowed"][n]! }));
    trial.must(`it answers at first: ${warm.text}`, warm.only(200));
    // These are clients already when the last descriptor goes, and what they ask needs new connections to legacy and AWS.
    const known = Array.from({ length: KNOWN }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
    trial.defer(() => known.forEach((agent) => agent.destroy()));
    for (const agent of known) await ask({ port, path: "/orders", agent });
    const idle = await Promise.all(
      Array.from({ length: DESCRIPTORS }, async () => {
        const socket = connect(port, "127.0.0.1").on("error", () => undefined);
        await Promise.race([once(socket, "connect"), once(socket, "close")]);
        return socket;
      }),
    );
    // The system takes connections sooner than the gateway does, which has its descriptors to spare until then.
    const full = await eventually(async () => (await ask({ port, path: "/orders" })).outcome !== 200);
    trial.must("the last descriptor is gone", full !== null);
    const count = trial.pick(60, 600);
    const ids = Array.from({ length: count }, (_, i) => `w${i}`);
    const during = await askMany(count, KNOWN, (n) => ({
      port,
      path: ["/slow?ms=200", "/moved", "/shadowed"][n % 3]!,
      agent: known[n % KNOWN]!,
      ...(n % 2 === 0 && { method: "POST", body: "{}", headers: { "x-id": ids[n]! } }),
    }));
    const strangers = await askMany(10, 5, () => ({ port, path: "/orders" }));
    trial.must("it lives", gateway.alive());
    trial.must(`refused or answered: ${during.text}`, during.only(200, 502, 503, 504));
    trial.must(`something was refused: ${during.text}`, during.count(503) > 0);
    const wrote = monolith.wrote.filter((id) => id !== "undefined");
    trial.must("no write is done twice", new Set(wrote).size === wrote.length);
    for (const socket of idle) socket.destroy();
    const paths = ["/orders", "/moved", "/shadowed"];
    const recovered = await eventually(async () => {
      const all = await Promise.all(paths.map((path) => ask({ port, path })));
      return all.every(({ outcome }) => outcome === 200);
    });
    const after = await askMany(30, 5, (n) => ({ port, path: paths[n % 3]! }));
    trial.must(`it recovers: ${after.text}`, recovered !== null && after.only(200));
    trial.must("operators reach it", (await gateway.readiness())?.ready === true);
    const unexpected = gateway.log.filter(({ msg }) => msg === "unexpected");
    trial.must(`nothing unexpected: ${JSON.stringify(unexpected.slice(0, 2))}`, unexpected.length === 0);
    trial.figure(
      `${DESCRIPTORS} descriptors, ${idle.length} idle clients: known clients ${during.text}, new ones ${strangers.text}; no write twice; ${inMs(recovered)} after they left: ${after.text}`,
    );
  },
};

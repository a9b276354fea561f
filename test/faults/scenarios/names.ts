import { createServer } from "node:https";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { generate } from "selfsigned";
import { ask, askMany } from "../asking.ts";
import { startGateway } from "../gateway-process.ts";
import { startMonolith } from "../monolith.ts";
import type { Scenario } from "../scenario.ts";

export const names: Scenario = {
  number: "F25",
  fault: "a host that has no address; a certificate that nobody vouches for",
  hold: "502 for legacy; what a function cannot be asked is legacy's, writes too, once",
  async run(trial) {
    const monolith = await startMonolith();
    trial.defer(() => monolith.close());
    const { private: key, cert } = await generate([{ name: "commonName", value: "localhost" }]);
    let reached = 0;
    const untrusted = createServer({ key, cert }, (_req, res) => ((reached += 1), res.end()));
    untrusted.listen(0, "127.0.0.1");
    await once(untrusted, "listening");
    trial.defer(() => (untrusted.closeAllConnections(), untrusted.close()));
    const secure = `https://localhost:${(untrusted.address() as AddressInfo).port}`;
    const unknown = "http://nowhere.invalid";
    const count = trial.pick(4, 40);
    for (const [name, url] of Object.entries({ "unknown host": unknown, "untrusted certificate": secure })) {
      const legacy = await startGateway(trial, {
        name: `${name} legacy`.replaceAll(" ", "-"),
        config: `legacy: { url: "${url}", timeout: 10s }`,
      });
      const refused = await askMany(count, 4, () => ({ port: legacy.port, path: "/orders" }));
      trial.must(`legacy, ${name}: ${refused.text}`, refused.only(502));
      const config = `legacy: { url: "${monolith.url}" }
aws: { region: eu-central-1, endpoint: "${url}" }
routes:
  web: { match: { path: /web }, function: { url: "${url}" }, stage: cutover, timeout: 20s, breaker: { minimumCalls: 100000 } }
  lambda: { match: { path: /lambda }, function: { lambda: f }, stage: cutover, timeout: 20s, breaker: { minimumCalls: 100000 } }`;
      const gateway = await startGateway(trial, { config, name: `${name} function`.replaceAll(" ", "-") });
      for (const path of ["/web", "/lambda"]) {
        const ids = Array.from({ length: count }, (_, i) => `${name} ${path} ${i}`);
        const writes = await askMany(count, 4, (n) => ({
          port: gateway.port,
          path,
          method: "POST",
          body: "{}",
          headers: { "x-id": ids[n]! },
        }));
        trial.must(`${path}, ${name}: ${writes.text}`, writes.only(200) && writes.by("legacy") === count);
        const once = ids.every((id) => monolith.wrote.filter((one) => one === id).length === 1);
        trial.must(`${path}, ${name}: once`, once);
        const read = await ask({ port: gateway.port, path });
        trial.must(`${path}, ${name}: ${read.outcome}`, read.outcome === 200);
      }
      trial.figure(
        `${name}: as legacy ${refused.text}, median ${refused.ms(0.5).toFixed(0)} ms; as a function, by HTTPS and by AWS's client: ${2 * count} writes done by legacy, once`,
      );
    }
    trial.must("nobody spoke to a host that nobody vouches for", reached === 0);
  },
};

import { expect, it } from "vitest";
import { loadConfig } from "../../../gateway/config/load.ts";
import { shareOf } from "../../../gateway/workers/share.ts";

function configOf(yaml: string) {
  const loaded = loadConfig(yaml, "routes.yaml", {});
  if ("problems" in loaded) throw new Error(JSON.stringify(loaded.problems));
  return loaded.config;
}

const config = configOf(`
version: 1
legacy: { url: "http://a", connections: 100 }
limits: { connections: 1001, requests: 10 }
mirror: { concurrency: 1, perSecond: 30 }
routes:
  a:
    match: { method: GET, path: /a }
    function: { url: "https://f.example.com", connections: 9 }
    shadow: { enough: { pairs: 300, thenPerSecond: 1 } }
  b: { match: { method: GET, path: /b }, function: { lambda: b } }
`);

it("divides what the gateway as a whole may take, rounded up", () => {
  const share = shareOf(config, 3);
  expect(share.legacy.connections).toBe(34);
  expect(share.limits).toMatchObject({ connections: 334, requests: 4 });
  expect(share.mirror).toMatchObject({ concurrency: 1, perSecond: 10 });
  expect(share.routes[0]?.function).toMatchObject({ connections: 3 });
  expect(share.routes[0]?.shadow.enough?.pairs).toBe(100);
  expect(share.routes[0]?.shadow.enough?.thenPerSecond).toBeCloseTo(1 / 3);
});

it("leaves everything else as it is, what one request may take included", () => {
  const share = shareOf(config, 3);
  const { connections: _c, requests: _r, ...perRequest } = config.limits;
  expect(share.limits).toMatchObject(perRequest);
  expect(share.routes[1]).toEqual(config.routes[1]);
  expect(shareOf(config, 1)).toEqual(config);
});

it("is plain data, which another process can be sent", () => {
  expect(structuredClone(shareOf(config, 2))).toEqual(shareOf(config, 2));
});

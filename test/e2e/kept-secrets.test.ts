import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Diffs } from "../../gateway/admin/contract.ts";
import { startStack, type Stack } from "../support/stack.ts";

// Each answer of this one differs from every other in its requestId, so that pairs are worth a sample.
const routes = `
  list-customers: { match: { method: GET, path: /api/customers }, function: { lambda: list-customers }, stage: shadow, shadow: { secondary: 0 } }
`;
const SENT = ["bearer-secret-1f", "session-secret-2e", "query-secret-3d", "own-secret-4c"];
/** What each answer has in it. */
const EMAIL = "customer1@shop.example";
const CITY = "Saint-Étienne";

describe("what is kept of compared pairs", () => {
  let stack: Stack;
  beforeAll(async () => {
    const redact = "redact: { names: [x-own], places: [body/customers/*/city] }";
    stack = await startStack(routes, `mirror: { lag: 1m }\n${redact}`);
  });
  afterAll(() => stack.close());

  const samples = async (): Promise<Diffs["samples"]> => {
    const answer = await fetch(`${stack.adminUrl}/api/diffs?route=list-customers&at=body/requestId`);
    return ((await answer.json()) as Diffs).samples;
  };

  it("has no secret of the request or of the answers, in the store's file or in what is shown", async () => {
    const headers = {
      authorization: `Bearer ${SENT[0]}`,
      cookie: `sid=${SENT[1]}`,
      "x-own": SENT[3]!,
    };
    const answer = await fetch(`${stack.url}/api/customers?limit=4&token=${SENT[2]}`, { headers });
    const body = await answer.text();
    for (const planted of [EMAIL, CITY]) expect(body).toContain(planted);
    await expect.poll(async () => (await samples()).length, { timeout: 20_000 }).toBe(1);

    const shown = JSON.stringify(await samples());
    await stack.gateway.stop();
    const files = readdirSync(stack.folder).filter((name) => name.startsWith("evidence.db"));
    const kept = files.map((name) => readFileSync(join(stack.folder, name)));
    const isThere = (text: string) => shown.includes(text) || kept.some((file) => file.includes(text));
    expect(["/api/customers", "newsletter", "redacted:"].filter((text) => !isThere(text))).toEqual([]);
    expect([...SENT, EMAIL, CITY].filter(isThere)).toEqual([]);
  });
});

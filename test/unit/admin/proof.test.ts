import { describe, expect, it } from "vitest";
import type { AdminParts } from "../../../gateway/admin/admin-parts.ts";
import { localOperator } from "../../../gateway/admin/local-operator.ts";
import { StoreError } from "../../../gateway/store/evidence-store.ts";
import { memoryStore } from "../../../gateway/store/memory.ts";
import { prove } from "../../support/proven-routes.ts";
import { containing } from "../cli/text-matchers.ts";
import { fakeParts, FROZEN, tableOf } from "./fake-parts.ts";

const TABLE = tableOf(`
version: 1
legacy: { url: "http://127.0.0.1:3000" }
routes:
  proven: { match: { method: GET, path: /a }, function: { lambda: a }, stage: shadow, group: both }
  unproven: { match: { method: GET, path: /b }, function: { lambda: b }, stage: shadow, group: both }
`);
const CANARY = { stage: "canary", percent: 5, reason: "r" } as const;

async function anOperator() {
  const { parts, changes } = await fakeParts();
  const evidence = memoryStore();
  await prove(evidence, [TABLE.routes[0]!], FROZEN.now());
  const operatorOn = (store: AdminParts["evidence"]) =>
    localOperator({ ...parts, evidence: store, table: () => TABLE });
  return { operator: operatorOn(evidence), operatorOn, changes };
}

describe("a move up", () => {
  it("is made where evidence says yes", async () => {
    const { operator } = await anOperator();
    expect(await operator.flip({ route: "proven", ...CANARY })).toMatchObject({ made: true, notes: [] });
    expect(await operator.promote({ route: "proven" })).toMatchObject({ made: true });
  });

  it("is refused without evidence, with what to try, and writes nothing", async () => {
    const { operator, changes } = await anOperator();
    for (const wish of [
      operator.flip({ route: "unproven", ...CANARY }),
      operator.promote({ route: "unproven", percent: 5 }),
      operator.flip({ route: "proven", ...CANARY, group: true }),
    ])
      await expect(wish).rejects.toMatchObject({
        kind: "not-proven",
        message: containing("unproven stays where it is, as too little is known: no pair was compared"),
        next: "banyan can-i-cutover unproven --to canary, or --force and a reason",
      });
    expect(changes).toEqual([]);
  });

  it("is made when forced, and only said when it is but looked at", async () => {
    const { operator } = await anOperator();
    const doubt = [containing("unproven: too little is known")];
    const looked = await operator.flip({ route: "unproven", ...CANARY, dryRun: true });
    expect(looked).toMatchObject({ made: false, notes: doubt });
    const forced = await operator.flip({ route: "unproven", ...CANARY, force: true });
    expect(forced).toMatchObject({ made: true, notes: doubt });
  });

  it("within a canary asks again, and a move down never does", async () => {
    const { operator } = await anOperator();
    await operator.flip({ route: "unproven", ...CANARY, force: true });
    await expect(operator.flip({ route: "unproven", ...CANARY, percent: 50 })).rejects.toMatchObject({
      kind: "not-proven",
    });
    expect(await operator.flip({ route: "unproven", ...CANARY, percent: 1 })).toMatchObject({ made: true });
    expect(await operator.rollback({ route: "unproven" })).toMatchObject({ made: true });
  });

  it("is refused where the evidence cannot be read, unless it is forced", async () => {
    const gone = () => Promise.reject(new StoreError("the disk is gone"));
    const operator = (await anOperator()).operatorOn({ summaries: gone, samples: gone });
    await expect(operator.flip({ route: "proven", ...CANARY })).rejects.toMatchObject({
      kind: "not-proven",
      message: containing("the evidence cannot be read: the disk is gone"),
    });
    expect(await operator.flip({ route: "proven", ...CANARY, force: true })).toMatchObject({ made: true });
  });
});

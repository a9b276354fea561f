import { Client } from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { StoreError, type EvidenceStore } from "../../gateway/store/evidence-store.ts";
import { postgresStore } from "../../gateway/store/postgres.ts";
import { AT, batch, filed, increment, KEY } from "../contract/evidence-store-examples.ts";
import { ownPostgres, someSchema, type OwnPostgres } from "../support/postgres.ts";
import { batchesIn, batchNamed, startWriting, type Writing } from "./store-writing.ts";

const PATIENT = { connectTimeoutMs: 25_000 };
const DAY_MS = 24 * 3_600_000;
let server: OwnPostgres;
const open: EvidenceStore[] = [];
beforeAll(async () => void (server = await ownPostgres()), 60_000);
afterAll(() => server.end());
afterEach(async () => {
  for (const store of open.splice(0)) await store.close();
});

function storeIn(schema: string, more: Partial<Parameters<typeof postgresStore>[0]> = {}): EvidenceStore {
  const store = postgresStore({ url: server.url, schema, ...more });
  open.push(store);
  return store;
}

async function started(schema = someSchema()): Promise<EvidenceStore> {
  const store = storeIn(schema);
  await store.start();
  return store;
}

async function sql(text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: server.url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

const failureOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StoreError);
  return error as StoreError;
};

describe("gateways that share a database", () => {
  it(
    "add up exactly while one is killed and the server goes down and comes back",
    { timeout: 120_000 },
    async () => {
      const schema = someSchema();
      const writing = [
        startWriting({ url: server.url, schema }),
        startWriting({ url: server.url, schema }),
      ] as const;
      const more = (writer: Writing, batches: number) => {
        const enough = writer.written.size + batches;
        return vi.waitFor(() => expect(writer.written.size).toBeGreaterThan(enough), { timeout: 30_000 });
      };
      await Promise.all(writing.map((writer) => more(writer, 50)));
      await server.stop();
      await server.start();
      await Promise.all(writing.map((writer) => more(writer, 50)));
      await writing[0].kill();
      await more(writing[1], 50);
      await writing[1].finish();

      const store = await started(schema);
      const tried = new Set(writing.flatMap((writer) => [...writer.tried]));
      const written = new Set(writing.flatMap((writer) => [...writer.written]));
      const [before] = await batchesIn(store);
      expect(before).toBeGreaterThanOrEqual(written.size);
      // What the killed one did not live to hear of is sent again, as is much that was written long ago.
      const uncertain = [...tried].filter((id) => !written.has(id));
      for (const id of [...uncertain, ...[...written].slice(0, 50)]) await store.append(batchNamed(id));
      expect(await batchesIn(store)).toEqual(new Set([tried.size]));
      expect(await sql(`SELECT count(*)::integer AS n FROM ${schema}.samples`)).toEqual([{ n: tried.size }]);
    },
  );

  it("may all start at once on an empty database", async () => {
    const schema = someSchema();
    const stores = Array.from({ length: 5 }, () => storeIn(schema));
    await Promise.all(stores.map((store) => store.start()));
    await Promise.all(
      stores.map((store) => store.append(batch({ increments: [increment()], samples: [filed()] }))),
    );
    expect((await stores[0]!.summaries({}))[0]!.counts.compared).toBe(5);
    expect(await stores[1]!.samples({})).toHaveLength(5);
  });

  it("wait for each other and never for themselves, whatever order they count in", async () => {
    const schema = someSchema();
    // All of them queue for a few connections, which may take a slow machine a while.
    const [one, other] = [storeIn(schema, PATIENT), storeIn(schema, PATIENT)];
    await Promise.all([one.start(), other.start()]);
    const deadlocks = async () =>
      Number((await sql("SELECT sum(deadlocks) AS n FROM pg_stat_database"))[0]!["n"]);
    const before = await deadlocks();
    const ids = Array.from({ length: 30 }, (_, i) => `${i}`);
    const rounds = Array.from({ length: 60 }, (_, i) => {
      const order = i % 2 === 0 ? ids : ids.toReversed();
      const increments = order.map((functionVersion) => increment({ key: { ...KEY, functionVersion } }));
      return (i % 2 === 0 ? one : other).append(batch({ increments }));
    });
    await Promise.all(rounds);
    expect(new Set((await one.summaries({})).map(({ counts }) => counts.compared))).toEqual(new Set([60]));
    expect(await deadlocks()).toBe(before);
  });

  it("hear of each other's batches by NOTIFY, with the ids of the routes", async () => {
    const schema = someSchema();
    const store = await started(schema);
    const listener = new Client({ connectionString: server.url });
    await listener.connect();
    const heard: (string | undefined)[] = [];
    listener.on("notification", ({ payload }) => void heard.push(payload));
    await listener.query(`LISTEN ${schema}_evidence`);
    const routes = ["b", "a", "b"].map((routeId) => increment({ key: { ...KEY, routeId } }));
    await store.append(batch({ increments: routes }));
    const many = Array.from({ length: 1_000 }, (_, i) =>
      increment({ key: { ...KEY, routeId: `route-${i}` } }),
    );
    await store.append(batch({ increments: many }));
    await vi.waitFor(() => expect(heard).toEqual(['["b","a"]', ""]), { timeout: 5_000 });
    await listener.end();
  });
});

describe("samples by day", () => {
  const daysOf = async (schema: string) =>
    (
      await sql(`SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
      WHERE inhparent = '${schema}.samples'::regclass`)
    ).length;

  it("are forgotten with their partition, and may come again", async () => {
    const schema = someSchema();
    const [store, other] = [await started(schema), await started(schema)];
    const old = () => filed({ at: AT - 9 * DAY_MS });
    await store.append(batch({ samples: [old(), old(), filed()] }));
    await other.append(batch({ samples: [old()] }));
    expect(await daysOf(schema)).toBe(4);
    const retention = { countsForMs: 1e12, samplesForMs: DAY_MS, samplesMaxBytes: 1e9 };
    expect(await store.forget(retention, AT)).toEqual({ hours: 0, samples: 3 });
    expect(await daysOf(schema)).toBe(2);
    // The other does not know yet that the partition is gone.
    await other.append(batch({ samples: [old()] }));
    expect(await other.samples({})).toHaveLength(2);
  });
});

describe("a database that cannot be used", () => {
  it("is said not to be there, without the password", async () => {
    const store = storeIn("banyan", { url: "postgres://me:s3cret@127.0.0.1:1/x" });
    const { message, mayPass } = await failureOf(store.start());
    expect(message).toMatch(/ECONNREFUSED.*see that the server runs/);
    expect(message).not.toContain("s3cret");
    expect(mayPass).toBe(true);
  });

  it("is said to refuse the password", async () => {
    const store = storeIn("banyan", { url: server.url.replace(":postgres@", ":wrong@") });
    expect((await failureOf(store.start())).message).toMatch(/see that user and password are right/);
  });

  it("is said to be a newer release's", async () => {
    const schema = someSchema();
    await started(schema);
    await sql(`UPDATE ${schema}.tables_version SET version = 99`);
    expect((await failureOf(storeIn(schema).start())).message).toMatch(/newer release.*version 99/);
  });

  it("is said to be somebody else's", async () => {
    const schema = someSchema();
    await sql(`CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.orders (id integer)`);
    expect((await failureOf(storeIn(schema).start())).message).toMatch(/tables of something else/);
    expect(await sql(`SELECT tablename FROM pg_tables WHERE schemaname = '${schema}'`)).toHaveLength(1);
  });

  it("is not asked for a schema whose name is none", async () => {
    expect((await failureOf(storeIn("a; DROP TABLE x").start())).message).toMatch(/no name for a schema/);
  });

  it("gives up on a statement that takes too long, and works afterwards", async () => {
    const schema = someSchema();
    await started(schema);
    const store = storeIn(schema, { statementTimeoutMs: 200 });
    await store.start();
    const blocker = new Client({ connectionString: server.url });
    await blocker.connect();
    await blocker.query(`BEGIN; LOCK TABLE ${schema}.hours IN ACCESS EXCLUSIVE MODE`);
    const once = batch({ increments: [increment()] });
    expect((await failureOf(store.append(once))).mayPass).toBe(true);
    await blocker.query("ROLLBACK");
    await blocker.end();
    await store.append(once);
    expect((await store.summaries({}))[0]!.counts.compared).toBe(1);
  });

  it("needs no right to create a schema that is there", async () => {
    const [schema, role] = [someSchema(), someSchema()];
    await sql(`CREATE ROLE ${role} LOGIN PASSWORD 'p'; CREATE SCHEMA ${schema} AUTHORIZATION ${role}`);
    const url = server.url.replace("postgres:postgres@", `${role}:p@`);
    const store = storeIn(schema, { url });
    await store.start();
    await store.append(batch({ increments: [increment()], samples: [filed()] }));
    expect(await store.samples({})).toHaveLength(1);
    expect((await failureOf(storeIn(someSchema(), { url }).start())).message).toMatch(
      /let its user create a schema/,
    );
  });
});

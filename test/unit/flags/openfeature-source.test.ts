import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import {
  ErrorCode,
  InMemoryProvider,
  OpenFeatureEventEmitter,
  ProviderEvents,
  type JsonValue,
  type Provider,
  type ResolutionDetails,
} from "@openfeature/server-sdk";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../../gateway/clock.ts";
import { NO_FLAGS, type FlagSource } from "../../../gateway/flags/flag-source.ts";
import { openFeatureFlags, type OpenFeatureFlagsOptions } from "../../../gateway/flags/openfeature-source.ts";

let folder: string;
let cacheFile: string;
let changed: string[];
let rejected: string[];
let sources: FlagSource[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "openfeature-"));
  cacheFile = join(folder, "data", "kept.json");
  changed = [];
  rejected = [];
  sources = [];
});
afterEach(async () => {
  await Promise.all(sources.map((source) => source.stop()));
  await rm(folder, { recursive: true });
});

function source(provider: Provider, options: Partial<OpenFeatureFlagsOptions> = {}): FlagSource {
  const made = openFeatureFlags({
    provider,
    clock: systemClock,
    // Too long to be seen here: what happens, happens by events.
    pollMs: 3_600_000,
    onChange: ({ version }) => changed.push(version),
    onRejected: (problem) => rejected.push(problem),
    ...options,
  });
  sources.push(made);
  return made;
}

const document = (version: number, more: object = {}) => ({ version, ...more });
const flag = (value: JsonValue) => ({
  banyan: { variants: { on: value }, defaultVariant: "on", disabled: false },
});

/** A provider that does what a test says. */
class ScriptedProvider implements Provider {
  readonly metadata = { name: "scripted" };
  readonly events?: OpenFeatureEventEmitter;
  resolves: () => unknown = () => ({ value: document(1), reason: "STATIC" });
  initializes: () => Promise<void> = () => Promise.resolve();
  closes: () => Promise<void> = () => Promise.resolve();
  evaluations = 0;
  initializations = 0;

  constructor(tells: "with events" | "without events" = "with events") {
    if (tells === "with events") this.events = new OpenFeatureEventEmitter();
  }
  initialize() {
    this.initializations += 1;
    return this.initializes();
  }
  onClose() {
    return this.closes();
  }
  resolveObjectEvaluation<T extends JsonValue>(_key: string, _default: T) {
    this.evaluations += 1;
    return this.resolves() as Promise<ResolutionDetails<T>>;
  }
  resolveBooleanEvaluation = () => Promise.reject(new Error("not asked for"));
  resolveStringEvaluation = () => Promise.reject(new Error("not asked for"));
  resolveNumberEvaluation = () => Promise.reject(new Error("not asked for"));
}

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 15_000 });
const goesStale = (flags: FlagSource) => eventually(() => expect(flags.health().fresh).toBe(false));
const becomes = (flags: FlagSource, version: string) =>
  eventually(() => {
    expect(flags.current().version).toBe(version);
    expect(flags.health().fresh).toBe(true);
  });
const hanging = () => new Promise<never>(() => {});

describe("openFeatureFlags", { timeout: 30_000 }, () => {
  it("are the document in one object flag, taken up again when the provider says so", async () => {
    const provider = new InMemoryProvider(
      flag(document(1, { routes: { "get-order": { stage: "shadow" } } })),
    );
    const flags = source(provider);
    await flags.start();
    expect(flags.current().routes.get("get-order")?.stage).toBe("shadow");
    expect(flags.health()).toMatchObject({ fresh: true, problem: null });
    provider.putConfiguration(flag(document(2)));
    await becomes(flags, "2");
    expect(changed).toEqual(["1", "2"]);
    expect(rejected).toEqual([]);
  });

  it("may have another key", async () => {
    const provider = new InMemoryProvider({ edge: flag(document(5)).banyan });
    const flags = source(provider, { flagKey: "edge" });
    await flags.start();
    expect(flags.current().version).toBe("5");
  });

  it("are asked for again and again where no event tells of a change", async () => {
    const provider = new ScriptedProvider("without events");
    const flags = source(provider, { pollMs: 50 });
    await flags.start();
    provider.resolves = () => ({ value: document(2) });
    await becomes(flags, "2");
    expect(changed).toEqual(["1", "2"]);
  });

  it("are never evaluated for whoever reads them", async () => {
    const provider = new ScriptedProvider();
    const flags = source(provider);
    await flags.start();
    await eventually(() => expect(provider.evaluations).toBeGreaterThan(0));
    const { evaluations } = provider;
    for (let n = 0; n < 1000; n++) flags.current();
    expect(provider.evaluations).toBe(evaluations);
  });

  it("take a burst of events for a few, and end up with the newest document", async () => {
    const provider = new ScriptedProvider();
    const flags = source(provider);
    await flags.start();
    const { evaluations } = provider;
    for (let version = 2; version <= 2000; version++) {
      provider.resolves = () => ({ value: document(version) });
      provider.events?.emit(ProviderEvents.ConfigurationChanged);
      // Time enough to look after each of them.
      if (version % 20 === 0) await nextTurn();
    }
    await becomes(flags, "2000");
    expect(provider.evaluations - evaluations).toBeLessThan(50);
  });

  it("see a change that comes while they are being evaluated", async () => {
    const provider = new ScriptedProvider();
    const flags = source(provider);
    await flags.start();
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const { evaluations } = provider;
    provider.resolves = () => promise;
    provider.events?.emit(ProviderEvents.ConfigurationChanged);
    await eventually(() => expect(provider.evaluations).toBe(evaluations + 1));
    provider.resolves = () => ({ value: document(3) });
    provider.events?.emit(ProviderEvents.ConfigurationChanged);
    resolve({ value: document(2) });
    await becomes(flags, "3");
    expect(changed).toEqual(["1", "2", "3"]);
  });

  it("leave a provider alone once stopped: closed, with nobody listening", async () => {
    const provider = new ScriptedProvider();
    let closed = 0;
    provider.closes = async () => void (closed += 1);
    const flags = source(provider);
    await flags.start();
    await flags.stop();
    expect(closed).toBe(1);
    const { evaluations } = provider;
    for (const event of Object.values(ProviderEvents)) {
      expect(provider.events?.getHandlers(event)).toEqual([]);
    }
    provider.resolves = () => ({ value: document(2) });
    await flags.start();
    expect(provider.evaluations).toBeGreaterThan(evaluations);
    expect(flags.current().version).toBe("2");
  });

  it.each([
    ["rejects", () => Promise.reject(new Error("as ordered"))],
    ["never ends", hanging],
    [
      "throws",
      () => {
        throw new Error("as ordered");
      },
    ],
  ])("stop all the same when closing %s", async (_, closes) => {
    const provider = new ScriptedProvider();
    provider.closes = closes;
    const flags = source(provider);
    await flags.start();
    await flags.stop();
    expect(flags.current().version).toBe("1");
  });
});

const CYCLE: Record<string, unknown> = {};
CYCLE["self"] = CYCLE;

describe("a provider that fails", { timeout: 30_000 }, () => {
  it.each<[string, () => unknown, string]>([
    [
      "throws",
      () => {
        throw new Error("as ordered");
      },
      "as ordered",
    ],
    ["rejects", () => Promise.reject(new Error("as ordered")), "as ordered"],
    ["rejects with no error", () => Promise.reject("as ordered"), "as ordered"],
    ["never answers", hanging, "no answer within 5000 ms"],
    [
      "says so",
      () => ({ value: {}, errorCode: ErrorCode.PARSE_ERROR, errorMessage: "bad" }),
      "PARSE_ERROR: bad",
    ],
    ["says so by its reason alone", () => ({ value: document(9), reason: "ERROR" }), "does not say why"],
    ["resolves to nothing", () => undefined, "resolved it to nothing"],
    ["has no value", () => ({}), "of type undefined"],
    ["has a text", () => ({ value: '{"version": 9}' }), "of type string"],
    ["has a boolean", () => ({ value: true }), "of type boolean"],
    ["has null", () => ({ value: null }), "of type null"],
    ["has a list", () => ({ value: [document(9)] }), "a list"],
    ["has a cycle", () => ({ value: CYCLE }), "circular"],
    ["has a BigInt", () => ({ value: { version: 9n } }), "BigInt"],
    ["has another object", () => ({ value: { flag: true } }), "it holds no valid flags:\n1:"],
    ["has far too much", () => ({ value: { version: 9, salt: "x".repeat(300_000) } }), "256 KiB"],
  ])("because it %s changes nothing, says why once, and recovers", async (_, resolves, words) => {
    const provider = new ScriptedProvider();
    const flags = source(provider);
    await flags.start();
    await becomes(flags, "1");
    const { lastReadAt } = flags.health();
    provider.resolves = resolves;
    provider.events?.emit(ProviderEvents.ConfigurationChanged);
    await goesStale(flags);
    provider.events?.emit(ProviderEvents.ConfigurationChanged);
    expect(flags.current().version).toBe("1");
    expect(flags.health().problem).toMatch(/^OpenFeature flag banyan: /);
    expect(flags.health().problem).toContain(words);
    expect(flags.health().problem).toContain("version 1 stays in use");
    expect(flags.health().lastReadAt).toBe(lastReadAt);
    provider.resolves = () => ({ value: document(2) });
    provider.events?.emit(ProviderEvents.ConfigurationChanged);
    await becomes(flags, "2");
    expect(rejected).toHaveLength(1);
    expect(changed).toEqual(["1", "2"]);
  });

  it("by giving the default back has no value", async () => {
    const provider = new InMemoryProvider(flag(document(1)));
    const flags = source(provider);
    await flags.start();
    provider.putConfiguration({ banyan: { ...flag(document(2)).banyan, disabled: true } });
    await goesStale(flags);
    expect(flags.health().problem).toContain("it has no value, with the reason DISABLED");
    provider.putConfiguration({});
    await eventually(() => expect(flags.health().problem).toContain("FLAG_NOT_FOUND"));
    expect(flags.current().version).toBe("1");
  });

  it("only in name, by the reason DEFAULT, is believed: flagd calls a default variant so", async () => {
    const provider = new ScriptedProvider();
    provider.resolves = () => ({ value: document(4), reason: "DEFAULT" });
    const flags = source(provider);
    await flags.start();
    expect(flags.current().version).toBe("4");
    expect(flags.health().fresh).toBe(true);
  });

  it.each([
    [ProviderEvents.Stale, "the provider says that it is stale: lost the line"],
    [ProviderEvents.Error, "the provider says that it fails: lost the line"],
  ] as const)("says so by %s: not fresh until it is ready again", async (event, words) => {
    const provider = new ScriptedProvider();
    const flags = source(provider);
    await flags.start();
    await becomes(flags, "1");
    provider.events?.emit(event, { message: "lost the line" });
    await goesStale(flags);
    expect(flags.health().problem).toContain(words);
    expect(flags.current().version).toBe("1");
    provider.events?.emit(ProviderEvents.Ready);
    await becomes(flags, "1");
    expect(changed).toEqual(["1"]);
  });

  it("to be up to date is used, and not fresh", async () => {
    const provider = new ScriptedProvider();
    provider.resolves = () => ({ value: document(1), reason: "STALE" });
    const flags = source(provider);
    await flags.start();
    expect(flags.current().version).toBe("1");
    expect(flags.health()).toMatchObject({ fresh: false, lastReadAt: null });
    expect(flags.health().problem).toContain("stale");
  });

  it("to initialize is asked all the same, and says when it has recovered", async () => {
    const provider = new ScriptedProvider();
    provider.initializes = () => Promise.reject(new Error("no such host"));
    provider.resolves = () => Promise.reject(new Error("not connected"));
    const flags = source(provider);
    await flags.start();
    expect(flags.current()).toBe(NO_FLAGS);
    expect(flags.health().problem).toContain("not connected; the provider did not initialize: no such host");
    provider.resolves = () => ({ value: document(1) });
    provider.events?.emit(ProviderEvents.Ready);
    await becomes(flags, "1");
    expect(provider.initializations).toBe(1);
  });

  it.each<[string, () => Promise<void>]>([
    ["rejects", () => Promise.reject(new Error("no such host"))],
    [
      "throws",
      () => {
        throw new Error("no such host");
      },
    ],
  ])(
    "to initialize, because it %s, is initialized again where it has no events to tell",
    async (_, initializes) => {
      const provider = new ScriptedProvider("without events");
      provider.initializes = initializes;
      provider.resolves = () => Promise.reject(new Error("not connected"));
      const flags = source(provider, { pollMs: 20 });
      await flags.start();
      expect(flags.health().problem).toContain("no such host");
      provider.initializes = () => Promise.resolve();
      provider.resolves = () => ({ value: document(1) });
      await becomes(flags, "1");
      expect(provider.initializations).toBeGreaterThan(1);
    },
  );

  it("to initialize in time holds up no start, and is used when it is ready, however late", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const provider = new ScriptedProvider("without events");
    provider.initializes = () => promise;
    const flags = source(provider);
    await flags.start();
    expect(flags.current()).toBe(NO_FLAGS);
    expect(flags.health().problem).toContain("it has not answered within 3000 ms yet");
    expect(provider.evaluations).toBe(0);
    await eventually(() => expect(flags.health().problem).toContain("no answer within 5000 ms"));
    resolve();
    await becomes(flags, "1");
    expect(provider.initializations).toBe(1);
  });

  it("at the start leaves the kept flags in use", async () => {
    const before = source(new InMemoryProvider(flag(document(7))), { cacheFile });
    await before.start();
    await before.stop();
    expect(await readFile(cacheFile, "utf8")).toBe('{"version":7}');

    const provider = new ScriptedProvider();
    provider.resolves = () => Promise.reject(new Error("down"));
    const flags = source(provider, { cacheFile });
    await flags.start();
    expect(flags.current().version).toBe("7");
    expect(flags.health()).toMatchObject({ fresh: false, lastReadAt: null });
    expect(flags.health().problem).toMatch(/version 7, kept in .*kept.json, stays in use/);
  });

  it("does not, when only the flags cannot be kept: that is said, and they are used", async () => {
    await writeFile(join(folder, "data"), "a file where the folder should be");
    const flags = source(new ScriptedProvider(), { cacheFile });
    await flags.start();
    expect(flags.current().version).toBe("1");
    expect(flags.health().fresh).toBe(true);
    expect(rejected).toEqual([expect.stringContaining("flags cannot be kept")]);
  });
});

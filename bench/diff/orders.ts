import type { Observation } from "../../gateway/diff/observation.ts";

/** Numbers in [0, 1), the same in each run. */
export type Random = () => number;

/** Mulberry32 (T. Ettinger, public domain). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** An order as the API answers with it. What is noisy on its own is at the end. */
export interface Order {
  [name: string]: unknown;
  number: unknown;
  total: unknown;
  customer: { [name: string]: unknown };
  items: { [name: string]: unknown }[];
  labels: unknown[];
  related: unknown[];
}

/** An answer that can still be changed: by noise, by a regression. */
export interface Answer {
  status: number;
  headers: Map<string, string>;
  order: Order;
  /** Applied to the bytes at last. */
  readonly mangle: ((bytes: Buffer) => Buffer)[];
  isFailure: boolean;
}

const NAMES = ["Ada Lovelace", "Zoë Müller", "Grace Hopper", "Alan Turing", "Emmy Noether", "Søren Berg"];
const CITIES = ["Zürich", "Bremen", "Århus", "Łódź", "New York"];
const WARES = ["lamp", "chair", "desk", "shelf", "carpet", "mirror", "vase", "clock"];

const pick = <T>(list: readonly T[], random: Random): T => list[Math.floor(random() * list.length)]!;
export const whole = (below: number, random: Random) => Math.floor(random() * below);

/** A number as it is to be written: `12.50` keeps its zero. */
export const written = (source: string): unknown =>
  (JSON as unknown as { rawJSON(source: string): unknown }).rawJSON(source);
export const textOf = (value: unknown): string => String((value as { rawJSON?: string }).rawJSON ?? value);

export function aTime(random: Random): string {
  return new Date(1_763_000_000_000 + whole(2_000_000_000, random)).toISOString();
}

export function aUuid(random: Random): string {
  const [a, b, c, d] = Array.from({ length: 4 }, () =>
    whole(2 ** 32, random)
      .toString(16)
      .padStart(8, "0"),
  );
  return `${a}-${b!.slice(0, 4)}-4${b!.slice(5)}-a${c!.slice(1, 4)}-${c!.slice(4)}${d}`;
}

/** What one side answers to one of a thousand requests when nothing is noisy. */
export function anAnswer(request: number): Answer {
  const { status, headers, order } = (POOL[request % POOL_SIZE] ??= newAnswer(
    seededRandom(request % POOL_SIZE),
  ));
  const { customer, items, labels, related } = order;
  const own = { customer: { ...customer }, labels: [...labels], related: [...related] };
  const copy: Order = { ...order, ...own, items: items.map((item) => ({ ...item })) };
  return { status, headers: new Map(headers), order: copy, mangle: [], isFailure: false };
}

const POOL_SIZE = 1_000;
const POOL: Answer[] = [];

function newAnswer(random: Random): Answer {
  const n = 1000 + whole(9_000_000, random);
  const order: Order = {
    id: `ord_${n.toString(36)}`,
    number: n,
    status: pick(["paid", "shipped", "delivered"], random),
    isPaid: true,
    isGift: false,
    total: written(`${20 + whole(2000, random)}.${10 + whole(89, random)}`),
    discount: written(`-${1 + whole(9, random)}.${11 + whole(88, random)}`),
    currency: "EUR",
    customer: {
      name: pick(NAMES, random),
      city: pick(CITIES, random),
      zip: String(10_000 + whole(89_999, random)),
      loyaltyId: aUuid(random),
      phone: null,
    },
    createdAt: aTime(random),
    deliverOn: aTime(random).slice(0, 10),
    note: `Bell "3" & <b>floor</b> ${whole(50, random)}, ring ${pick(WARES, random)} twice`,
    items: Array.from({ length: 3 }, (_, i) => ({
      sku: `SKU-${whole(90_000, random)}`,
      name: WARES[(n + i) % WARES.length],
      quantity: 1 + whole(9, random),
      price: written(`${1 + whole(300, random)}.${10 + whole(89, random)}`),
    })),
    labels: [pick(WARES, random), `n${n}`, "eu"],
    self: `https://api.shop.example/orders/${n}?view=a%20b`,
    updatedAt: aTime(random),
    traceId: aUuid(random),
    viewCount: whole(5_000, random),
    cached: "hit",
    related: ["a", "b", "c", "d"].map((each) => `${each}${n}`),
  };
  const headers = new Map([
    ["Content-Type", "application/json; charset=utf-8"],
    ["Cache-Control", "private, max-age=60"],
    ["ETag", `"${n.toString(16)}-x"`],
    ["Vary", "Accept-Encoding"],
    ["X-Region", "eu-1"],
    ["Location", `/orders/${n}`],
    ["Set-Cookie", `basket=b${n}; Path=/; Secure; HttpOnly; SameSite=Lax`],
  ]);
  return { status: 200, headers, order, mangle: [], isFailure: false };
}

export function shuffle(list: unknown[], random: Random): void {
  for (let n = list.length - 1; n > 0; n--) {
    const other = whole(n + 1, random);
    [list[n], list[other]] = [list[other], list[n]];
  }
}

/** Fields of orders that are noisy on their own, and a fresh value of theirs. */
export const NATURAL: Readonly<Record<string, (answer: Answer, random: Random) => void>> = {
  "body/updatedAt": ({ order }, random) => (order["updatedAt"] = aTime(random)),
  "body/traceId": ({ order }, random) => (order["traceId"] = aUuid(random)),
  "body/viewCount": ({ order }, random) => (order["viewCount"] = whole(5_000, random)),
  "body/cached": ({ order }, random) => (order["cached"] = pick(["miss", "stale"], random)),
  "body/related": ({ order }, random) => shuffle(order.related, random),
};

/** The answer as it came over the wire. */
export function observed(answer: Answer): Observation {
  if (answer.isFailure) return { kind: "failed", failure: "timeout", durationMs: 1 };
  let bytes: Buffer = Buffer.from(JSON.stringify(answer.order));
  for (const change of answer.mangle) bytes = change(bytes);
  const headers = [...answer.headers].flat();
  const body = { bytes, length: bytes.length, sha256: null };
  return { kind: "answered", status: answer.status, headers, body, durationMs: 1, version: null };
}

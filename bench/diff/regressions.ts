import { foldPlace } from "../../gateway/diff/group.ts";
import {
  type Answer,
  aTime,
  aUuid,
  NATURAL,
  type Order,
  type Random,
  shuffle,
  textOf,
  whole,
  written,
} from "./orders.ts";

/** A fault that is injected into the candidate's answers, and noise of the same place. */
export interface Regression {
  readonly name: string;
  /** Places that it may show at, with all below them; what differs elsewhere is noise. */
  readonly at: readonly string[];
  /** Breaks the answer. Never leaves it as it was. */
  readonly corrupt: (answer: Answer, random: Random) => void;
  /** Gives the place another value that is right. */
  readonly flicker: (answer: Answer, random: Random) => void;
}

type Change = (value: string, order: Order, random: Random) => unknown;
type Bag = Record<string, unknown>;

const bagOf = ({ order }: Answer, path: string): [Bag, string] => {
  const [first = "", ...rest] = path.split("/");
  if (first === "items") return [order.items[1]!, rest[1]!];
  return first === "customer" ? [order.customer, rest[0]!] : [order, first];
};

const set = (answer: Answer, path: string, change: Change, random: Random) => {
  const [bag, name] = bagOf(answer, path);
  bag[name] = change(textOf(bag[name]), answer.order, random);
};

/** Values that a field could have as well. */
const FRESH: Readonly<Record<string, Change>> = {
  text: (_, __, random) => `Person ${whole(1e6, random).toString(36)} Smith`,
  integer: (_, __, random) => 1000 + whole(9_000_000, random),
  count: (_, __, random) => 10 + whole(1_000_000, random),
  money: (_, __, random) => written(`${20 + whole(200_000, random)}.${10 + whole(89, random)}`),
  debt: (_, __, random) => written(`-${1 + whole(90_000, random)}.${11 + whole(88, random)}`),
  time: (_, __, random) => aTime(random),
  date: (_, __, random) => new Date(whole(1.7e12, random)).toISOString().slice(0, 10),
  uuid: (_, __, random) => aUuid(random),
  flag: (value) => value !== "true",
  code: (_, __, random) => ["USD", "GBP", "CHF", "SEK", "PLN"][whole(5, random)],
  word: (_, __, random) => ["open", "packed", "returned", "lost"][whole(4, random)],
  zip: (_, __, random) => String(10_000 + whole(89_999, random)),
  note: (_, __, random) => `Bell "${whole(1e6, random)}" & <b>floor</b>, ring twice`,
  url: (_, __, random) => `https://api.shop.example/orders/${whole(1e7, random)}?view=a%20b`,
};

const field = (name: string, path: string, kind: string, change: Change): Regression => ({
  name,
  at: [foldPlace(`body/${path}`)],
  corrupt: (answer, random) => set(answer, path, change, random),
  flicker: (answer, random) => set(answer, path, FRESH[kind]!, random),
});

const fixed = (value: string, digits: number) => written(Number(value).toFixed(digits));
const money = (value: string) => Number(value).toLocaleString("de-DE", { minimumFractionDigits: 2 });

const VALUES: readonly Regression[] = [
  field("number as a string", "number", "integer", (v) => v),
  field("string as a number", "customer/zip", "zip", (v) => Number(v)),
  field("lost precision", "total", "money", (v) => fixed(v, 1)),
  field("rounded to whole", "total", "money", (v) => Math.round(Number(v))),
  field("floating-point dust", "items/1/price", "money", (v) => written(`${v}0000000001`)),
  field("cents", "total", "money", (v) => Math.round(Number(v) * 100)),
  field("off by one", "number", "integer", (v) => Number(v) + 1),
  field("off by one in a list", "items/1/quantity", "count", (v) => Number(v) - 1),
  field("lost sign", "discount", "debt", (v) => written(v.slice(1))),
  field("locale of numbers", "total", "money", money),
  field("wrong amount", "total", "money", (_, __, random) => FRESH["money"]!("", {} as Order, random)),
  field("a tenth too much", "items/1/price", "money", (v) => fixed(String(Number(v) * 1.1), 2)),
  field("wrong name", "customer/name", "text", (_, __, random) => FRESH["text"]!("", {} as Order, random)),
  field("default value", "status", "word", () => "new"),
  field("wrong currency", "currency", "code", () => "JPY"),
  field("symbol of a currency", "currency", "code", () => "€"),
  field("null", "customer/city", "text", () => null),
  field("empty text", "customer/city", "text", () => ""),
  field("null as text", "customer/city", "text", () => "null"),
  field("upper case", "customer/name", "text", (v) => v.toUpperCase()),
  field("lower case", "currency", "code", (v) => v.toLowerCase()),
  field("capitalised word", "status", "word", (v) => v[0]!.toUpperCase() + v.slice(1)),
  field("truncated text", "note", "note", (v) => v.slice(0, 12)),
  field("space at the end", "customer/name", "text", (v) => `${v} `),
  field("HTML-escaped", "note", "note", (v) => v.replaceAll("&", "&amp;").replaceAll("<", "&lt;")),
  field("tags stripped", "note", "note", (v) => v.replace(/<[^>]*>/g, "")),
  field("UTF-8 read as latin1", "customer/name", "text", (v) => Buffer.from(`${v}é`).toString("latin1")),
  field("encoded twice", "self", "url", (v) => v.replaceAll("%", "%25")),
  field("http for https", "self", "url", (v) => v.replace("https", "http")),
  field("relative URL", "self", "url", (v) => v.replace(/^https:..[^/]*/, "")),
  field("time an hour off", "createdAt", "time", (v) => new Date(Date.parse(v) + 3_600_000).toISOString()),
  field("time with an offset", "createdAt", "time", (v) => v.replace("Z", "+02:00")),
  field("time without zone", "createdAt", "time", (v) => v.replace("Z", "")),
  field("time as a number", "createdAt", "time", (v) => Date.parse(v)),
  field("day of yesterday", "deliverOn", "date", (v) =>
    new Date(Date.parse(v) - 86_400_000).toISOString().slice(0, 10),
  ),
  field("date the other way round", "deliverOn", "date", (v) => v.split("-").toReversed().join(".")),
  field("upper-case UUID", "customer/loyaltyId", "uuid", (v) => v.toUpperCase()),
  field("UUID without dashes", "customer/loyaltyId", "uuid", (v) => v.replaceAll("-", "")),
  field("boolean as a string", "isPaid", "flag", (v) => v),
  field("boolean as a number", "isGift", "flag", (v) => (v === "true" ? 1 : 0)),
  field("value in an array", "customer/zip", "zip", (v) => [v]),
];

const shuffleItems = ({ order }: Answer, random: Random) => {
  // Noise of a list that is listed anew: each element is another.
  for (const item of order.items) item["name"] = `ware ${whole(1e6, random).toString(36)}`;
  shuffle(order.items, random);
};
const freshLabels = (answer: Answer, random: Random) => {
  answer.order.labels = [`l${whole(1e6, random)}`, `m${whole(1e6, random)}`, "eu"];
};
const setHeader = (name: string, value: string | null) => (answer: Answer) => {
  if (value === null) answer.headers.delete(name);
  else answer.headers.set(name, value);
};
const freshHeader = (name: string, fresh: (n: number) => string) => (answer: Answer, random: Random) => {
  answer.headers.set(name, fresh(whole(1e6, random)));
};
const cookie = (from: string, to: string) => (answer: Answer) => {
  answer.headers.set("Set-Cookie", answer.headers.get("Set-Cookie")!.replace(from, to));
};
const freshCookie = (answer: Answer, random: Random) => {
  const line = answer.headers.get("Set-Cookie")!;
  answer.headers.set("Set-Cookie", line.replace("Path=/", `Path=/p${whole(1e6, random)}`));
};
const freshStatus = (answer: Answer, random: Random) => {
  answer.status = [202, 203, 206][whole(3, random)]!;
};

const STRUCTURE: readonly Regression[] = [
  {
    name: "missing member",
    at: ["body/customer/city"],
    corrupt: ({ order }) => delete order.customer["city"],
    flicker: (answer, random) => set(answer, "customer/city", FRESH["text"]!, random),
  },
  {
    name: "extra member",
    at: ["body/debug"],
    corrupt: ({ order }) => (order["debug"] = { took: 3 }),
    flicker: ({ order }, random) => (order["debug"] = whole(1e6, random)),
  },
  {
    name: "dropped element",
    at: ["body/labels"],
    corrupt: (a) => a.order.labels.pop(),
    flicker: freshLabels,
  },
  {
    name: "doubled element",
    at: ["body/labels"],
    corrupt: (a) => a.order.labels.push("eu"),
    flicker: freshLabels,
  },
  {
    name: "other order",
    at: ["body/labels"],
    corrupt: ({ order }) => (order.labels = order.labels.toReversed()),
    flicker: freshLabels,
  },
  {
    name: "empty list",
    at: ["body/items"],
    corrupt: ({ order }) => (order.items = []),
    flicker: shuffleItems,
  },
  {
    name: "flat instead of nested",
    at: ["body/customer"],
    corrupt: ({ order }) => Object.assign(order, { customer: order.customer["name"] }),
    flicker: (answer, random) => set(answer, "customer/name", FRESH["text"]!, random),
  },
  {
    name: "broken noise: id that is none",
    at: ["body/traceId"],
    corrupt: ({ order }) => (order["traceId"] = "undefined"),
    flicker: NATURAL["body/traceId"]!,
  },
];

const HTTP: readonly Regression[] = [
  { name: "status", at: ["status"], corrupt: (a) => (a.status = 201), flicker: freshStatus },
  {
    name: "no answer",
    at: ["failure"],
    corrupt: (a) => (a.isFailure = true),
    flicker: (a) => (a.isFailure = true),
  },
  {
    name: "server error",
    at: ["status", "body", "header"],
    corrupt: (a) => Object.assign(a, { status: 500, order: { error: "TypeError" } }),
    flicker: freshStatus,
  },
  {
    name: "truncated body",
    at: ["body"],
    corrupt: (a) => a.mangle.push((bytes) => bytes.subarray(0, bytes.length - 20)),
    flicker: (answer, random) => set(answer, "note", FRESH["note"]!, random),
  },
  {
    name: "other charset",
    at: ["header/content-type", "body"],
    corrupt: setHeader("Content-Type", "application/json; charset=iso-8859-1"),
    flicker: freshHeader("Content-Type", (n) => `application/json; charset=utf-8; v=${n}`),
  },
  {
    name: "other content type",
    at: ["header/content-type", "body"],
    corrupt: setHeader("Content-Type", "text/plain"),
    flicker: freshHeader("Content-Type", (n) => `application/json; charset=utf-8; v=${n}`),
  },
  {
    name: "header missing",
    at: ["header/cache-control"],
    corrupt: setHeader("Cache-Control", null),
    flicker: freshHeader("Cache-Control", (n) => `private, max-age=${n}`),
  },
  {
    name: "header wrong",
    at: ["header/x-region"],
    corrupt: setHeader("X-Region", "us-1"),
    flicker: freshHeader("X-Region", (n) => `eu-${n}`),
  },
  {
    name: "location wrong",
    at: ["header/location"],
    corrupt: (a) => a.headers.set("Location", `/v2${a.headers.get("Location")}`),
    flicker: freshHeader("Location", (n) => `/orders/${n}`),
  },
  {
    name: "weak ETag",
    at: ["header/etag"],
    corrupt: (a) => a.headers.set("ETag", `W/${a.headers.get("ETag")}x`),
    flicker: freshHeader("ETag", (n) => `"${n.toString(16)}-x"`),
  },
  { name: "cookie not HttpOnly", at: ["cookie"], corrupt: cookie("; HttpOnly", ""), flicker: freshCookie },
  { name: "cookie of other SameSite", at: ["cookie"], corrupt: cookie("Lax", "None"), flicker: freshCookie },
];

/** All regressions there are. */
export const REGRESSIONS: readonly Regression[] = [...VALUES, ...STRUCTURE, ...HTTP];

import { importHar } from "../corpus/har.ts";
import { firstValue } from "../http/headers.ts";
import type { Proposal } from "./proposal.ts";
import { proposalOf } from "./proposal-of.ts";

/** What pages are made of, and what no function is written for. */
const STATIC = /\.(?:js|mjs|css|map|png|jpe?g|gif|webp|avif|svg|ico|woff2?|ttf|otf|eot|mp4|webm|txt)$/i;
const NUMBER = /^\d+$/;
/** RFC 9562 §4; MongoDB's and other ids of at least 16 hexadecimal digits. */
const UUID_OR_HEX = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{16,})$/i;

/**
 * A route for each path and method that was asked for, the most requested first: ids in paths become `{id}`. Of several
 * hosts only the one that was asked most counts. Rejects with a CorpusError when there is no such file.
 */
export async function proposeFromHar(file: string): Promise<Proposal> {
  const hosts = new Map<string, Map<string, number>>();
  const unread = new Set<number>();
  for await (const item of importHar(file)) {
    if (item.kind === "problem") unread.add(item.problem.line);
    if (item.kind !== "entry") continue;
    const { method, target, headers } = item.entry.request;
    const [path = ""] = target.split("?");
    if (STATIC.test(path)) continue;
    const host = firstValue(headers, "host")?.toLowerCase() ?? "";
    const seen = hosts.get(host) ?? new Map<string, number>();
    hosts.set(host, seen);
    const place = `${method} ${generalised(path)}`;
    seen.set(place, (seen.get(place) ?? 0) + 1);
  }
  const [most, ...others] = [...hosts].toSorted(([, a], [, b]) => total(b) - total(a));
  const places = [...(most?.[1] ?? [])].toSorted(([, a], [, b]) => b - a);
  const { routes, leftOut } = proposalOf(
    places.map(([place, count]) => {
      const [method = "", path = ""] = place.split(" ");
      return { method, path, note: `${count} ${count === 1 ? "request" : "requests"}`, name: "" };
    }),
  );
  const elsewhere = others.map(([host, seen]) => `${total(seen)} requests to ${host || "no host"}`);
  const partly =
    unread.size === 0 ? [] : [`${unread.size} entries, or parts of them: banyan import har says why`];
  return { routes, leftOut: [...leftOut, ...elsewhere, ...partly] };
}

/** `/api/orders/1001/lines/7` → `/api/orders/{id}/lines/{id2}`. */
export function generalised(path: string): string {
  let ids = 0;
  return path
    .split("/")
    .map((step) => {
      if (NUMBER.test(step) || UUID_OR_HEX.test(step)) {
        ids += 1;
        return ids === 1 ? "{id}" : `{id${ids}}`;
      }
      return step.replaceAll("{", "%7B").replaceAll("}", "%7D").replaceAll("*", "%2A");
    })
    .join("/");
}

function total(counts: ReadonlyMap<string, number>): number {
  return counts.values().reduce((sum, count) => sum + count, 0);
}

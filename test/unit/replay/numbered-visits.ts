import type { RequestListener } from "node:http";
import { anEntry } from "./entries.ts";

export const SESSIONS = 100;
export const STEPS = 10;

/** Sessions of ten requests each, and all sessions' first requests come before any one's second. */
export async function* numberedVisits() {
  for (let step = 0; step < STEPS; step++) {
    for (let n = 0; n < SESSIONS; n++) {
      const request = {
        target: `/items/${n}-${step}`,
        headers: ["Host", "shop.example.com", "Cookie", "sid=recorded"],
      };
      yield anEntry(`${n}-${step}`, { session: `s${n}`, request });
    }
  }
}

/** A server on which each step of a visit needs the one before, by the cookie that the first one got. */
export function numberedVisitsServer(name: string, isWrong: (target: string) => boolean): RequestListener {
  const next = new Map<string, number>();
  let given = 0;
  return (req, res) => {
    const [, n, step] = /^\/items\/(\d+)-(\d+)$/.exec(req.url!) ?? ["", "", "-1"];
    const sid =
      Number(step) === 0 ? `${name}${++given}` : (/sid=(\w+)/.exec(req.headers.cookie ?? "")?.[1] ?? "");
    const expected = Number(step) === 0 ? 0 : next.get(sid);
    // Whoever is asked twice is asked for the same step again.
    const isInOrder = expected === Number(step) || expected === Number(step) + 1;
    if (isInOrder) next.set(sid, Number(step) + 1);
    if (Number(step) === 0)
      res.setHeader("set-cookie", "seen=1; Path=/").appendHeader("set-cookie", `sid=${sid}`);
    const body = { n, step, wrong: isWrong(req.url!) };
    res.writeHead(isInOrder ? 200 : 409, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
}

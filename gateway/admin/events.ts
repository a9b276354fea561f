import type { ServerResponse } from "node:http";
import type { AdminParts } from "./admin-parts.ts";
import type { Change } from "./events-changes.ts";
import { EventLog } from "./events-log.ts";
import { liveGatewayOf, liveRoutesOf } from "./events-state.ts";
import type { Asked } from "./operation.ts";
import { Refusal } from "./refusal.ts";

/** Changes as they happen, for everybody who listens. */
export interface EventFeed {
  /** Sends what changes until the client goes away; null, because nothing is left to send. Throws a Refusal. */
  serve(asked: Pick<Asked, "req" | "res" | "identity">): null;
  /** Ends all streams. */
  close(): void;
}

interface Listener {
  readonly res: ServerResponse;
  readonly untilMs: number | null;
  /** Number of the newest change that was sent; null when nothing was. */
  seen: number | null;
  /** True when it took nothing since the heartbeat before. */
  stuck: boolean;
}

/** Changes that come together are told together. */
const STATE_AFTER_MS = 50;
const EVIDENCE_AFTER_MS = 1000;
const HEARTBEAT_MS = 15_000;
/** Listeners that are sent something before requests get their turn again. */
const AT_ONCE = 50;
/** When a browser asks again after the end of a stream. */
const RETRY_MS = 2000;

/**
 * The newest state for each listener. Nobody is sent anything while they have not taken what was sent before: whoever is
 * slow gets fewer events, and the newest, so that a listener costs at most one message that waits. Who takes nothing from
 * one heartbeat to the next is dropped. While nobody listens, nothing is done.
 */
export function eventFeed(parts: AdminParts, heartbeatMs: number = HEARTBEAT_MS): EventFeed {
  const { live, clock } = parts;
  const log = new EventLog();
  const listeners = new Set<Listener>();
  /** Routes whose evidence is newer than what was told. */
  const evidence = new Set<string>();

  const noteState = () => {
    if (live === null) return;
    log.note("gateway", "", liveGatewayOf(parts, live));
    for (const route of liveRoutesOf(parts, live)) log.note("route", route.id, route);
  };
  const noteEvidence = (ids: Iterable<string>) => {
    for (const id of ids) {
      const counts = live?.changes.evidence(id) ?? null;
      if (counts !== null) log.note("evidence", id, counts);
    }
    evidence.clear();
  };
  const sendAll = () => {
    const waiting = [...listeners];
    const sendSome = () => {
      for (const listener of waiting.splice(0, AT_ONCE)) send(listener, log);
      if (waiting.length > 0) setImmediate(sendSome);
    };
    sendSome();
  };
  const stateLater = later(STATE_AFTER_MS, () => {
    noteState();
    sendAll();
  });
  const evidenceLater = later(EVIDENCE_AFTER_MS, () => {
    noteEvidence(evidence);
    sendAll();
  });
  const endAll = () => {
    for (const { res } of listeners) end(res);
    listeners.clear();
  };

  const hear = (change: Change) => {
    if (change.kind === "configuration") {
      // With other routes, and maybe without those who listen: everybody asks anew, and is asked who they are.
      endAll();
      log.clear();
    }
    if (listeners.size === 0) return;
    if (change.kind === "state") return stateLater.arm();
    if (change.kind === "evidence") {
      evidence.add(change.routeId);
      evidenceLater.arm();
    }
  };
  const beat = () => {
    if (listeners.size === 0) return;
    // What nobody tells of, such as a flag that ends.
    noteState();
    for (const listener of listeners) {
      const { res, untilMs, stuck } = listener;
      if (untilMs !== null && clock.now() >= untilMs) {
        listeners.delete(listener);
        end(res);
      } else if (!res.writableNeedDrain) res.write(": still here\n\n");
      else if (stuck) res.destroy();
      else listener.stuck = true;
    }
    sendAll();
  };
  const unsubscribe = live?.changes.subscribe(hear);
  const beating = setInterval(beat, heartbeatMs).unref();

  return {
    serve({ req, res, identity }) {
      if (live === null) throw new Refusal("failed", "no gateway runs, so nothing changes", "banyan start");
      const { streams } = live.operators();
      if (listeners.size >= streams) {
        throw new Refusal(
          "busy",
          `${streams} streams are open, and more are not allowed (operators.streams)`,
        );
      }
      if (listeners.size === 0) {
        noteState();
        noteEvidence(parts.table().routes.map(({ id }) => id));
      }
      const headers = { "Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no" };
      res.writeHead(200, headers).write(`retry: ${RETRY_MS}\n\n`);
      const seen = log.positionOf(req.get("Last-Event-ID"));
      const listener: Listener = { res, untilMs: identity.untilMs, seen, stuck: false };
      listeners.add(listener);
      res.on("drain", () => {
        listener.stuck = false;
        send(listener, log);
      });
      res.on("close", () => void listeners.delete(listener));
      send(listener, log);
      return null;
    },
    close() {
      unsubscribe?.();
      clearInterval(beating);
      stateLater.disarm();
      evidenceLater.disarm();
      endAll();
    },
  };
}

function send(listener: Listener, log: EventLog): void {
  const { res, seen } = listener;
  // What it has not taken goes first; `drain` tells.
  if (res.writableNeedDrain || res.destroyed || res.writableEnded || seen === log.seq) return;
  listener.seen = log.seq;
  res.write(seen === null ? log.snapshot() : log.since(seen));
}

/** The end would wait for ever behind what is not taken. */
function end(res: ServerResponse): void {
  if (res.writableNeedDrain) res.destroy();
  else res.end();
}

/** Something that is done once, some time after the first of many occasions for it. */
function later(afterMs: number, act: () => void): { arm(): void; disarm(): void } {
  let timer: NodeJS.Timeout | null = null;
  return {
    arm() {
      timer ??= setTimeout(() => {
        timer = null;
        act();
      }, afterMs).unref();
    },
    disarm() {
      if (timer !== null) clearTimeout(timer);
      timer = null;
    },
  };
}

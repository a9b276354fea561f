import { setTimeout as pause } from "node:timers/promises";
import type { Request, Response } from "express";
import { Refusal } from "./refusal.ts";

/** A part of the path, decoded. */
export function pathPart(req: Request, name: string): string {
  const value = req.params[name] ?? "";
  return typeof value === "string" ? value : value.join("/");
}

/** The query as it was sent, without its question mark. */
export function queryString(req: Request): string {
  const start = req.originalUrl.indexOf("?");
  return start === -1 ? "" : req.originalUrl.slice(start + 1);
}

/** A query parameter; repeated ones are joined with a comma. */
export function queryText(req: Request, name: string): string | undefined {
  const values = new URLSearchParams(queryString(req)).getAll(name);
  return values.length === 0 ? undefined : values.join(",");
}

/** A whole number of the query, within its bounds. */
export function queryNumber(
  req: Request,
  name: string,
  { least, most, otherwise }: { least: number; most: number; otherwise: number },
): number {
  const text = queryText(req, name);
  if (text === undefined) return otherwise;
  const value = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new Refusal(400, "bad-query", `${name} must be a whole number from ${least} to ${most}.`);
}

/** A cookie's value. */
export function cookie(req: Request, name: string): string | undefined {
  for (const pair of (req.headers.cookie ?? "").split(";")) {
    const [key = "", ...value] = pair.trim().split("=");
    if (key === name) return value.join("=");
  }
  return undefined;
}

/** Waits; says whether the client is still there. */
export async function waitWith(res: Response, ms: number): Promise<boolean> {
  const gone = new AbortController();
  const leave = () => gone.abort();
  res.once("close", leave);
  await pause(ms, undefined, { signal: gone.signal }).catch(() => undefined);
  res.off("close", leave);
  return !gone.signal.aborted;
}

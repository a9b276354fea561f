import type { Request, Response } from "express";
import { queryNumber, queryString } from "./reading.ts";

/** Which part of a list the caller wants. */
export interface Page {
  readonly page: number;
  readonly perPage: number;
  readonly offset: number;
}

export function pageOf(req: Request): Page {
  const page = queryNumber(req, "page", { least: 1, most: 100_000, otherwise: 1 });
  const perPage = queryNumber(req, "perPage", { least: 1, most: 100, otherwise: 20 });
  return { page, perPage, offset: (page - 1) * perPage };
}

/** X-Total-Count, and Link to the neighbouring pages (RFC 8288). */
export function announcePages(req: Request, res: Response, { page, perPage }: Page, total: number): void {
  const last = Math.max(1, Math.ceil(total / perPage));
  const link = (rel: string, target: number) => {
    const query = new URLSearchParams(queryString(req));
    query.set("page", String(target));
    return `<${req.path}?${query.toString()}>; rel="${rel}"`;
  };
  const links = [link("first", 1)];
  if (page > 1) links.push(link("prev", Math.min(page - 1, last)));
  if (page < last) links.push(link("next", page + 1));
  links.push(link("last", last));
  res.set({ Link: links.join(", "), "X-Total-Count": String(total) });
}

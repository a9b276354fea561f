import { readFileSync } from "node:fs";
import { Router } from "express";

/** Nothing from elsewhere, nothing inline, and no text that becomes code or markup (Trusted Types without any policy). */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** Path → file of `page-assets/`, which `npm run build:page` writes, and its type. */
const FILES = [
  ["/", "page.html", "text/html"],
  ["/page.js", "page.js", "text/javascript"],
  ["/page.css", "page.css", "text/css"],
] as const;

/** The operator's page. It holds nothing but itself, so whoever reaches the listener may have it: the API asks for proof. */
export function page(): Router {
  const router = Router();
  for (const [path, name, type] of FILES) {
    const text = readFileSync(new URL(`page-assets/${name}`, import.meta.url), "utf8");
    router.get(path, (_req, res) => {
      res.set("Content-Security-Policy", PAGE_POLICY).type(`${type}; charset=utf-8`).send(text);
    });
  }
  return router;
}

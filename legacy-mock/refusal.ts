import type { NextFunction, Request, Response } from "express";

/** A request the shop turns down, in words for the caller. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Nothing answers this path. */
export function refuseUnknown(req: Request): never {
  throw new Refusal(404, "not-found", `There is no ${req.method} ${req.path}.`);
}

/** Whatever was thrown, as an answer. Express knows it by its four parameters. */
export function answerRefusal(error: unknown, _: Request, res: Response, _next: NextFunction): void {
  const { status, code, message } = refusalOf(error);
  if (res.headersSent) return void res.destroy();
  res.status(status).json({ error: { code, message } });
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const status = statusOf(error);
  if (status === 413) return new Refusal(413, "too-large", "The body is too large.");
  if (error instanceof SyntaxError && status === 400)
    return new Refusal(400, "invalid-json", "The body is not valid JSON.");
  if (status < 500) return new Refusal(status, "bad-request", "The request cannot be understood.");
  console.error(error);
  return new Refusal(500, "internal", "Something went wrong.");
}

/** Express and its body parsers put the status on the error. */
function statusOf(error: unknown): number {
  const status: unknown = error instanceof Error && "status" in error ? error.status : undefined;
  return typeof status === "number" ? status : 500;
}

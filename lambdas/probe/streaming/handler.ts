import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { journal } from "../../shop/journal.ts";

type Out = Parameters<Parameters<typeof awslambda.streamifyResponse<APIGatewayProxyEventV2>>[0]>[1];

/**
 * The probe of answers that stream: told how to behave, and in the journal, as the other one is. What begins with `late`
 * happens after the first bytes of the body have left.
 */
export const handler = awslambda.streamifyResponse<APIGatewayProxyEventV2>(async (event, out) => {
  const { headers } = event;
  if (process.env["SHOP_DB"] !== undefined) journal("probe", headers["idempotency-key"] ?? event.rawPath);
  const behave = BEHAVIOURS.get(headers["x-probe"] ?? "ok");
  if (behave === undefined) throw new Error(`No such probe. There are: ${[...BEHAVIOURS.keys()].join(", ")}`);
  await behave(out, headers["x-probe-text"] ?? "");
});

type Behaviour = (out: Out, text: string) => unknown;

const HALF = "half of ";

const BEHAVIOURS = new Map<string, Behaviour>([
  ["ok", (out) => ended(begun(out), "all of it")],
  ["throw", () => thrown()],
  ["exit", () => process.exit(1)],
  ["hang", () => pause(900_000)],
  ["late-throw", (out) => half(out).then(thrown)],
  ["late-exit", (out) => half(out).then(() => process.exit(1))],
  ["late-kill", (out) => half(out).then(() => process.kill(process.pid, "SIGKILL"))],
  ["late-hang", (out) => half(out).then(() => pause(900_000))],
  // A head that says what no head may say, and one that is written by hand in `x-probe-text`, `\\0` for a NUL.
  ["bad-status", (out) => ended(begun(out, 99), "x")],
  ["by-hand", (out, text) => ended(out, text.replaceAll("\\0", "\0"))],
]);

function begun(out: Out, statusCode = 200): Out {
  return awslambda.HttpResponseStream.from(out, { statusCode, headers: { "content-type": "text/plain" } });
}

/** Long enough in the past for the bytes to have reached the reader. */
async function half(out: Out): Promise<void> {
  begun(out).write(HALF);
  await pause(100);
}

async function ended(out: Out, text: string): Promise<void> {
  // The runtime sends the head with the first write, and never with the end.
  out.write(text);
  out.end();
  await once(out, "finish");
}

function thrown(): never {
  throw new Error("thrown because the request said so");
}

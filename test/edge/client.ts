import { connect, type Socket } from "node:net";
import type { EdgeCase } from "./edge-case.ts";
import { Malformed, readMessage, type Message } from "./message.ts";

/** An answer as a client sees it. */
export interface Answered {
  readonly status: number;
  readonly reason: string;
  readonly message: Message;
  /** Statuses of the interim answers before it. */
  readonly interim: readonly number[];
  /** `cut`: the connection ended before the answer did. What follows a 101 is as whole as it is. */
  readonly state: "whole" | "partial" | "cut";
}

/** What came over a connection, taken apart. */
export interface Heard {
  readonly answers: readonly Answered[];
  /** Why what came is no sequence of answers, or null. */
  readonly malformed: string | null;
}

/** A client's connection. */
export interface Client {
  readonly socket: Socket;
  /** Every byte that came, one character a byte. */
  received(): string;
  /** `end`: closed in order. */
  ending(): "open" | "end" | "reset";
}

export async function connectTo(port: number, from: string = "127.0.0.1"): Promise<Client> {
  const socket = connect({ port, host: "127.0.0.1", localAddress: from, allowHalfOpen: true });
  let received = "";
  let ending: ReturnType<Client["ending"]> = "open";
  socket.on("data", (chunk) => (received += chunk.toString("latin1")));
  socket.on("end", () => (ending = "end"));
  socket.on("error", () => (ending = "reset"));
  socket.on("close", () => {
    if (ending === "open") ending = "reset";
  });
  await new Promise<void>((resolve) => socket.once("connect", resolve).once("close", () => resolve()));
  return { socket, received: () => received, ending: () => ending };
}

/** Reads answers strictly, by the methods that were asked with. */
export function hear(
  client: Pick<Client, "received" | "ending">,
  { methods = [] }: Pick<EdgeCase, "methods">,
): Heard {
  const bytes = client.received();
  const ending = client.ending();
  const answers: Answered[] = [];
  let interim: number[] = [];
  let at = 0;
  try {
    while (at < bytes.length) {
      const bodiless = methods[answers.length] === "HEAD";
      const message = readMessage(bytes, at, "answer", (line) => bodyEndOf(statusOf(line), bodiless));
      if (message === undefined) {
        const junk =
          ending === "open" ? null : `bytes behind an answer: ${JSON.stringify(bytes.slice(at, at + 80))}`;
        return { answers, malformed: junk };
      }
      at = message.end;
      const status = statusOf(message.startLine);
      if (status < 200 && status !== 101) {
        interim.push(status);
        continue;
      }
      // Without a length, the end of the connection is the end of the answer, if it is an orderly one (RFC 9112 §6.3).
      const untilClose = !message.fields.some(([name]) =>
        /^(?:content-length|transfer-encoding)$/i.test(name),
      );
      const whole = message.whole || status === 101 || (untilClose && ending === "end");
      const reason = message.startLine.slice("HTTP/1.1 200 ".length);
      answers.push({
        status,
        reason,
        message,
        interim,
        state: whole ? "whole" : ending === "open" ? "partial" : "cut",
      });
      interim = [];
    }
    return { answers, malformed: null };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { answers, malformed: error.message };
  }
}

function statusOf(startLine: string): number {
  return Number(startLine.slice("HTTP/1.1 ".length, "HTTP/1.1 200".length));
}

function bodyEndOf(status: number, bodiless: boolean): "none" | "by-fields" | "never" {
  if (status === 101) return "never";
  return bodiless || status < 200 || status === 204 || status === 304 ? "none" : "by-fields";
}

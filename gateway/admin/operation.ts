import type { Request, Response } from "express";
import { z } from "zod";
import type { Identity } from "./auth/identity.ts";
import type { Role } from "./auth/role.ts";
import type { Operator } from "./operator.ts";
import { parseRequest } from "./parse-request.ts";

/** A request as an operation sees it. */
export interface Asked {
  readonly req: Request;
  readonly res: Response;
  /** Who asks. */
  readonly identity: Identity;
  /** Grants wishes, and writes down where they came from. */
  readonly operator: Operator;
}

interface Described {
  /** Only POST may change anything. */
  readonly method: "GET" | "POST";
  readonly path: string;
  /** In a few words, for the API's document. */
  readonly summary: string;
  /** The least that one must be; some wishes need more. */
  readonly needs: Role;
  /** What a 200 has: JSON of this shape, or the media type of what it streams until the client goes away. */
  readonly gives: z.ZodType | string;
}

/** One thing the API can do. */
export interface Operation extends Described {
  /** The query of a GET, or the body of a POST. */
  readonly takes: z.ZodType;
  /** Resolves with the JSON to send; null when all is sent. Rejects with a Refusal or an AccessRefused. */
  readonly run: (asked: Asked) => Promise<object | null>;
}

/** An operation that takes what its schema makes of the request. */
export function operation<Wish>(
  described: Described & {
    readonly takes: z.ZodType<Wish>;
    readonly run: (wish: Wish, asked: Asked) => Promise<object | null>;
  },
): Operation {
  const { method, takes, run } = described;
  return {
    ...described,
    run: async (asked) => {
      const input: unknown = method === "GET" ? fromQuery(takes, asked.req.query) : asked.req.body;
      return run(parseRequest(takes, input), asked);
    },
  };
}

/** Parameters by name; one that may be repeated is a list when it is there once, too. */
function fromQuery(takes: z.ZodType, query: Readonly<Record<string, unknown>>): object {
  const shape = takes instanceof z.ZodObject ? takes.shape : {};
  const given = Object.entries(query).map(([name, value]): [string, unknown] => [
    name,
    isList(shape[name]) ? [value].flat() : value,
  ]);
  return Object.fromEntries(given);
}

function isList(schema: unknown): boolean {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) return isList(schema.unwrap());
  return schema instanceof z.ZodArray;
}

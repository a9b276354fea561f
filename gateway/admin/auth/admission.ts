import type { Request, RequestHandler } from "express";
import type { Clock } from "../../clock.ts";
import type { OperatorsConfig } from "../../config/operators-schema.ts";
import { plainAddress } from "../../http/trust.ts";
import { roleMissing } from "./access-refused.ts";
import { attempts } from "./attempts.ts";
import { ALB_FIELD, authentication, type Authenticate } from "./authentication.ts";
import type { Identity } from "./identity.ts";
import { keyFetch } from "./key-fetch.ts";
import { suffices, type Role } from "./role.ts";

/** The door of the operator's API. */
export interface Admission {
  /** Lets requests pass of which it is known who sent them; the others end in an AccessRefused. */
  readonly door: RequestHandler;
  /** Who sent a request that has passed. */
  identityOf(req: Request): Identity;
}

/** Asks everybody who they are, by the proofs that the newest configuration asks for. */
export function admission(operators: () => OperatorsConfig, clock: Clock): Admission {
  const parts = { clock, tried: attempts(clock), fetchText: keyFetch({ clock }) };
  const admitted = new WeakMap<Request, Identity>();
  let current: { readonly config: OperatorsConfig; readonly authenticate: Authenticate } | null = null;
  return {
    door: async (req, _res, next) => {
      const config = operators();
      if (current?.config !== config) current = { config, authenticate: authentication(config, parts) };
      const identity = await current.authenticate({
        peer: plainAddress(req.socket.remoteAddress),
        authorization: req.headers.authorization,
        albData: req.get(ALB_FIELD),
      });
      admitted.set(req, identity);
      next();
    },
    identityOf(req) {
      const identity = admitted.get(req);
      if (identity === undefined) throw new Error("this request never passed the door");
      return identity;
    },
  };
}

/** Throws an AccessRefused for whoever may not do what needs this role. */
export function demand({ name, role }: Identity, needed: Role): void {
  if (!suffices(role, needed)) throw roleMissing(name ?? "whoever is on this machine", role, needed);
}

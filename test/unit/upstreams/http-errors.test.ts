import { describe, expect, it } from "vitest";
import { httpFailure } from "../../../gateway/upstreams/http-errors.ts";

describe("a request", () => {
  it.each([
    ["ECONNREFUSED", "refused"],
    ["EHOSTUNREACH", "refused"],
    ["ENETUNREACH", "refused"],
    ["ETIMEDOUT", "connect-timeout"],
    ["ENOTFOUND", "unresolved"],
    ["EAI_AGAIN", "unresolved"],
    ["EMFILE", "unavailable"],
    ["EPROTO", "tls"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "tls"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "tls"],
    ["CERT_HAS_EXPIRED", "tls"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "tls"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "tls"],
    ["ECONNRESET", "refused"],
    ["EPIPE", "refused"],
    ["", "refused"],
  ] as const)(
    "that failed with %s says %s of a connection that never was, and no more than reset of one that was",
    (code, kind) => {
      const error = Object.assign(new Error("no"), code === "" ? {} : { code });
      const early = httpFailure(error, false);
      expect([early.kind, early.phase]).toEqual([kind, "not-started"]);
      const late = httpFailure(error, true);
      expect([late.kind, late.phase]).toEqual(["reset", "unknown"]);
    },
  );
});

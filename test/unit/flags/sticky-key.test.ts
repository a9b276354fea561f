import { describe, expect, it } from "vitest";
import { stickyKey } from "../../../gateway/flags/sticky-key.ts";
import type { StickySource } from "../../../gateway/routes/route.ts";
import { aRequest } from "../../support/requests.ts";

const header: StickySource = { from: "header", name: "X-User-Id" };
const cookie: StickySource = { from: "cookie", name: "sid" };
const query: StickySource = { from: "query", name: "user" };
const param: StickySource = { from: "param", name: "id" };
const address: StickySource = { from: "address" };
const newCookie: StickySource = { from: "new-cookie", name: "banyan" };

const keyBy = (
  source: StickySource,
  parts: Parameters<typeof aRequest>[0],
  params: Readonly<Record<string, string>> = {},
) => stickyKey([source], aRequest(parts), params)?.key;
const withCookies = (...fields: string[]) => ({ headers: fields.flatMap((field) => ["Cookie", field]) });

describe("stickyKey", () => {
  it("finds a key in each kind of source", () => {
    expect(keyBy(header, { headers: ["x-user-id", "ann"] })).toBe("ann");
    expect(keyBy(cookie, withCookies("sid=ann"))).toBe("ann");
    expect(keyBy(query, { target: "/?user=ann" })).toBe("ann");
    expect(keyBy(param, {}, { id: "ann" })).toBe("ann");
    expect(
      keyBy(address, {
        client: { address: "192.0.2.7", protocol: "http", viaTrustedProxy: false, port: 80 },
      }),
    ).toBe("192.0.2.7");
  });

  it("has no key when no source has one", () => {
    expect(stickyKey([], aRequest(), {})).toBeNull();
    expect(stickyKey([header, cookie, query, param], aRequest({ target: "/?other=1" }), {})).toBeNull();
    expect(stickyKey([query], aRequest({ target: "/" }), {})).toBeNull();
  });

  it("takes the first source that has one, and an empty value is none", () => {
    const request = aRequest({ target: "/?user=by-query", headers: ["X-User-Id", " ", "Cookie", "sid="] });
    expect(stickyKey([header, cookie, query, address], request, {})).toEqual({
      key: "by-query",
      setCookie: null,
    });
  });

  it("gives the same key however a user id was sent", () => {
    const utf8 = Buffer.from("Zoë Ångström").toString("latin1");
    expect(keyBy(header, { headers: ["X-User-Id", ` ${utf8} `] })).toBe("Zoë Ångström");
    expect(keyBy(cookie, withCookies(`sid="${utf8}"`))).toBe("Zoë Ångström");
    expect(keyBy(query, { target: "/?user=Zo%C3%AB+%C3%85ngstr%C3%B6m" })).toBe("Zoë Ångström");
    expect(keyBy(query, { target: "/?user=Zo%c3%ab%20%c3%85ngstr%c3%b6m&user=other" })).toBe("Zoë Ångström");
    expect(keyBy(param, {}, { id: "Zoë Ångström" })).toBe("Zoë Ångström");
  });

  it("survives broken escapes in a query", () => {
    expect(keyBy(query, { target: "/?user=50%&x=%zz" })).toBe("50%");
  });

  it("looks for the first cookie of exactly that name in all Cookie fields", () => {
    expect(keyBy(cookie, withCookies("theme=dark; sid=first; sid=second"))).toBe("first");
    expect(keyBy(cookie, withCookies("theme=dark", "lang=en;sid=third"))).toBe("third");
    expect(keyBy(cookie, withCookies("xsid=1; SID=2; sid2=3; sid; x=sid=4"))).toBeUndefined();
    expect(keyBy(cookie, withCookies(" sid = a=b%20c "))).toBe("a=b%20c");
    expect(keyBy(cookie, withCookies('sid="'))).toBe('"');
  });

  it("uses the cookie that it once handed out, and sets none", () => {
    const request = aRequest(withCookies("banyan=old"));
    expect(stickyKey([newCookie], request, {}, () => "fresh")).toEqual({ key: "old", setCookie: null });
  });

  it("hands out a cookie when no earlier source has a key", () => {
    const request = aRequest({
      client: { address: "192.0.2.7", protocol: "http", viaTrustedProxy: false, port: 80 },
    });
    expect(stickyKey([header, newCookie], request, {}, () => "fresh")).toEqual({
      key: "fresh",
      setCookie: "banyan=fresh; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax",
    });
  });

  it("hands out a secure cookie over https", () => {
    const request = aRequest({
      client: { address: "192.0.2.7", protocol: "https", viaTrustedProxy: false, port: 443 },
    });
    expect(stickyKey([newCookie], request, {}, () => "fresh")?.setCookie).toMatch(/; Secure$/);
  });

  it("hands out no cookie when an earlier source has a key", () => {
    const request = aRequest({ headers: ["X-User-Id", "ann"] });
    expect(stickyKey([header, newCookie], request, {})).toEqual({ key: "ann", setCookie: null });
  });

  it("hands out another id each time, which comes back as the key", () => {
    const first = stickyKey([newCookie], aRequest(), {})!;
    const second = stickyKey([newCookie], aRequest(), {})!;
    expect(first.key).not.toBe(second.key);
    const returned = aRequest(withCookies(first.setCookie!.split(";", 1)[0]!));
    expect(stickyKey([newCookie], returned, {})).toEqual({ key: first.key, setCookie: null });
  });
});

import { describe, expect, it } from "vitest";
import { CookieJar } from "../../../gateway/replay/cookie-jar.ts";

const at = (target: string, cookie?: string) => ({
  target,
  headers: ["Host", "shop.example.com", ...(cookie === undefined ? [] : ["Cookie", cookie])],
});
const keeping = (...lines: string[]) => {
  const jar = new CookieJar();
  jar.keep(
    at("/api/session"),
    lines.flatMap((line) => ["Set-Cookie", line]),
  );
  return jar;
};
const cookieFor = (jar: CookieJar, target: string, recorded?: string) => {
  const headers = jar.fieldsFor(at(target, recorded));
  const n = headers.indexOf("Cookie");
  return n === -1 ? null : headers[n + 1];
};

describe("one side's cookies", () => {
  it("take the place of the recorded ones of their names", () => {
    const jar = keeping("sid=new; Path=/; HttpOnly");
    expect(cookieFor(jar, "/", "consent=v1; sid=old")).toBe("consent=v1; sid=new");
    expect(cookieFor(jar, "/")).toBe("sid=new");
  });

  it("go where their path and domain say", () => {
    const jar = keeping(
      "a=1; Path=/api",
      "b=2",
      "c=3; Domain=example.com; Path=/",
      "d=4; Domain=other.example; Path=/",
    );
    expect(cookieFor(jar, "/api/orders")).toBe("a=1; b=2; c=3");
    expect(cookieFor(jar, "/elsewhere")).toBe("c=3");
  });

  it("go until they expire or are taken back, and then the recorded one does not come back either", () => {
    const jar = keeping("sid=new; Path=/", "old=1; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
    jar.keep(at("/"), ["Set-Cookie", "sid=; Path=/; Max-Age=0"]);
    expect(cookieFor(jar, "/", "sid=recorded; old=recorded; other=1")).toBe("other=1");
  });

  it("include secure ones, as TLS ends before what is asked", () => {
    expect(cookieFor(keeping("consent=v2; Path=/; Secure; SameSite=Strict"), "/")).toBe("consent=v2");
  });

  it("are bounded, and nonsense is none", () => {
    const lines = Array.from({ length: 200 }, (_, n) => `c${n}=1; Path=/`);
    expect(cookieFor(keeping(...lines), "/")!.split("; ")).toHaveLength(50);
    expect(cookieFor(keeping(`big=${"x".repeat(5_000)}`, "", ";;;", "=", "\u0000"), "/", "a=1")).toMatch(
      /^a=1/,
    );
  });

  it("leave the request alone when there are none", () => {
    const request = at("/", "a=1");
    expect(new CookieJar().fieldsFor(request)).toBe(request.headers);
  });
});

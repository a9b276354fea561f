import { cutOff, get, must, passes, refused, should } from "../building.ts";
import type { Topic } from "../edge-case.ts";

/** Bytes that mean something to the application, and so stay as they are. */
const KEPT = [
  "/%2F",
  "/%2f",
  "/a%2Fb",
  "/%20",
  "/a+b",
  "/a'b",
  "/a%27b",
  "/?",
  "/?a?b",
  "/a;b=c",
  "/a,b",
  "/(a)",
  "/~a",
  "/%7Ea",
  "/%41",
  "//a",
  "/a//b",
  "/a/",
  "/a:b@c",
  "/!$&'()*+,;=",
  "/%C3%A9",
  "/?q=%2F%3F",
  "/?a=b&a=c&&",
  "/a.b",
  "/.a",
  "/a..",
  "/...",
  "/%252e%252e/",
  "/a?/../b",
  "/?q=../x",
];

/** Ways to write `..`, which servers resolve before or after routing. */
const DOTS = [
  "/x/../function/y",
  "/x/%2e%2e/function/y",
  "/x/.%2e/function/y",
  "/x/%2E./function/y",
  "/./function/y",
  "/function/../x",
  "/function/%2e%2e/x",
  "/function/..",
  "/..",
];
/** The same for servers that take `\`, `%5c`, `%2f` or `;x` for what it is not. */
const HIDDEN_DOTS = [
  "/function/..%2fx",
  "/function/..%2Fx",
  "/function/..\\x",
  "/function/..%5cx",
  "/function/%2e%2e%2fx",
  "/function/..;/x",
  "/function/..;a=b/x",
  "/x/.;/y",
];

export const paths: Topic = {
  topic: "paths",
  cases: [
    ...KEPT.map((target) =>
      should(`${target} stays as it is`, "RFC 9110 §7.7", get(target), passes({ line: `GET ${target}` })),
    ),
    should("UTF-8 stays as it is", "RFC 9110 §7.7", get("/gr\xc3\xb6n"), [
      ...passes({ line: "GET /gr\xc3\xb6n" }),
      ...refused(400),
    ]),
    ...DOTS.map((target) =>
      must(`${target} is refused or resolved`, "RFC 3986 §5.2.4", get(target), [
        ...refused(400, 403, 404),
        ...passes({ line: /^GET \/function\/y$/, side: "function" }),
        ...passes({ line: /^GET \/(?:x|function\/?)?$/ }),
      ]),
    ),
    ...HIDDEN_DOTS.map((target) =>
      should(`${target} is refused`, "CWE-22", get(target), refused(400, 403, 404)),
    ),
    ...["/%", "/%z", "/%2", "/%zz/a", "/a%"].map((target) =>
      should(`${target} is no escape`, "RFC 3986 §2.1", get(target), refused(400)),
    ),
    must("an encoded NUL", "CWE-158", get("/a%00b"), [...refused(400), ...passes({ line: "GET /a%00b" })]),
    must("a NUL", "RFC 9112 §3.2", get("/a\x00b"), cutOff(400)),
    must("a bare CR", "RFC 9112 §2.2", get("/a\rb"), cutOff(400)),
    must("a DEL", "RFC 3986 §2", get("/a\x7fb"), cutOff(400)),
    must("a tab", "RFC 3986 §2", get("/a\tb"), cutOff(400)),
    must("an encoded CRLF stays encoded", "CWE-93", get("/a%0d%0aX:%20y"), [
      ...passes({ line: "GET /a%0d%0aX:%20y" }),
      ...refused(400),
    ]),
  ],
};

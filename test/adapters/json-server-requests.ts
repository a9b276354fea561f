import { gzipSync } from "node:zlib";
import { request, type TestRequest } from "./request.ts";

const JSON_TYPE = "Content-Type: application/json";
const FORM_TYPE = "Content-Type: application/x-www-form-urlencoded";
const GZIP = "Accept-Encoding: gzip";
const ORIGIN = "Origin: http://shop.example";

const READS = [
  "GET /posts",
  "GET /posts/1",
  "GET /posts/999",
  "GET /no-such",
  "GET /posts/1/no-such",
  "GET /profile",
  "GET /db",
  "GET /authors",
  "GET /posts?authorId=2",
  "GET /posts?authorId=2&draft=true",
  "GET /posts?id=1&id=3",
  "GET /posts?title=Wurzeln%203",
  "GET /posts?title=Lianen+%E2%98%95+4",
  "GET /posts?title=Feigen%20%26%20W%C3%BCrger%202",
  "GET /posts?tags.main=leaf",
  "GET /posts?views_gte=50&views_lte=80",
  "GET /posts?id_ne=1",
  "GET /posts?title_like=%5EB",
  "GET /posts?title_like=%C3%BC",
  "GET /posts?q=w%C3%BCrger",
  "GET /posts?q=",
  "GET /posts?q=a&q=b",
  "GET /posts?unknown=1",
  "GET /posts?_sort=views",
  "GET /posts?_sort=views&_order=desc",
  "GET /posts?_sort=authorId,views&_order=desc,asc",
  "GET /posts?_page=1",
  "GET /posts?_page=2&_limit=5",
  "GET /posts?_page=99",
  "GET /posts?_start=2&_end=5",
  "GET /posts?_start=20&_limit=10",
  "GET /posts?_limit=3",
  "GET /posts?_page=1&_limit=5&_sort=title&q=e",
  "GET /posts/1?_embed=comments",
  "GET /posts?_embed=comments&_expand=author&_limit=2",
  "GET /comments/1?_expand=post",
  "GET /posts/1/comments",
  "GET /authors/2/posts?_sort=id&_order=desc",
  "GET /posts?callback=show",
  "GET /posts/1/",
  "GET /posts//1",
  "HEAD /posts",
  "HEAD /posts/1",
  "HEAD /no-such",
  "PROPFIND /posts",
].map((line) => request(line));

const FILES = [
  request("GET /"),
  request("GET /index.html"),
  request("GET /style.css"),
  request("GET /script.js"),
  request("GET /favicon.ico"),
  request("HEAD /favicon.ico"),
  request("HEAD /style.css"),
  request("GET /st%79le.css"),
  request("GET /", [GZIP], { name: "index, gzip" }),
  request("GET /style.css", [GZIP], { name: "style, gzip" }),
  request("GET /script.js", [GZIP], { name: "script, gzip" }),
  request("GET /favicon.ico", [GZIP], { name: "icon, gzip" }),
  request("GET /posts", [GZIP], { name: "posts, gzip" }),
  request("GET /posts/1", [GZIP], { name: "one post, gzip" }),
  request("HEAD /posts", [GZIP], { name: "HEAD posts, gzip" }),
  request("GET /style.css", ["Range: bytes=0-99"], { name: "style, first bytes" }),
  request("GET /style.css", ["Range: bytes=-50"], { name: "style, last bytes" }),
  request("GET /favicon.ico", ["Range: bytes=250-290"], { name: "icon, some bytes" }),
  request("GET /style.css", ["Range: bytes=9999-"], { name: "style, no bytes" }),
];

const CORS = [
  request("OPTIONS /posts", [ORIGIN, "Access-Control-Request-Method: PUT"], { name: "preflight" }),
  request("GET /posts/1", [ORIGIN, "Cookie: a=1"], { name: "another origin" }),
];

/** What changes nothing, and what is read again when it has not changed. */
export const READING: readonly TestRequest[] = [...READS, ...FILES, ...CORS];

/** Whether it is still what `etagOf` one of the reading requests was. */
export function revalidations(etagOf: (name: string) => string): TestRequest[] {
  return ["GET /posts/1", "GET /posts", "GET /style.css", "GET /favicon.ico"].flatMap((line) => [
    request(line, [`If-None-Match: ${etagOf(line)}`], { name: `${line}, not modified` }),
    request(line, ['If-None-Match: "other"'], { name: `${line}, modified` }),
  ]);
}

const POST = { title: "Neu: \u00dcberall \u2615", views: 5, authorId: 1 };

/** In this order; each answer depends on what came before it. */
export const WRITING: readonly TestRequest[] = [
  request("POST /posts", [JSON_TYPE], { name: "create", body: JSON.stringify(POST) }),
  request("GET /posts/25"),
  request("POST /posts", [FORM_TYPE], {
    name: "create by form",
    body: "title=Gr%C3%BC%C3%9Fe+%26+mehr&views=1",
  }),
  request("POST /posts", [JSON_TYPE], { name: "create nothing", body: "{}" }),
  request("POST /posts", [JSON_TYPE, "Content-Encoding: gzip"], {
    name: "create, compressed",
    body: gzipSync(JSON.stringify({ title: "klein" })),
  }),
  request("POST /posts", [JSON_TYPE], {
    name: "create, in chunks",
    body: JSON.stringify({ title: "lang ".repeat(500) }),
    chunked: true,
  }),
  request("POST /posts", [JSON_TYPE], {
    name: "create, large",
    body: JSON.stringify({ title: "\u00fc".repeat(200_000) }),
  }),
  request("POST /posts/1/comments", [JSON_TYPE], { name: "create below", body: '{"body":"auch"}' }),
  request("GET /posts/1/comments", [], { name: "read below" }),
  request("PUT /posts/2", [JSON_TYPE], { name: "replace", body: '{"title":"ersetzt"}' }),
  request("PUT /posts/999", [JSON_TYPE], { name: "replace what is not there", body: '{"title":"x"}' }),
  request("PATCH /posts/3", [JSON_TYPE], { name: "change", body: '{"views":99}' }),
  request("POST /posts/4", [JSON_TYPE, "X-HTTP-Method-Override: PATCH"], {
    name: "change by POST",
    body: '{"views":98}',
  }),
  request("DELETE /posts/5", [], { name: "delete" }),
  request("DELETE /posts/5", [], { name: "delete again" }),
  request("GET /comments?postId=5", [], { name: "what hung on it" }),
  request("PATCH /profile", [JSON_TYPE], { name: "change the profile", body: '{"since":1}' }),
  request("POST /profile", [JSON_TYPE], { name: "set the profile", body: '{"name":"b"}' }),
  request("GET /db", [], { name: "everything after" }),
];

export const RESET = request("POST /reset");
export const EVERYTHING = request("GET /db");

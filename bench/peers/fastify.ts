import type { AddressInfo } from "node:net";
import proxy from "@fastify/http-proxy";
import fastify from "fastify";

/** @fastify/http-proxy, as its README shows it. */
const app = fastify();
await app.register(proxy, { upstream: process.argv[2]! });
await app.listen({ port: 0, host: "127.0.0.1" });
process.send!((app.server.address() as AddressInfo).port);

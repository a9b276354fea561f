import type { AddressInfo } from "node:net";
import express from "express";
import { createProxyMiddleware } from "http-proxy-middleware";

/** express with http-proxy-middleware, as its README shows it. */
const app = express();
app.use("/", createProxyMiddleware({ target: process.argv[2]!, changeOrigin: true }));
const server = app.listen(0, "127.0.0.1", () => process.send!((server.address() as AddressInfo).port));

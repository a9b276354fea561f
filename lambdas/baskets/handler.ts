import serverless from "serverless-http";
import { basketApp } from "./app.ts";

/**
 * The basket's three endpoints: an Express app behind an adapter. Every answer goes out as base64: a list of binary
 * types is right only until somebody adds a type, or compression.
 */
export const handler = serverless(basketApp(), { binary: true });

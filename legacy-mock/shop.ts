import { createServer, type Server } from "node:http";
import express from "express";
import { awkward, echo } from "./awkward.ts";
import { basket } from "./basket.ts";
import { catalogue } from "./catalogue.ts";
import { checkout } from "./checkout.ts";
import { contact } from "./contact.ts";
import { customers } from "./customers.ts";
import { openDatabase, type ShopDatabase } from "./database.ts";
import { endpointsOf } from "./endpoints.ts";
import { exports } from "./exports.ts";
import { files } from "./files.ts";
import { images } from "./images.ts";
import { invoices } from "./invoices.ts";
import { journalSince, type JournalEntry } from "./journal.ts";
import { echoOver, live } from "./live.ts";
import { operations } from "./operations.ts";
import { orders } from "./orders.ts";
import { redirects } from "./redirects.ts";
import { answerRefusal, refuseUnknown } from "./refusal.ts";
import { reports } from "./reports.ts";
import { seed } from "./seed.ts";
import { session } from "./session.ts";
import { uploads } from "./uploads.ts";

export interface LegacyMockOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly host?: string;
  /** A file, since the functions read it too; made and filled when missing. */
  readonly databaseFile: string;
  /** What `/version` calls this build. */
  readonly build?: string;
  readonly quiet?: boolean;
}

/** The monolith while it runs. */
export interface LegacyMock {
  readonly url: string;
  readonly port: number;
  /** Every endpoint, as in `GET /api/orders/{id}`. */
  readonly endpoints: readonly string[];
  /** Every write that took effect, on either side, oldest first. */
  journal(): JournalEntry[];
  /** How often each endpoint was asked. */
  requests(): Record<string, number>;
  /** Ends open connections, then resolves. */
  close(): Promise<void>;
}

/** Starts the monolith; rejects when its port cannot be had or its database not be opened. */
export async function startLegacyMock(options: LegacyMockOptions): Promise<LegacyMock> {
  const { host = "127.0.0.1", databaseFile, build = "2026.3-legacy", quiet = false } = options;
  const database = openDatabase(databaseFile);
  seed(database);
  const { app, endpoints } = shopApp(database, build);
  const server = createServer((req, res) => void app(req, res));
  const sockets = echoOver(server, endpoints);
  const port = await listen(server, options.port, host).catch((error: unknown) => {
    database.close();
    throw error;
  });
  const url = `http://${host}:${port}`;
  if (!quiet) console.log(`legacy shop on ${url}, its data in ${databaseFile}`);
  return {
    url,
    port,
    endpoints: endpoints.names,
    journal: () => journalSince(database, 0),
    requests: endpoints.asked,
    async close() {
      sockets.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      database.close();
    },
  };
}

function shopApp(database: ShopDatabase, build: string) {
  const app = express();
  app.disable("x-powered-by");
  // Only products have an ETag, and make their own.
  app.set("etag", false);
  app.enable("case sensitive routing");
  app.enable("strict routing");
  const endpoints = endpointsOf(app);
  const { on } = endpoints;
  operations(endpoints, database, build);
  for (const stateless of [redirects, live, awkward]) stateless(on);
  for (const department of [
    session,
    customers,
    catalogue,
    images,
    basket,
    checkout,
    orders,
    invoices,
    exports,
    reports,
    uploads,
    contact,
    files,
    echo,
  ])
    department(on, database);
  app.use(refuseUnknown);
  app.use(answerRefusal);
  return { app, endpoints };
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

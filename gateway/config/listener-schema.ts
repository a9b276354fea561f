import { z } from "zod";
import { addressRange, duration } from "./fields.ts";

const pemFile = (description: string, example: string) =>
  z
    .string()
    .min(1)
    .meta({ description, examples: [example] });

/** Certificates of a listener. */
export const tlsEntry = z
  .array(
    z.strictObject({
      cert: pemFile(
        "PEM file of the certificate and those that lead to its issuer, relative to routes.yaml.",
        "tls/shop.pem",
      ),
      key: pemFile("PEM file of its key, without a passphrase.", "tls/shop.key"),
    }),
  )
  .min(1)
  .meta({
    description:
      "The listener speaks TLS. Clients get the first pair that is for the name they ask for, or the first of all.",
    examples: [[{ cert: "tls/shop.pem", key: "tls/shop.key" }]],
  });

/** Where clients connect. PORT and HOST are in the environment. */
export const listenerEntry = z
  .strictObject({
    tls: tlsEntry.optional(),
    proxyProtocol: z
      .strictObject({
        from: z
          .array(addressRange)
          .min(1)
          .describe("Peers that put a PROXY protocol header (version 2) first; nobody else may connect."),
        head: duration.prefault("5s").describe("For the header; then the connection is closed."),
      })
      .transform(({ from, head }) => ({ from, headMs: head }))
      .optional()
      .describe("A load balancer in front says by the PROXY protocol who the client is."),
  })
  .describe("How clients' connections are taken; with a restart.");

export type ListenerConfig = z.output<typeof listenerEntry>;

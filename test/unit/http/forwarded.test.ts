import { describe, expect, it } from "vitest";
import { forwarded } from "../../../gateway/http/forwarded.ts";
import { allValues, firstValue } from "../../../gateway/http/headers.ts";
import { notedFields } from "../../../gateway/http/noted-fields.ts";
import { trustIn } from "../../../gateway/http/trust.ts";

const peer = { address: "10.0.0.9", encrypted: false, port: 8080 };
const trust = trustIn(["10.0.0.0/8", "fd00::/8"]);

const noted = (fields: readonly string[]) =>
  notedFields(fields, { httpVersion: "1.1", trusted: true, counted: false });

describe("forwarded fields", () => {
  it("are replaced when the peer is nobody we know", () => {
    const forged = ["X-Forwarded-For", "1.2.3.4", "X-Forwarded-Proto", "https", "Forwarded", "for=1.2.3.4"];
    const [client, sent] = forwarded(noted(forged), "shop", { ...peer, address: "198.51.100.1" }, trust);
    expect(client).toEqual({
      address: "198.51.100.1",
      protocol: "http",
      port: 8080,
      viaTrustedProxy: false,
    });
    expect(allValues(sent, "x-forwarded-for")).toEqual(["198.51.100.1"]);
    expect(firstValue(sent, "x-forwarded-proto")).toBe("http");
    expect(firstValue(sent, "forwarded")).toBeUndefined();
  });

  it("are believed and extended when the peer is trusted", () => {
    const fields = [
      "x-forwarded-for",
      "203.0.113.5",
      "X-Forwarded-For",
      "10.1.1.1",
      "X-Forwarded-Proto",
      "https",
    ];
    const [client, sent] = forwarded(
      noted([...fields, "X-Forwarded-Host", "shop.example"]),
      "10.0.0.1",
      peer,
      trust,
    );
    expect(client).toMatchObject({ address: "203.0.113.5", protocol: "https" });
    expect(allValues(sent, "x-forwarded-for")).toEqual(["203.0.113.5, 10.1.1.1, 10.0.0.9"]);
    expect(firstValue(sent, "x-forwarded-host")).toBe("shop.example");
  });

  it("are believed no further left than the first stranger", () => {
    const [client] = forwarded(
      noted(["X-Forwarded-For", "127.0.0.1, 203.0.113.5, 10.1.1.1"]),
      "shop",
      peer,
      trust,
    );
    expect(client.address).toBe("203.0.113.5");
  });

  it("never make an address out of rubbish", () => {
    const [client] = forwarded(noted(["X-Forwarded-For", "<script>"]), "shop", peer, trust);
    expect(client.address).toBe("10.0.0.9");
  });
});

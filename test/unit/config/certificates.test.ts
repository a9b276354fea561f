import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readConfig } from "../../../gateway/config/read.ts";
import { certificateFolder, certificateFor } from "../../support/certificates.ts";

const pems = certificateFolder();
afterAll(pems.remove);

/** What is wrong with a routes.yaml whose listener has these files, which are beside it. */
async function checked(cert: string, key: string, section = "listener") {
  const file = join(pems.folder, "routes.yaml");
  const tls = `${section}:\n  tls:\n    - { cert: ${cert}, key: ${key} }\n`;
  writeFileSync(file, `version: 1\nlegacy: { url: http://h }\n${tls}`);
  const loaded = await readConfig(file, {});
  const problems = "config" in loaded ? loaded.config.warnings : loaded.problems;
  return {
    loaded,
    said: problems.map(({ rule, severity, line, at, message }) => ({ rule, severity, line, at, message })),
  };
}

describe("certificates in routes.yaml", () => {
  it("are found beside it, and used when they fit", async () => {
    pems.write("good", await certificateFor(["a.test"]));
    const { loaded, said } = await checked("good.pem", "good.key");
    expect(said).toEqual([]);
    expect(loaded).toMatchObject({ config: { listener: { tls: [pems.files("good")] } } });
  });

  it.each([
    ["is not there", "none.pem", "good.key", /the certificate .*none\.pem cannot be read \(ENOENT\)/],
    ["has no certificate in it", "good.key", "good.key", /the certificate .*good\.key is not usable PEM/],
    ["has no key in it", "good.pem", "good.pem", /the key .*good\.pem is not usable PEM/],
    ["has a key with a passphrase", "good.pem", "locked.key", /the key .*locked\.key is not usable PEM/],
    ["is of another certificate", "good.pem", "other.key", /other\.key is not that of the certificate/],
  ])("are a mistake when a file %s", async (_, cert, key, message) => {
    pems.write("good", await certificateFor(["a.test"]));
    pems.write("other", await certificateFor(["b.test"]));
    const locked = generateKeyPairSync("ec", {
      namedCurve: "P-256",
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "secret" },
    });
    writeFileSync(join(pems.folder, "locked.key"), locked.privateKey);
    const { said } = await checked(cert, key);
    const place = { rule: "BYN1050", severity: "error", line: 5, at: "listener.tls.0" };
    expect(said).toEqual([{ ...place, message: expect.stringMatching(message) as string }]);
  });

  it.each([
    [10, /is not valid for long, until/],
    [-1, /is not valid any more, since/],
  ])("are warned of %d days before their end", async (days, message) => {
    pems.write("old", await certificateFor(["a.test"], days));
    const { said } = await checked("old.pem", "old.key", "operators");
    expect(said).toMatchObject([
      {
        rule: "BYN1051",
        severity: "warning",
        at: "operators.tls.0",
        message: expect.stringMatching(message) as string,
      },
    ]);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "selfsigned";

const DAY_MS = 24 * 60 * 60 * 1000;

/** A certificate and its key as PEM, for these names. */
export async function certificateFor(names: readonly string[], days = 90) {
  const altNames = names.map((value) => ({ type: 2, value }) as const);
  const { cert, private: key } = await generate([{ name: "commonName", value: names[0]! }], {
    keyType: "ec",
    notBeforeDate: new Date(Date.now() - 2 * DAY_MS),
    notAfterDate: new Date(Date.now() + days * DAY_MS),
    extensions: [{ name: "subjectAltName", altNames }],
  });
  return { cert, key };
}

export type Pem = Awaited<ReturnType<typeof certificateFor>>;

/** A folder for pairs of PEM files, by name. */
export function certificateFolder() {
  const folder = mkdtempSync(join(tmpdir(), "banyan-tls-"));
  const files = (name: string) => ({ cert: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) });
  return {
    folder,
    files,
    write(name: string, { cert, key }: Pem) {
      writeFileSync(files(name).cert, cert);
      writeFileSync(files(name).key, key);
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

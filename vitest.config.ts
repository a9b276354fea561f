import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/browser-setup.ts"],
    // Real processes, sockets and browsers, on a machine that others use as well: CI tries once more, and says so.
    retry: process.env["CI"] === undefined ? 0 : 1,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // The AWS SDK reads these by itself; local-aws takes any signature.
    env: { AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local", AWS_REGION: "eu-central-1" },
  },
});

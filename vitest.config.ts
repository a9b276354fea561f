import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/browser-setup.ts"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // The AWS SDK reads these by itself; local-aws takes any signature.
    env: { AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local", AWS_REGION: "eu-central-1" },
  },
});

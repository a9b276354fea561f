import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import gateway from "fast-gateway";

/** fast-gateway, as its README shows it. It listens by number only, so one that is free is looked for. */
const finding = createServer().listen(0, "127.0.0.1", () => {
  const { port } = finding.address() as AddressInfo;
  finding.close(() => {
    const route = { prefix: "/api", prefixRewrite: "/api", target: process.argv[2]! };
    void gateway({ routes: [route] })
      .start(port, "127.0.0.1")
      .then(() => process.send!(port));
  });
});

import { leanUpstream } from "../../gateway/upstreams/http1/lean-upstream.ts";
import { httpUpstream } from "../../gateway/upstreams/http-upstream.ts";
import { httpClientConnectionContract } from "./http-client-connections.ts";
import { httpClientContract } from "./http-client.ts";

httpClientContract("the client of node:http", httpUpstream);
httpClientContract("the lean client", leanUpstream);

httpClientConnectionContract("the client of node:http", httpUpstream);
httpClientConnectionContract("the lean client", leanUpstream);

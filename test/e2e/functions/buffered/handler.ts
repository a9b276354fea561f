import type { APIGatewayProxyEventV2 } from "aws-lambda";

/** Does not stream: answers whole, as most functions do. */
export const handler = async ({ rawPath }: APIGatewayProxyEventV2) => ({
  statusCode: 202,
  headers: { "content-type": "text/plain" },
  body: `whole: ${rawPath}`,
});

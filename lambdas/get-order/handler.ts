import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { answering, json, Rejection } from "../shop/answers.ts";
import { segment } from "../shop/events.ts";
import { findOrder } from "../shop/orders.ts";

/** GET /api/orders/{id}, version 2: adds up in whole cents. */
export const handler = async (event: APIGatewayProxyEventV2) =>
  answering(() => {
    const id = segment(event, 2);
    const order = findOrder(id);
    if (order === undefined) throw new Rejection(404, "order-not-found", `There is no order ${id}.`);
    return json(200, order, { "cache-control": "private, no-cache" });
  });

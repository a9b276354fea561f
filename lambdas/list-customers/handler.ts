import type { APIGatewayProxyEventV2, Context } from "aws-lambda";
import { z } from "zod";
import { answering, json } from "../shop/answers.ts";
import { CustomerRow } from "../shop/customers.ts";
import { row, rows } from "../shop/database.ts";
import { paging } from "../shop/paging.ts";

const Count = z.object({ total: z.number() });

/** GET /api/customers, page by page. */
export const handler = async (event: APIGatewayProxyEventV2, context: Context) =>
  answering(() => {
    const { page, perPage, offset, headers } = paging(event);
    const { total } = row(Count, "SELECT count(*) AS total FROM customers") ?? { total: 0 };
    const sql = "SELECT * FROM customers ORDER BY id LIMIT ? OFFSET ?";
    const customers = rows(CustomerRow, sql, perPage, offset);
    return json(200, { requestId: context.awsRequestId, customers, page, perPage, total }, headers(total));
  });

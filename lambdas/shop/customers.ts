import { z } from "zod";

/** A customer as stored; tags are a JSON list in a column. */
export const CustomerRow = z.object({
  id: z.number(),
  name: z.string(),
  email: z.string(),
  city: z.string(),
  country: z.string(),
  updatedAt: z.string(),
  tags: z.string().transform((text) => z.array(z.string()).parse(JSON.parse(text))),
});

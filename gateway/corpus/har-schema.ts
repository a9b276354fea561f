import { z } from "zod";

/**
 * The members of a HAR entry that are read; whatever else is there stays unread. Browsers leave out what the format demands
 * and write `null` or -1 for what they do not know, so little is demanded here.
 * Source: HAR 1.2, http://www.softwareishard.com/blog/har-12-spec/
 */
const text = z.string().nullish();
const size = z.number().nullish();
const fields = z.array(z.object({ name: z.string(), value: z.string().nullish() })).nullish();

const message = z.object({ headers: fields, bodySize: size });

export const harEntry = z.object({
  startedDateTime: text,
  time: size,
  timings: z.object({ wait: size, send: size, receive: size }).nullish(),
  request: message.extend({
    method: z.string(),
    url: z.string(),
    postData: z
      .object({
        mimeType: text,
        text,
        encoding: text,
        _encoding: text,
        params: z.array(z.object({ name: z.string(), value: text, fileName: text })).nullish(),
      })
      .nullish(),
  }),
  response: message
    .extend({
      status: z.number(),
      content: z.object({ mimeType: text, text, encoding: text, size }).nullish(),
      /** Chromium: bytes on the wire, head and all. */
      _transferSize: size,
    })
    .nullish(),
  /** Chromium. */
  _resourceType: text,
  _fromCache: text,
  _webSocketMessages: z.array(z.unknown()).nullish(),
  /** What an export of ours says besides. */
  _banyan: z
    .object({
      id: z.string().min(1).max(200),
      session: z.string().nullable(),
      route: z.string().nullable(),
      at: z.number().nullable(),
    })
    .nullish(),
});

export type HarEntry = z.infer<typeof harEntry>;

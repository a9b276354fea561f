import { afterAll, beforeAll, expect, it } from "vitest";
import { setUp, type Setup } from "./lambda-client.ts";

let lambda: Setup;
beforeAll(async () => {
  lambda = await setUp();
});
afterAll(() => lambda.end());

const ran = async (name: string, qualifier?: string) => {
  const { payload, version } = await lambda.invoke(name, {}, { Qualifier: qualifier });
  return `${String(payload)} as ${version}`;
};

it.each([
  ["versioned", undefined, "two as $LATEST"],
  ["versioned", "$LATEST", "two as $LATEST"],
  ["versioned", "live", "two as 2"],
  ["versioned", "defect", "one as 1"],
  ["versioned", "1", "one as 1"],
  ["versioned:defect", undefined, "one as 1"],
  ["versioned:defect", "defect", "one as 1"],
  ["function:versioned", undefined, "two as $LATEST"],
  ["123456789012:function:versioned:1", undefined, "one as 1"],
  ["arn:aws:lambda:eu-central-1:123456789012:function:versioned", "live", "two as 2"],
  ["arn:aws:lambda:eu-central-1:123456789012:function:versioned:defect", undefined, "one as 1"],
  ["plain", "live", "plain as 1"],
])("%s with qualifier %s runs %s", async (name, qualifier, expected) => {
  expect(await ran(name, qualifier)).toBe(expected);
});

it("a version or alias that is not there is not found", async () => {
  await expect(ran("versioned", "3")).rejects.toMatchObject({
    name: "ResourceNotFoundException",
    message: "Function not found: arn:aws:lambda:eu-central-1:000000000000:function:versioned:3",
  });
});

it("two qualifiers that differ are refused", async () => {
  await expect(ran("versioned:live", "defect")).rejects.toMatchObject({
    name: "InvalidParameterValueException",
    $metadata: { httpStatusCode: 400 },
  });
});

it("an alias can be pointed elsewhere while the function runs", async () => {
  await lambda.aws.change("versioned", { alias: { live: "1", next: "2" } });
  expect(await ran("versioned", "live")).toBe("one as 1");
  expect(await ran("versioned", "next")).toBe("two as 2");
  await expect(lambda.aws.change("versioned", { alias: { live: "9" } })).rejects.toMatchObject({
    body: { Message: "versioned has no version 9; it has 1, 2" },
  });
});

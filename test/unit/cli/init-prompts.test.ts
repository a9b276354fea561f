import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { askWhatIsUnsaid } from "../../../gateway/cli/init-prompts.ts";

describe("banyan init on a terminal", () => {
  it("asks for what no option says, and for nothing else", async () => {
    const terminal = { input: new PassThrough(), output: new PassThrough() };
    const asked: string[] = [];
    const answers = [["\r"], ["\x1b[B", "\r"], ["\r"]];
    terminal.output.setEncoding("utf8").on("data", (shown: string) => {
      const question = /\(--[\w-]+\)|Which [\w/]+\?/.exec(shown)?.[0];
      if (question === undefined || asked.includes(question)) return;
      asked.push(question);
      // It begins to listen once it has shown the question.
      setImmediate(() => {
        for (const key of answers[asked.length - 1]!) terminal.input.write(key);
      });
    });
    const said = await askWhatIsUnsaid({ legacyUrl: "http://shop:8000" }, terminal);
    expect(asked).toEqual(["(--region)", "(--flags)", "Which application/environment/profile?"]);
    expect(said).toMatchObject({
      legacyUrl: "http://shop:8000",
      flags: { source: "appconfig", application: "shop" },
    });
  });

  it("is broken off by Ctrl-C, which writes nothing", async () => {
    const terminal = { input: new PassThrough(), output: new PassThrough() };
    terminal.output.once("data", () => setImmediate(() => terminal.input.write("\x03")));
    await expect(askWhatIsUnsaid({}, terminal)).rejects.toMatchObject({ exitCode: 130 });
  });
});

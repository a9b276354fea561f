/**
 * What the runtime client loads for a handler in TypeScript. It looks for the handler in the default export too, so it
 * gets the very function, with its mark as a streaming one.
 */
const [, , file = "", handler = ""] = process.argv;
// Has been read by now; what the function sees is what Lambda would show it.
process.env["_HANDLER"] = handler;

const module: unknown = await import(file);
export default module;

/** JavaScript, in a folder of its own, and not async: the runtime client finds it by itself. */
export const run = () => "plain";

export const handler = () => "one";

export const handler = () => "two";

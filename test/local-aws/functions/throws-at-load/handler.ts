const { SETTINGS } = process.env;
if (SETTINGS === undefined) throw new RangeError("no SETTINGS");

export const handler = () => SETTINGS;

const KEY = "banyan-name";

/** The name that changes are signed with, for people to read; this tab remembers it. */
export const signature = {
  get: () => sessionStorage.getItem(KEY) ?? "",
  set: (name: string) => sessionStorage.setItem(KEY, name.trim()),
  /** As the API takes it. */
  fields: () => (signature.get() === "" ? {} : { by: signature.get() }),
};

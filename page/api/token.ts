import { store } from "../store.ts";

const KEY = "banyan-token";

/** What proves who is there; only this tab knows it, and forgets it when it is closed. */
export const token = {
  get: () => sessionStorage.getItem(KEY),
  set(value: string) {
    sessionStorage.setItem(KEY, value);
    tokenWanted.set(false);
  },
  forget: () => sessionStorage.removeItem(KEY),
};

/** True while the operator's side asks who this is. */
export const tokenWanted = store(false);

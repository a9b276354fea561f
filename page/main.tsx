import { render } from "preact";
import { App } from "./app.tsx";
import { flipWish, killWish } from "./flip/flip-wish.ts";
import { follow } from "./live/live-status.ts";
import { here, placeOf } from "./place.ts";

addEventListener("hashchange", () => {
  flipWish.set(null);
  killWish.set(false);
  here.set(placeOf(location.hash));
});
here.set(placeOf(location.hash));
render(<App />, document.body);
follow();

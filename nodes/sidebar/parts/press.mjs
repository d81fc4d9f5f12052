// A press under way. What is pressed must still be there when it is let go: else the browser's click goes to nobody.

/** Milliseconds after which a press is no click any more: nothing waits longer for it. */
const LONGEST = 2000;
/** Milliseconds from lifting to the click at most: a finger's comes later than a mouse's. */
const CLICK = 50;

let click = Promise.resolve();
let over = () => {};

/** Called once for a document. */
export function watchPresses(document) {
  const listen = (name, listener) => document.addEventListener(name, listener, { capture: true });
  listen("pointerdown", () => {
    click = new Promise((resolve) => {
      over = resolve;
      setTimeout(resolve, LONGEST);
    });
  });
  for (const name of ["pointerup", "pointercancel"]) listen(name, () => setTimeout(over, CLICK));
}

/** Resolves when nobody presses anything: from then on what is shown may be replaced. */
export async function released() {
  let before;
  while (before !== click) {
    before = click;
    await before;
  }
}

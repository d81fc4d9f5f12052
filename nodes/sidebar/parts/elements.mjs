// The small pieces that the tab is made of.

/** A line behind a sign of Font Awesome; `className` colours the text. */
export function line(icon, text, className) {
  const element = $("<div>", { class: "sw-line" });
  $("<i>", { class: `fa ${icon}`, "aria-hidden": "true" }).appendTo(element);
  $("<span>")
    .addClass(className ?? "")
    .text(` ${text}`)
    .appendTo(element);
  return element;
}

export function button(icon, text, onClick) {
  const element = $("<button>", { type: "button", class: "red-ui-button" });
  $("<i>", { class: `fa ${icon}`, "aria-hidden": "true" }).appendTo(element);
  $("<span>").text(` ${text}`).appendTo(element);
  return element.on("click", onClick);
}

/** A button that puts a text into the clipboard and says `done`. */
export function copyButton(text, label, done) {
  return button("fa-clipboard", label, () => {
    if (RED.clipboard.copyText(text)) RED.notify(done, { type: "success", timeout: 2000 });
  });
}

/** A heading with what it is about, or a word that there is nothing. */
export function section(place, title, items, nothing, show) {
  $("<h4>").text(title).appendTo(place);
  if (items.length === 0) $("<p>", { class: "sw-muted" }).text(nothing).appendTo(place);
  for (const item of items) show(item);
}

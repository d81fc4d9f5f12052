// Settings that a person takes over: `{setting, after}` with the `field` of the open dialog, or with the `node` of another one.

/** Fields of this dialog are saved with it; the other nodes are changed at once, and the change can be undone. */
export function takeOver(changes) {
  const events = [];
  for (const { field, node, setting, after } of changes) {
    if (field) fill(field, after);
    else {
      events.push({
        t: "edit",
        node,
        changes: { [setting]: node[setting] },
        dirty: RED.nodes.dirty(),
        changed: node.changed,
      });
      Object.assign(node, { [setting]: after, changed: true, dirty: true });
      RED.editor.validateNode(node);
    }
  }
  if (events.length === 0) return;
  RED.history.push({ t: "multi", events, dirty: RED.nodes.dirty() });
  RED.nodes.dirty(true);
  RED.view.redraw();
}

function fill(field, value) {
  if (field.is(":checkbox")) field.prop("checked", value === true || value === "true");
  else if (field.next(".red-ui-typedInput-container").length > 0) {
    field.typedInput("type", "str");
    field.typedInput("value", String(value));
    field.val(String(value));
  } else field.val(String(value)).trigger("refill");
  field.trigger("change");
}

// The sidebar's tab: clients and documents, or one document's story. Asks at most every five seconds, and only while it
// is seen.

import { makeDocuments } from "./documents.mjs";
import { makeStatus } from "./status.mjs";
import { makeStory } from "./story.mjs";
import { failure, translate } from "./texts.mjs";

/** Milliseconds between two questions. */
const INTERVAL = 5000;

/** Called by the editor when the texts are there. */
export function addTab() {
  const { content, refresh } = makeContent();
  RED.sidebar.addTab({
    id: "sw-sidebar",
    label: translate("label"),
    name: translate("title"),
    content,
    enableOnEdit: true,
    iconClass: "fa fa-anchor",
    // The tab is notified before it is shown.
    onchange: () => setTimeout(refresh, 50),
  });
  RED.actions.add("single-window:show-sidebar", () => RED.sidebar.show("sw-sidebar"));
  setInterval(refresh, INTERVAL);
}

function makeContent() {
  const content = $("<div>", { class: "sw-sidebar" });
  const scroll = $("<div>", { class: "sw-scroll" }).appendTo(content);
  const problem = $("<div>", { class: "sw-problem", role: "alert" }).hide().appendTo(scroll);
  const overview = $("<div>").appendTo(scroll);
  const statusPlace = $("<div>").appendTo(overview);
  const listPlace = $("<div>").appendTo(overview);
  const storyPlace = $("<div>").hide().appendTo(scroll);

  const fail = (request) => problem.text(failure(request)).show();
  const documents = makeDocuments(listPlace, { open: openStory, change: reload, fail });
  const status = makeStatus(statusPlace, { documents, fail });
  const story = makeStory(storyPlace, { back: closeStory, fail });

  function reload() {
    problem.hide();
    $.when(status.ask(), documents.ask()).fail(fail);
  }

  function openStory(id) {
    problem.hide();
    overview.hide();
    story.open(id);
    scroll.scrollTop(0);
  }

  function closeStory() {
    story.close();
    overview.show();
    reload();
  }

  return {
    content,
    refresh: whileSeen(content, () =>
      ask()
        .done(() => problem.hide())
        .fail(fail),
    ),
  };

  function ask() {
    return story.isOpen() ? story.ask() : $.when(status.ask(), documents.refresh());
  }
}

/** Asks only while the tab is seen, and never before the last answer is there. */
function whileSeen(content, ask) {
  let asking = false;
  return () => {
    if (asking || document.visibilityState !== "visible" || !content.is(":visible")) return;
    asking = true;
    ask().always(() => {
      asking = false;
    });
  };
}

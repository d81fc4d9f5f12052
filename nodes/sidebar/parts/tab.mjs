// The sidebar's tab: clients and documents, or one document's story. It follows what changes, and only while it is seen.

import { makeDocuments } from "./documents.mjs";
import { el } from "./elements.mjs";
import { follow } from "./live.mjs";
import { makeStatus } from "./status.mjs";
import { makeStory } from "./story.mjs";
import { failure, translate } from "./texts.mjs";

/** Called by the editor when the texts are there. */
export function addTab() {
  const { content, live } = makeContent();
  RED.sidebar.addTab({
    id: "sw-sidebar",
    label: translate("label"),
    name: translate("title"),
    content,
    enableOnEdit: true,
    iconClass: "fa fa-anchor",
  });
  RED.actions.add("single-window:show-sidebar", () => RED.sidebar.show("sw-sidebar"));
  // Shown and hidden by the editor, which tells it before it is so.
  new IntersectionObserver(live.look).observe(content);
}

function makeContent() {
  const problem = el("div", { class: "sw-problem", role: "alert", hidden: true });
  const statusPlace = el("div");
  const listPlace = el("div");
  const overview = el("div", {}, statusPlace, listPlace);
  const storyPlace = el("div", { hidden: true });
  const scroll = el("div", { class: "sw-scroll" }, problem, overview, storyPlace);
  const content = el("div", { class: "sw-sidebar sw-parts" }, scroll);

  const fail = (request) => {
    problem.textContent = failure(request);
    problem.hidden = false;
  };
  const well = () => {
    problem.hidden = true;
  };
  const documents = makeDocuments(listPlace, { open: openStory, change: reload, fail, scroller: scroll });
  const status = makeStatus(statusPlace, { documents, fail });
  const story = makeStory(storyPlace, { back: closeStory, fail });

  function reload() {
    well();
    Promise.all([status.ask(), documents.reload()]).catch(fail);
  }

  function openStory(id) {
    well();
    overview.hidden = true;
    documents.mark(id);
    story.open(id);
    scroll.scrollTop = 0;
  }

  function closeStory() {
    story.close();
    overview.hidden = false;
    documents.mark("");
    Promise.all([status.ask(), documents.refresh()]).catch(fail);
  }

  const live = follow({
    seen: () => document.visibilityState === "visible" && content.offsetParent !== null,
    changed: (change) => {
      if (story.isOpen()) return story.shows(change) ? story.ask() : undefined;
      return Promise.all([status.ask(), documents.refresh()]);
    },
    fail: (request) => {
      fail(request);
      status.noAnswer();
    },
    well,
  });
  return { content, live };
}

// The page once somebody is logged in: one client at a time, its lights and states, the list, and one document's story.

import { makeDocuments } from "../../sidebar/parts/documents.mjs";
import { button, el } from "../../sidebar/parts/elements.mjs";
import { language } from "../../sidebar/parts/host.mjs";
import { follow } from "../../sidebar/parts/live.mjs";
import { makeStatus } from "../../sidebar/parts/status.mjs";
import { makeStory } from "../../sidebar/parts/story.mjs";
import { failure, translate, translateKnown } from "../../sidebar/parts/texts.mjs";
import { session } from "./host.mjs";

/** Shows it in `place`; `leave` logs out, `speak` changes the language. Returns what ends it. */
export function showDesk(place, { leave, speak }) {
  const problem = el("div", { class: "sw-problem page-problem", role: "alert", hidden: true });
  const names = el("nav", { class: "page-clients", "aria-label": translate("page.client") });
  const strip = el("section", { class: "page-environment", "aria-label": translate("page.client") });
  const statusPlace = el("section", { class: "page-status", "aria-label": translate("page.clients") });
  const listPlace = el("section", {
    class: "page-list",
    id: "list",
    tabindex: "-1",
    "aria-label": translate("documents"),
  });
  const storyPlace = el("div", { hidden: true });
  const hint = el("p", { class: "sw-muted page-hint" }, translate("page.choose"));
  const storyColumn = el("section", { class: "page-story", "aria-label": translate("events") }, hint, storyPlace);
  const desk = el("main", { class: "page-desk" }, statusPlace, listPlace, storyColumn);

  /** Id of the client that is looked at. */
  let client = "";
  let known = [];

  const fail = (error) => {
    problem.textContent = failure(error);
    problem.hidden = false;
  };
  const well = () => {
    problem.hidden = true;
  };
  const open = (id) => {
    if (location.hash === `#${id}`) followAddress();
    else location.hash = id;
  };
  const close = () => {
    location.hash = "";
  };
  const documents = makeDocuments(listPlace, {
    open,
    change: reload,
    fail,
    client: () => client,
    several: session.write,
  });
  const status = makeStatus(statusPlace, { documents, fail, shows });
  const story = makeStory(storyPlace, { back: close, fail });

  /** One at a time: what belongs to different companies or environments never stands in one list. */
  function shows(clients) {
    known = clients;
    if (!known.some((one) => one.client.id === client)) client = known[0]?.client.id ?? "";
    showNames();
    return known.filter((one) => one.client.id === client);
  }

  function showNames() {
    const focused = names.contains(document.activeElement) ? document.activeElement.dataset.id : undefined;
    names.replaceChildren(
      ...(known.length > 1 ? known : []).map(({ client: one }) =>
        el(
          "button",
          {
            type: "button",
            class: "sw-button",
            "data-id": one.id,
            "aria-pressed": String(one.id === client),
            onclick: () => choose(one.id),
          },
          `${one.name || one.clientId || one.id} `,
          one.environment &&
            el("span", { class: `sw-badge sw-${one.environment}` }, translateKnown("environment", one.environment)),
        ),
      ),
    );
    if (focused) names.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus();
    const current = known.find((one) => one.client.id === client)?.client;
    const environment = current ? translateKnown("environment", current.environment) : "";
    const whose = current ? current.name || current.clientId || current.id : "";
    strip.className = `page-environment sw-${current?.environment || "none"}`;
    strip.textContent = [environment, whose, current?.name ? current.clientId : ""].filter(Boolean).join(" · ");
    document.title = [environment, whose, translate("title")].filter(Boolean).join(" · ");
  }

  function choose(id) {
    client = id;
    close();
    reload();
  }

  async function reload() {
    well();
    try {
      await status.ask();
      await documents.reload();
    } catch (error) {
      fail(error);
    }
  }

  let scrolled = 0;
  function followAddress() {
    const id = decodeURIComponent(location.hash.slice(1));
    if (/^[\w-]{1,64}$/.test(id)) {
      if (!story.isOpen()) scrolled = scrollY;
      desk.classList.add("page-reads");
      hint.hidden = true;
      documents.mark(id);
      story.open(id);
      storyColumn.scrollTop = 0;
      if (getComputedStyle(listPlace).display === "none") scrollTo(0, 0);
    } else if (story.isOpen()) {
      story.close();
      desk.classList.remove("page-reads");
      hint.hidden = false;
      documents.mark("");
      scrollTo(0, scrolled);
      documents.refresh().catch(fail);
    }
  }
  addEventListener("hashchange", followAddress);

  const live = follow({
    seen: () => document.visibilityState === "visible",
    changed: async (change) => {
      const rows = change.all || change.documents.length > 0 || documents.isStale();
      if (rows || change.status) await status.ask();
      if (rows) await documents.refresh();
      if (story.shows(change)) await story.ask();
    },
    fail: (error) => {
      fail(error);
      status.noAnswer();
    },
    well,
  });

  const other = language().startsWith("zh") ? "en-US" : "zh-CN";
  place.replaceChildren(
    el("a", { class: "page-skip", href: "#list", onclick: skip(listPlace) }, translate("page.skip")),
    el(
      "header",
      { class: "page-head" },
      el("h1", {}, translate("page.title")),
      names,
      el(
        "div",
        { class: "page-user" },
        el(
          "span",
          { class: "sw-muted" },
          [session.user, session.write ? "" : translate("page.readOnly")].filter(Boolean).join(" · "),
        ),
        el(
          "button",
          { type: "button", class: "sw-button", lang: other, onclick: () => speak(other) },
          translate("page.language"),
        ),
        session.user && button("out", translate("page.signOut"), leave),
      ),
    ),
    strip,
    problem,
    desk,
  );
  followAddress();
  return () => {
    live.stop();
    removeEventListener("hashchange", followAddress);
  };
}

/** The address is the open document's: the link moves the focus and leaves it alone. */
function skip(target) {
  return (event) => {
    event.preventDefault();
    target.focus();
  };
}

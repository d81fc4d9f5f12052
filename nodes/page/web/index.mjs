// The operator page: the same parts as the editor's sidebar, for people without the editor.

import { button, el } from "../../sidebar/parts/elements.mjs";
import { useHost } from "../../sidebar/parts/host.mjs";
import { failure, translate } from "../../sidebar/parts/texts.mjs";
import { showDesk } from "./desk.mjs";
import { onRefused, pageHost, setLanguage, token } from "./host.mjs";
import { enter, showLogin, signOut } from "./login.mjs";

useHost(pageHost);
const place = document.getElementById("page");
let end = () => {};

async function start(why = "") {
  end();
  end = () => {};
  document.documentElement.lang = pageHost.language();
  document.title = translate("page.title");
  try {
    if (await enter()) show();
    else await showLogin(place, show, why);
  } catch (error) {
    const again = button("again", translate("page.again"), () => start());
    place.replaceChildren(
      el("main", { class: "page-login" }, el("p", { class: "sw-problem", role: "alert" }, failure(error)), again),
    );
  }
}

function show() {
  end = showDesk(place, {
    leave: async () => {
      await signOut();
      await start();
    },
    speak: (language) => {
      setLanguage(language);
      start();
    },
  });
}

onRefused(() => {
  if (token()) start(translate("page.expired"));
});
start();

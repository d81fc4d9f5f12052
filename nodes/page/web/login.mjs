// The login at Node-RED's own token route, with the two permissions that this page needs and no other.

import { button, el } from "../../sidebar/parts/elements.mjs";
import { failure, translate } from "../../sidebar/parts/texts.mjs";
import { keepToken, pageHost, session, token } from "./host.mjs";

const READ = "single-window.read";
const WRITE = "single-window.write";

/** Whether what is known of the login suffices; fills `session`. Rejects when Node-RED cannot be reached. */
export async function enter() {
  try {
    const { data } = await pageHost.request("session");
    Object.assign(session, data);
    return true;
  } catch (error) {
    if (error.status !== 401) throw error;
    keepToken("");
    return false;
  }
}

async function post(path, fields, headers = {}) {
  const answer = await fetch(path, {
    method: "POST",
    body: new URLSearchParams(fields),
    headers,
    credentials: "same-origin",
  });
  return { ok: answer.ok, said: await answer.text() };
}

/** A token with this scope, or what was said instead. Node-RED gives none for a scope that the user has not. */
async function tokenFor(scope, username, password) {
  const fields = { client_id: "node-red-editor", grant_type: "password", scope, username, password };
  const { ok, said } = await post("../auth/token", fields);
  return ok ? { given: JSON.parse(said).access_token } : { said };
}

/**
 * Asks for reading first: a wrong password then counts once among the tries that Node-RED allows; only then for writing, which a reader
 * does not get. Resolves to a text for people when there is no login.
 */
async function signIn(username, password) {
  const read = await tokenFor(READ, username, password);
  if (!read.given) return translate(/too many/i.test(read.said) ? "page.tooMany" : "page.wrong");
  const write = await tokenFor(`${READ} ${WRITE}`, username, password);
  keepToken(write.given ?? read.given);
  if (write.given && write.given !== read.given) await revoke(read.given);
  return "";
}

const revoke = (given) =>
  post("../auth/revoke", { token: given }, { authorization: `Bearer ${given}` }).catch(() => undefined);

export async function signOut() {
  const given = token();
  keepToken("");
  if (given) await revoke(given);
}

/** The form; `done` is called with the login. `why` is said above it. */
export async function showLogin(place, done, why = "") {
  const problem = el("p", { class: "sw-problem", role: "alert", hidden: why === "" }, why);
  const say = (text) => {
    problem.textContent = text;
    problem.hidden = text === "";
  };
  const kind = await fetch("../auth/login", { credentials: "same-origin" }).then(
    (answer) => answer.json(),
    () => ({}),
  );
  const title = el("h1", {}, translate("page.title"));
  if (kind.type === "strategy") {
    place.replaceChildren(el("main", { class: "page-login" }, title, el("p", {}, translate("page.strategy"))));
    return;
  }
  const field = (name, type, complete) =>
    el("input", { id: `login-${name}`, name, type, autocomplete: complete, required: true, autocapitalize: "none" });
  const user = field("user", "text", "username");
  const password = field("password", "password", "current-password");
  const form = el(
    "form",
    {},
    el("label", { for: user.id }, translate("page.user")),
    user,
    el("label", { for: password.id }, translate("page.password")),
    password,
    button("out", translate("page.signIn"), undefined, { type: "submit", class: "page-main" }),
    problem,
  );
  const shut = (disabled) => {
    for (const one of form.querySelectorAll("button, input")) one.disabled = disabled;
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    // What was said of the last try is no answer to this one, and what is typed while it runs would be lost with the password.
    say("");
    const { value: name } = user;
    const { value: secret } = password;
    password.value = "";
    shut(true);
    try {
      const refused = await signIn(name, secret);
      if (token() && (await enter())) return done();
      shut(false);
      say(refused);
      password.focus();
    } catch (error) {
      shut(false);
      say(failure({ status: 0, ...error }));
    }
  });
  place.replaceChildren(el("main", { class: "page-login" }, title, el("p", {}, translate("page.signInTo")), form));
  user.focus();
}

// Values for environment variables that have none, typed in a dialog and kept in Node-RED's global environment.

import { button, el } from "./elements.mjs";
import { setGlobally } from "./form.mjs";
import { bilingual, translate } from "./texts.mjs";

const SECRET = /PIN|PASSWORD|SECRET/;

/** What a setting is called in the dialog of its node; empty for none. */
export const labelOf = (node, setting) =>
  setting ? node._def._(`${node.type.replace(/^sw-/, "")}.label.${setting}`) : "";

/** Takes over what another client has there, when a person says so. */
export function offerButton({ value, from }, onClick) {
  return button("copy", translate("setup.offer", { value, from }), onClick, {
    class: "red-ui-button-small sw-small sw-offer",
  });
}

/** A list to choose from; `done` is called with each choice. */
function choiceOf({ choices }, id, done) {
  const options = choices.map(({ value, text }) => el("option", { value }, `${bilingual(text)} (${value})`));
  return el("select", { id, onchange: done }, el("option", { value: "" }), options);
}

/** A field for each variable of some groups of findings; what was typed stays when they are asked for again. */
export class VariableFields {
  #inputs = new Map();

  /** Elements for each group; a variable that several name is asked once. `done` is called when values were kept. */
  of(groups, done) {
    const before = this.#inputs;
    this.#inputs = new Map();
    return groups.map(({ gaps, asked }) => {
      const must = this.#rows(gaps, before, false, done);
      const may = this.#rows(asked, before, true, done);
      const open = gaps.length > 0;
      const keep = open ? "" : this.keep(done);
      return [
        must.length > 0 ? el("p", {}, translate("setup.variables")) : "",
        ...must,
        may.length > 0 ? el("details", { open }, el("summary", {}, translate("setup.asked")), ...may, keep) : "",
      ];
    });
  }

  /** What was chosen and is not kept yet, by variable: what else is asked follows from it. */
  chosen() {
    const chosen = [...this.#inputs].filter(([, input]) => input.tagName === "SELECT" && input.value !== "");
    return Object.fromEntries(chosen.map(([name, input]) => [name, input.value]));
  }

  #rows(findings, before, optional, done) {
    const fresh = findings.filter(
      ({ variable }, index) =>
        variable && !this.#inputs.has(variable) && findings.findIndex((other) => other.variable === variable) === index,
    );
    return fresh.map((finding) => {
      const { variable } = finding;
      const type = SECRET.test(variable) ? "password" : "text";
      const id = `sw-variable-${variable}`;
      const input =
        before.get(variable) ??
        (finding.choices ? choiceOf(finding, id, done) : el("input", { type, id, autocomplete: "off" }));
      this.#inputs.set(variable, input);
      return this.#row(finding, input, optional);
    });
  }

  #row({ at, setting, variable, text, offer }, input, optional) {
    const label = labelOf(at, setting);
    const take = () => {
      input.value = offer.value;
      input.focus();
      input.dispatchEvent(new Event("change"));
    };
    return el(
      "div",
      { class: "sw-variable" },
      el("label", { for: input.id }, label, el("code", { class: "sw-variable-name" }, variable)),
      input,
      offer ? offerButton(offer, take) : "",
      optional ? el("small", { class: "sw-what-for" }, bilingual(text)) : "",
    );
  }

  /** The button that keeps what was typed. */
  keep(done) {
    return el(
      "p",
      {},
      button("check", translate("setup.take"), () => {
        const given = [...this.#inputs].map(([name, input]) => [name, input.value.trim()]);
        const values = given.filter(([, value]) => value !== "");
        if (values.length === 0) return;
        setGlobally(Object.fromEntries(values), (name) => SECRET.test(name));
        RED.notify(translate("setup.taken"), "success");
        for (const input of this.#inputs.values()) input.value = "";
        done();
      }),
    );
  }
}

import type { Locator, Page } from "playwright-core";

/** What a new user does in the editor, counted: clicks and keys, and the characters that are typed. */
export class Walk {
  private acts = 0;
  private typed = 0;
  private readonly began = Date.now();

  constructor(readonly page: Page) {}

  async click(what: Locator): Promise<void> {
    this.acts++;
    await what.click();
  }

  async doubleClick(what: Locator): Promise<void> {
    this.acts++;
    await what.dblclick();
  }

  /** A click into a field, and what is typed there. */
  async type(field: Locator, text: string): Promise<void> {
    this.acts++;
    this.typed += text.length;
    await field.click();
    await field.pressSequentially(text);
  }

  /** Something that a person does outside of the editor: a file that is put into a folder. */
  outside(act: () => void): void {
    this.acts++;
    act();
  }

  /** Imports an example of this package by the menu. */
  async importExample(name: string): Promise<void> {
    const { page } = this;
    await this.click(page.locator("#red-ui-header-button-sidemenu"));
    await this.click(page.locator("#menu-item-import"));
    const dialog = page.locator("#red-ui-clipboard-dialog-import-tabs");
    await this.click(dialog.locator("a[href='#red-ui-clipboard-dialog-import-tab-examples']"));
    const examples = page.locator("#red-ui-clipboard-dialog-import-tab-examples");
    await this.click(examples.getByText("@single-window/node-red-import-client"));
    // The list slides open: until then another example may come under the pointer.
    await examples.getByText(name).waitFor();
    await page.waitForFunction(() => $(":animated").length === 0);
    await this.click(examples.getByText(name));
    await examples.locator(".selected", { hasText: name }).waitFor();
    await this.click(page.locator("#red-ui-clipboard-dialog-ok"));
  }

  /**
   * The walk in one line, and an estimate for a person: three seconds an act, 0.4 s a character, the run's own time, and 300 characters a
   * minute for what is read.
   */
  said(read: string): string {
    const machine = Math.round((Date.now() - this.began) / 1000);
    const minutes = (this.acts * 3 + this.typed * 0.4 + machine + (read.length / 300) * 60) / 60;
    return `${this.acts} acts, ${this.typed} typed, ${machine} s of the machine: ${minutes.toFixed(1)} minutes`;
  }
}

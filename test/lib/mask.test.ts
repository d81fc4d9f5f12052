import assert from "node:assert/strict";
import { MASKED_AT_MOST, maskSecrets } from "../../lib/mask.js";

describe("masking secrets", () => {
  it("takes out what follows a user in a connection string, and named passwords", () => {
    const cases: [string, string][] = [
      [
        "连接:amqp://U_SW1:geheim@rmq.chinaport.gov.cn:5671,错误",
        "连接:amqp://U_SW1:***@rmq.chinaport.gov.cn:5671,错误",
      ],
      ["amqps://u:ge:he/im@h/v", "amqps://u:***@h/v"],
      ["连接:amqp://U_SW1:geheim 错误", "连接:amqp://U_SW1:*** 错误"],
      ["amqps://u:***@h:5671", "amqps://u:***@h:5671"],
      ["amqps://rmq.chinaport.gov.cn:5671 超时", "amqps://rmq.chinaport.gov.cn:5671 超时"],
      ["https://example.com/a:b", "https://example.com/a:b"],
      ['{"passwd":"88888888"}', '{"passwd":"***"}'],
      ["PIN=88888888, next", "PIN=***, next"],
      ["密码：88888888。", "密码：***。"],
      // An `@` in the secret, one in the path, and two addresses in a text.
      ["amqp://u:ge@heim@h:5671/v", "amqp://u:***@h:5671/v"],
      ["https://h/a?mail=x@y", "https://h/a?mail=x@y"],
      ["amqp://u:geheim@a,amqp://u:geheim@b", "amqp://u:***@a,amqp://u:***@b"],
      ["amqp://u:geheim://v:geheim", "amqp://u:***"],
      ["SW_AMQP_PASSWORD=geheim SW_CARD_PIN=88888888", "SW_AMQP_PASSWORD=*** SW_CARD_PIN=***"],
      ["UserPin: 88888888; spin: 3", "UserPin: ***; spin: 3"],
    ];
    for (const [text, masked] of cases) assert.equal(maskSecrets(text), masked);
  });

  it("cuts what nobody reads", () => {
    assert.equal(maskSecrets("a".repeat(MASKED_AT_MOST + 1)), `${"a".repeat(MASKED_AT_MOST)}…`);
    assert.equal(maskSecrets("a".repeat(MASKED_AT_MOST)).length, MASKED_AT_MOST);
  });
});

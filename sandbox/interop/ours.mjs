// Has WeChat Pay's library look at what our client signs, as ours.py heard it. usage: node ours.mjs WECHAT.json
import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { Rsa, Formatter } = require("wechatpay-axios-plugin");
const heard = JSON.parse(readFileSync(process.argv[2], "utf8"));
const ours = createPublicKey(process.env.SEATHOLD_WECHAT_PAY_KEY).export({ type: "spki", format: "pem" });
const wanted = ["/v3/pay/transactions/h5", "/v3/pay/transactions/native", "/close", "/v3/refund/domestic/refunds", "/v3/bill/tradebill"];
try {
  for (const { method, target, headers, body } of heard) {
    const given = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    const [scheme, rest] = given.authorization.split(/ (.*)/s);
    const part = Object.fromEntries([...rest.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
    const text = Formatter.request(method, target, part.timestamp, part.nonce_str, body);
    const is = (message) => Rsa.verify(message, part.signature, ours);
    if (scheme !== "WECHATPAY2-SHA256-RSA2048" || part.mchid !== process.env.SEATHOLD_WECHAT_PAY_MCHID) throw new Error(given.authorization);
    if (!is(text)) throw new Error(`the library does not verify ${method} ${target}`);
    if (is(`${text}0`)) throw new Error("a changed request is accepted");
    if (!given["wechatpay-serial"].startsWith("PUB_KEY_ID_")) throw new Error(`the answer's key is not named: ${target}`);
  }
  const missing = wanted.filter((path) => !heard.some(({ target }) => target.split("?")[0].endsWith(path)));
  if (missing.length > 0) throw new Error(`never asked: ${missing}`);
  console.log(`node    ok    pay: ours: ${heard.length} calls`);
} catch (error) {
  process.exitCode = 1;
  console.log(`node    FAIL  pay: ours: ${error.stack}`);
}

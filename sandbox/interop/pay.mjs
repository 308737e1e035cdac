// Pays in the sandbox with Node SDKs of Alipay and WeChat Pay. Started by ops/interop, which sets the variables.
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

// Alipay's SDK writes the time of this process's zone, and the gateway reads it as China's.
process.env.TZ = "Asia/Shanghai";
const require = createRequire(import.meta.url);
const { AlipaySdk } = require("alipay-sdk");
const { Wechatpay, Aes, Rsa, Formatter } = require("wechatpay-axios-plugin");

const env = process.env;
const url = env.SANDBOX_URL.replace(/\/$/, "");
const asset = (name) => readFileSync(`${env.SANDBOX_ASSETS}/${name}`, "utf8");
const heard = [];
const ear = createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    heard.push({ path: request.url, headers: request.headers, body: Buffer.concat(parts).toString() });
    response.end("success");
  });
});
await new Promise((resolve) => ear.listen(0, "127.0.0.1", resolve));
const site = `http://127.0.0.1:${ear.address().port}`;
const hears = async (path) => {
  for (let tries = 0; tries < 250; tries += 1) {
    const found = heard.filter((news) => news.path === path).at(-1);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`no news at ${path}`);
};
const pays = async (page) => {
  const code = page.split("/").at(-1).split("pr=").at(-1);
  const answer = await fetch(`${url}/pay/${code}`, { method: "POST", body: "wish=pay" });
  if (!answer.ok) throw new Error(`the page says ${answer.status}`);
};
const same = (found, wanted) => {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) throw new Error(`${JSON.stringify(found)} is not ${JSON.stringify(wanted)}`);
};
const config = { appId: env.SEATHOLD_ALIPAY_APP_ID, privateKey: env.SEATHOLD_ALIPAY_APP_KEY, keyType: "PKCS8", gateway: env.SEATHOLD_ALIPAY_GATEWAY_URL };
const byKeys = () => new AlipaySdk({ ...config, alipayPublicKey: env.SEATHOLD_ALIPAY_PUBLIC_KEY });
const byCertificates = () => new AlipaySdk({
  ...config, appCertContent: asset("alipay_app.crt"), alipayPublicCertContent: asset("alipay.crt"), alipayRootCertContent: asset("alipay_root.crt"),
});

const alipay = async (sdk, number) => {
  const call = (method, bizContent, extra = {}) => sdk.exec(method, { bizContent, ...extra }, { validateSign: true });
  const notify = { notifyUrl: `${site}/alipay-${number}` };
  const made = await call("alipay.trade.precreate", { outTradeNo: number, totalAmount: "88.00", subject: "考试/报名费" }, notify);
  same((await call("alipay.trade.query", { outTradeNo: number })).subCode, "ACQ.TRADE_NOT_EXIST");
  same((await call("alipay.trade.close", { outTradeNo: number })).subCode, "ACQ.TRADE_NOT_EXIST");
  await pays(made.qrCode);
  const told = await call("alipay.trade.query", { outTradeNo: number });
  same([told.tradeStatus, told.totalAmount], ["TRADE_SUCCESS", "88.00"]);
  const news = Object.fromEntries(new URLSearchParams((await hears(`/alipay-${number}`)).body));
  if (!sdk.checkNotifySignV2(news)) throw new Error("the news are not Alipay's");
  if (sdk.checkNotifySignV2({ ...news, total_amount: "0.01" })) throw new Error("a changed amount is accepted");
  const back = await call("alipay.trade.refund", { outTradeNo: number, refundAmount: "30.00", outRequestNo: "a" });
  same([back.fundChange, back.refundFee], ["Y", "30.00"]);
  same((await call("alipay.trade.fastpay.refund.query", { outTradeNo: number, outRequestNo: "a" })).refundStatus, "REFUND_SUCCESS");
};

const wechat = () => new Wechatpay({
  mchid: env.SEATHOLD_WECHAT_PAY_MCHID,
  serial: env.SEATHOLD_WECHAT_PAY_SERIAL,
  privateKey: env.SEATHOLD_WECHAT_PAY_KEY,
  certs: { [env.SEATHOLD_WECHAT_PAY_PUBLIC_KEY_ID]: env.SEATHOLD_WECHAT_PAY_PUBLIC_KEY },
  baseURL: `${url}/`,
});
const opened = (news) => {
  const { headers, body } = news;
  const text = Formatter.joinedByLineFeed(headers["wechatpay-timestamp"], headers["wechatpay-nonce"], body);
  if (!Rsa.verify(text, headers["wechatpay-signature"], env.SEATHOLD_WECHAT_PAY_PUBLIC_KEY)) throw new Error("the news are not WeChat Pay's");
  const { ciphertext, nonce, associated_data: associated } = JSON.parse(body).resource;
  return JSON.parse(Aes.AesGcm.decrypt(ciphertext, env.SEATHOLD_WECHAT_PAY_API_V3_KEY, nonce, associated));
};
const order = (number) => ({
  appid: env.SEATHOLD_WECHAT_PAY_APPID, mchid: env.SEATHOLD_WECHAT_PAY_MCHID, description: "考试报名费", out_trade_no: number,
  notify_url: `${site}/wechat`, amount: { total: 8800, currency: "CNY" },
});

const checks = {
  alipay_keys: () => alipay(byKeys(), "NODE1"),
  alipay_certificates: () => alipay(byCertificates(), "NODE2"),
  async alipay_page() {
    const bizContent = { out_trade_no: "NODE3", total_amount: "1.00", subject: "报名费 & 其他", product_code: "QUICK_WAP_WAY" };
    const address = byKeys().pageExecute("alipay.trade.wap.pay", "GET", { bizContent, returnUrl: `${site}/back`, notifyUrl: `${site}/alipay-page` });
    const page = await fetch(address);
    if (!page.url.includes("/pay/")) throw new Error(`${page.status} at ${page.url}`);
    await pays(page.url);
    await hears("/alipay-page");
  },
  async wechat() {
    const pay = wechat();
    const { data: made } = await pay.chain("v3/pay/transactions/native").post(order("NODE0001"));
    const query = async () => (await pay.chain("v3/pay/transactions/out-trade-no/NODE0001").get({ params: { mchid: env.SEATHOLD_WECHAT_PAY_MCHID } })).data;
    same((await query()).trade_state, "NOTPAY");
    await pays(made.code_url);
    same((await query()).trade_state, "SUCCESS");
    same(opened(await hears("/wechat")).out_trade_no, "NODE0001");
    const refund = { out_trade_no: "NODE0001", out_refund_no: "RNODE0001", notify_url: `${site}/wechat-refund`, amount: { refund: 3000, total: 8800, currency: "CNY" } };
    same((await pay.chain("v3/refund/domestic/refunds").post(refund)).data.status, "PROCESSING");
    same(opened(await hears("/wechat-refund")).refund_status, "SUCCESS");
    same((await pay.chain("v3/refund/domestic/refunds/RNODE0001").get()).data.status, "SUCCESS");
    await pay.chain("v3/pay/transactions/native").post(order("NODE0002"));
    const closed = await pay.chain("v3/pay/transactions/out-trade-no/NODE0002/close").post({ mchid: env.SEATHOLD_WECHAT_PAY_MCHID });
    same(closed.status, 204);
  },
};

for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log(`node    ok    pay: ${name}`);
  } catch (error) {
    process.exitCode = 1;
    console.log(`node    FAIL  pay: ${name}: ${error.stack}`);
  }
}
ear.close();

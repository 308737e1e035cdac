// Makes half of the vectors in gateways/tests/vectors with the libraries for Node: what they sign for the keys in
// gateways/tests/keys. vectors.py makes sure that those for Python agree, and writes the files.
// usage: node vectors.mjs KEYS OUT.json

import { createSign } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

process.env.TZ = "Asia/Shanghai";
const [keys, out] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const library = (path) => require(`./node_modules/${path}`);

// The moment of all vectors: 2026-11-28 10:00:00 in China.
const SECONDS = 1795831200;
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...given) {
    given.length ? super(...given) : super(SECONDS * 1000);
  }

  static now() {
    return SECONDS * 1000;
  }
};

const pem = (name) => readFileSync(`${keys}/${name}.pem`, "utf8");
const bare = (text) => text.replace(/-----[^-]+-----/g, "").replace(/\s/g, "");
const joined = (pairs) => Object.keys(pairs).filter((key) => key !== "sign").sort().map((key) => `${key}=${pairs[key]}`).join("&");
const byVendor = (text) => createSign("RSA-SHA256").update(text, "utf8").sign(pem("vendor"), "base64");
const version = (name) => JSON.parse(readFileSync(new URL(`./node_modules/${name}/package.json`, import.meta.url))).version;
const must = (holds, what) => {
  if (!holds) throw new Error(what);
};

const NUMBER = "0195f3a1b2c37d4e8f90112233445566";
const API_V3_KEY = "0123456789abcdef0123456789abcdef";

function alipay() {
  const { AlipaySdk } = require("alipay-sdk");
  const { sign } = library("alipay-sdk/dist/commonjs/util.js");
  const { getSN } = library("alipay-sdk/dist/commonjs/antcertutil.js");
  const app = { appId: "2021000000000001", privateKey: bare(pem("merchant_pkcs1")), gateway: "https://openapi.alipay.com/gateway.do" };
  const byKey = new AlipaySdk({ ...app, alipayPublicKey: bare(pem("vendor_public")) });
  const certificates = { appCertContent: pem("merchant_cert"), alipayPublicCertContent: pem("vendor_cert"), alipayRootCertContent: pem("roots") };
  const byCertificate = new AlipaySdk({ ...app, ...certificates });
  const bizContent = {out_trade_no:'0195f3a1b2c37d4e8f90112233445566',total_amount:'88.00',subject:'全国大学英语四级考试 + 口试 "A"',product_code:'QUICK_WAP_WAY',seller_id:'2088000000000001',time_expire:'2026-11-28 10:15:00',quit_url:'https://exam.example/orders/1'};
  const signed = (method, sdk, addresses) => {
    const parameters = sign(method, { format: "JSON", ...addresses, bizContent }, sdk.config);
    return { parameters, text: joined(parameters) };
  };
  const inner =
    '{"code":"10000","msg":"Success","out_trade_no":"0195f3a1b2c37d4e8f90112233445566","trade_no":"2026112822001400000000000001","trade_status":"TRADE_SUCCESS","total_amount":"88.00","buyer_open_id":"074a1CcTG1LelxKe4xQC0zgNdId0nxi95b5lsNpazWYoCo5","send_pay_date":"2026-11-28 10:00:05","store_name":"\\u8003\\u52a1\\/A {\\"sign\\":1}"}';
  const answer = `{"alipay_trade_query_response":${inner},"sign":"${byVendor(inner)}"}`;
  byKey.checkResponseSign(answer, "alipay_trade_query_response", byVendor(inner));
  const news = {gmt_create:'2026-11-28 10:00:00',charset:'utf-8',gmt_payment:'2026-11-28 10:00:05',notify_time:'2026-11-28 10:00:06',subject:'英语四级 100% + "A"',buyer_id:'2088102116773037',body:'',invoice_amount:'88.00',version:'1.0',notify_id:'4a91b7a78a503640467525113fb7d8bg8e',fund_bill_list:'[{"amount":"88.00","fundChannel":"ALIPAYACCOUNT"}]',notify_type:'trade_status_sync',out_trade_no:'0195f3a1b2c37d4e8f90112233445566',total_amount:'88.00',trade_status:'TRADE_SUCCESS',trade_no:'2026112822001400000000000001',receipt_amount:'88.00',point_amount:'0.00',app_id:'2021000000000001',buyer_pay_amount:'88.00',seller_id:'2088000000000001',new_field:'x=1&y'};
  const notification = { ...news, sign_type: "RSA2", sign: byVendor(joined(news)) };
  must(byKey.checkNotifySignV2(notification), "the library refuses our notification");
  const addresses = { notifyUrl: "https://exam.example/pay/alipay/notify", returnUrl: "https://exam.example/orders/1?paid=1&x=中" };
  return {
    by_key: signed("alipay.trade.wap.pay", byKey, addresses),
    by_certificate: signed("alipay.trade.query", byCertificate, {}),
    app_cert_sn: getSN(pem("merchant_cert")),
    alipay_cert_sn: getSN(pem("vendor_cert")),
    root_cert_sn: getSN(pem("roots"), true),
    answer: { method: "alipay.trade.query", body: answer },
    notification: new URLSearchParams(notification).toString(),
  };
}

function wechatPay() {
  const Pay = require("wechatpay-node-v3");
  const { Aes, Formatter, Rsa } = require("wechatpay-axios-plugin");
  const pay = new Pay({
    appid: "wx8888888888888888",
    mchid: "1900000001",
    publicKey: Buffer.from(pem("merchant_cert")),
    privateKey: Buffer.from(pem("merchant")),
    key: API_V3_KEY,
  });
  const serial = "5157F09EFDC096DE15EBE81A47057A7200000001";
  const [seconds, nonce] = [String(SECONDS), "593BEC0C930BF1AFEB40B4A08C8FB242"];
  const asked = [
    ["POST", "/v3/pay/transactions/h5", '{"appid":"wx8888888888888888","description":"英语四级 \\"A\\""}'],
    ["GET", `/v3/pay/transactions/out-trade-no/${NUMBER}?mchid=1900000001`, null],
    ["GET", "/v3/billdownload/file?token=a%2Bb%3D%3D&x=", null],
  ];
  const calls = asked.map(([method, path, body]) => {
    const text = Formatter.request(method, path, seconds, nonce, body ?? "");
    const signature = pay.getSignature(method, nonce, seconds, path, body ?? "");
    must(signature === Rsa.sign(text, pem("merchant")), `two libraries sign ${path} differently`);
    return {
      method, path, body, text, signature,
      by_node_v3: pay.getAuthorization(nonce, seconds, signature),
      by_axios_plugin: Formatter.authorization("1900000001", nonce, signature, seconds, serial),
    };
  });
  const transaction = {appid:'wx8888888888888888',mchid:'1900000001',out_trade_no:'0195f3a1b2c37d4e8f90112233445566',transaction_id:'4200000000202611280000000001',trade_type:'MWEB',trade_state:'SUCCESS',trade_state_desc:'支付成功',bank_type:'OTHERS',attach:'',success_time:'2026-11-28T10:00:05+08:00',payer:{openid:'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o'},amount:{total:8800,payer_total:8700,currency:'CNY',payer_currency:'CNY'}};
  const [sealedWith, associated] = ["fdasflkja484", "transaction"];
  const ciphertext = Aes.AesGcm.encrypt(JSON.stringify(transaction), API_V3_KEY, sealedWith, associated);
  must(pay.decipher_gcm(ciphertext, associated, sealedWith, API_V3_KEY).amount.total === 8800, "two libraries seal differently");
  const notification = JSON.stringify({id:'EV-2018022511223320873',create_time:'2026-11-28T10:00:06+08:00',resource_type:'encrypt-resource',event_type:'TRANSACTION.SUCCESS',summary:'支付成功',resource:{original_type:'transaction',algorithm:'AEAD_AES_256_GCM',ciphertext,associated_data:associated,nonce:sealedWith}});
  const signature = Rsa.sign(Formatter.response(seconds, nonce, notification), pem("vendor"));
  must(Rsa.verify(Formatter.response(seconds, nonce, notification), signature, pem("vendor_public")), "the library refuses its own signature");
  return { seconds: SECONDS, nonce, calls, notification, notification_signature: signature };
}

const made_by = Object.fromEntries(["alipay-sdk", "wechatpay-axios-plugin", "wechatpay-node-v3"].map((name) => [name, version(name)]));
writeFileSync(out, JSON.stringify({ made_by, alipay: alipay(), wechat_pay: wechatPay() }));

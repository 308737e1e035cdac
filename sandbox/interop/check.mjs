// Calls the sandbox with the vendors' Node SDKs. Started by ops/interop; SANDBOX_URL and the keys are variables.
import { createRequire } from "node:module";
import { createReadStream, readFileSync } from "node:fs";

const require = createRequire(import.meta.url);
const { sms } = require("tencentcloud-sdk-nodejs-sms");
const { ocr } = require("tencentcloud-sdk-nodejs-ocr");
const Dysms = require("@alicloud/dysmsapi20170525");
const Ocr = require("@alicloud/ocr-api20210707");
const OpenApi = require("@alicloud/openapi-core");

const env = process.env;
const host = env.SANDBOX_URL.replace("http://", "").replace("/", "");
const outbox = async () => (await fetch(`${env.SANDBOX_URL}outbox.json`)).json();
const tencent = (Client) => new Client({
  credential: { secretId: env.TENCENTCLOUD_SECRET_ID, secretKey: env.TENCENTCLOUD_SECRET_KEY },
  region: "ap-guangzhou",
  profile: { httpProfile: { protocol: "http://", endpoint: host } },
});
const aliyun = (Client) => new Client(new OpenApi.$OpenApiUtil.Config({
  accessKeyId: env.ALIBABA_CLOUD_ACCESS_KEY_ID,
  accessKeySecret: env.ALIBABA_CLOUD_ACCESS_KEY_SECRET,
  endpoint: host,
  protocol: "http",
}));
const same = (found, wanted) => {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) throw new Error(`${JSON.stringify(found)} is not ${JSON.stringify(wanted)}`);
};

const checks = {
  async tencent_sms() {
    const answer = await tencent(sms.v20210111.Client).SendSms({
      PhoneNumberSet: ["+8613800138000"], SmsSdkAppId: env.TENCENTCLOUD_SMS_APP_ID, SignName: env.TENCENTCLOUD_SMS_SIGN,
      TemplateId: env.TENCENTCLOUD_SMS_TEMPLATE, TemplateParamSet: ["112233"],
    });
    same(answer.SendStatusSet[0].Code, "Ok");
    same((await outbox())[0].values, ["112233"]);
  },
  async tencent_card() {
    const picture = readFileSync(`${env.SPECIMENS}/front.jpg`).toString("base64");
    const read = await tencent(ocr.v20181119.Client).IDCardOCR({ ImageBase64: picture, CardSide: "FRONT" });
    same([read.Name, read.IdNum], ["李样例", "11010519491231002X"]);
  },
  async aliyun_sms() {
    const answer = await aliyun(Dysms.default).sendSms(new Dysms.SendSmsRequest({
      phoneNumbers: "13800138000", signName: env.ALIBABA_CLOUD_SMS_SIGN, templateCode: env.ALIBABA_CLOUD_SMS_TEMPLATE,
      templateParam: JSON.stringify({ code: "445566" }),
    }));
    same(answer.body.code, "OK");
    same((await outbox())[0].values, ["445566"]);
  },
  async aliyun_card() {
    const body = createReadStream(`${env.SPECIMENS}/front.jpg`);
    const answer = await aliyun(Ocr.default).recognizeIdcard(new Ocr.RecognizeIdcardRequest({ body }));
    const read = JSON.parse(answer.body.data).data.face.data;
    same([read.name, read.idNumber], ["李样例", "11010519491231002X"]);
  },
};

for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log(`node    ok    ${name}`);
  } catch (error) {
    process.exitCode = 1;
    console.log(`node    FAIL  ${name}: ${error}`);
  }
}

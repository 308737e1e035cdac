"""Pays in the sandbox with Python SDKs of Alipay and WeChat Pay. Started by ops/interop, which sets the variables."""

import json
import os
import pathlib
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

from alipay import AliPay, DCAliPay
from alipay.exceptions import AliPayException
from alipay.utils import AliPayConfig
from wechatpayv3 import WeChatPay, WeChatPayType

ENV = os.environ
URL = ENV["SANDBOX_URL"].rstrip("/")
ASSETS = pathlib.Path(ENV["SANDBOX_ASSETS"])
heard = []
failed = []


class Ear(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        heard.append((self.path, dict(self.headers), body))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"success")

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Ear)
threading.Thread(target=server.serve_forever, daemon=True).start()
SITE = f"http://127.0.0.1:{server.server_port}"


def hears(path):
    for _ in range(250):
        found = [item for item in heard if item[0] == path]
        if found:
            return found[-1]
        threading.Event().wait(0.02)
    raise AssertionError(f"no news at {path}")


def pays(page):
    code = page.rsplit("/", 1)[-1].rsplit("pr=", 1)[-1]
    urllib.request.urlopen(f"{URL}/pay/{code}", data=b"wish=pay").read()


def check(name, does):
    try:
        does()
        print(f"python  ok    {name}")
    except Exception as error:  # every kind of disagreement is a failure
        failed.append(name)
        print(f"python  FAIL  {name}: {type(error).__name__}: {error}")


def alipay(key=None):
    client = AliPay(appid=ENV["SEATHOLD_ALIPAY_APP_ID"], app_notify_url=f"{SITE}/alipay-py",
                    app_private_key_string=key or ENV["SEATHOLD_ALIPAY_APP_KEY"],
                    alipay_public_key_string=ENV["SEATHOLD_ALIPAY_PUBLIC_KEY"], config=AliPayConfig(timeout=10))
    client._gateway = ENV["SEATHOLD_ALIPAY_GATEWAY_URL"]
    return client


def alipay_trade(client, number):
    made = client.api_alipay_trade_precreate(subject="考试/报名费", out_trade_no=number, total_amount="88.00")
    assert made["code"] == "10000", made
    assert client.api_alipay_trade_query(out_trade_no=number)["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    assert client.api_alipay_trade_close(out_trade_no=number)["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    pays(made["qr_code"])
    told = client.api_alipay_trade_query(out_trade_no=number)
    assert (told["trade_status"], told["total_amount"]) == ("TRADE_SUCCESS", "88.00"), told
    back = client.api_alipay_trade_refund("30.00", out_trade_no=number, out_request_no="a")
    assert (back["fund_change"], back["refund_fee"]) == ("Y", "30.00"), back
    told = client.api_alipay_trade_fastpay_refund_query("a", out_trade_no=number)
    assert told["refund_status"] == "REFUND_SUCCESS", told


def alipay_keys():
    client = alipay()
    alipay_trade(client, "PY1")
    _, _, body = hears("/alipay-py")
    told = dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))
    signature = told.pop("sign")
    assert client.verify(dict(told), signature), told
    assert not client.verify({**told, "total_amount": "0.01"}, signature), "a changed amount is accepted"


def alipay_certificates():
    client = DCAliPay(appid=ENV["SEATHOLD_ALIPAY_APP_ID"], app_notify_url=f"{SITE}/alipay-py-certs",
                      app_private_key_string=ENV["SEATHOLD_ALIPAY_APP_KEY"],
                      app_public_key_cert_string=(ASSETS / "alipay_app.crt").read_text(),
                      alipay_public_key_cert_string=(ASSETS / "alipay.crt").read_text(),
                      alipay_root_cert_string=(ASSETS / "alipay_root.crt").read_text())
    client._gateway = ENV["SEATHOLD_ALIPAY_GATEWAY_URL"]
    alipay_trade(client, "PY2")


def alipay_page():
    client = alipay()
    query = client.client_api("alipay.trade.wap.pay", biz_content={
        "out_trade_no": "PY3", "total_amount": "1.00", "subject": "报名费 & 其他", "product_code": "QUICK_WAP_WAY",
    }, return_url=f"{SITE}/back", notify_url=f"{SITE}/alipay-py-page")
    page = urllib.request.urlopen(f"{client._gateway}?{query}")
    assert "/pay/" in page.url, page.url
    pays(page.url)
    hears("/alipay-py-page")


def alipay_wrong_key():
    try:
        answer = alipay((ASSETS / "alipay.key").read_text()).api_alipay_trade_query(out_trade_no="PY1")
    except AliPayException as error:
        assert "isv.invalid-signature" in str(error), error
    else:
        assert answer["sub_code"] == "isv.invalid-signature", answer


def wechat(with_key):
    mode = dict(public_key=ENV["SEATHOLD_WECHAT_PAY_PUBLIC_KEY"],
                public_key_id=ENV["SEATHOLD_WECHAT_PAY_PUBLIC_KEY_ID"]) if with_key else {}
    if not with_key:  # it asks for certificates when it is made, at an address that cannot be given
        from wechatpayv3 import core
        init = core.Core._init_certificates

        def here(self):
            self._gate_way = URL
            init(self)
        core.Core._init_certificates = here
    client = WeChatPay(wechatpay_type=WeChatPayType.NATIVE, mchid=ENV["SEATHOLD_WECHAT_PAY_MCHID"],
                       private_key=ENV["SEATHOLD_WECHAT_PAY_KEY"], cert_serial_no=ENV["SEATHOLD_WECHAT_PAY_SERIAL"],
                       appid=ENV["SEATHOLD_WECHAT_PAY_APPID"], apiv3_key=ENV["SEATHOLD_WECHAT_PAY_API_V3_KEY"],
                       notify_url=f"{SITE}/wechat-py-{with_key}", **mode)
    client._core._gate_way = URL
    return client


def wechat_trade(with_key):
    client, number = wechat(with_key), f"PYTHON{int(with_key)}"
    status, text = client.pay(description="考试报名费", out_trade_no=number, amount={"total": 8800, "currency": "CNY"})
    assert status == 200, text
    assert json.loads(client.query(out_trade_no=number)[1])["trade_state"] == "NOTPAY"
    pays(json.loads(text)["code_url"])
    told = json.loads(client.query(out_trade_no=number)[1])
    assert (told["trade_state"], told["amount"]["total"]) == ("SUCCESS", 8800), told
    _, headers, body = hears(f"/wechat-py-{with_key}")
    news = client.callback(headers, body)
    assert news["resource"]["out_trade_no"] == number, news
    assert not client.callback(headers, body + b" "), "a changed body is accepted"
    status, text = client.refund(out_refund_no=f"R{number}", out_trade_no=number, reason="座位已满",
                                 amount={"refund": 3000, "total": 8800, "currency": "CNY"},
                                 notify_url=f"{SITE}/wechat-py-refund-{with_key}")
    assert (status, json.loads(text)["status"]) == (200, "PROCESSING"), text
    _, headers, body = hears(f"/wechat-py-refund-{with_key}")
    assert client.callback(headers, body)["resource"]["refund_status"] == "SUCCESS"
    assert json.loads(client.query_refund(f"R{number}")[1])["status"] == "SUCCESS"
    status, text = client.close(number)
    assert (status, json.loads(text)["code"]) == (400, "ORDERPAID"), text
    client.pay(description="考试报名费", out_trade_no=f"CLOSE{number}", amount={"total": 1, "currency": "CNY"})
    assert client.close(f"CLOSE{number}")[0] == 204


def wechat_public_key():
    wechat_trade(True)


def wechat_page():
    status, text = wechat(True).pay(
        description="考试报名费", out_trade_no="PYTHONH5", amount={"total": 8800}, pay_type=WeChatPayType.H5,
        scene_info={"payer_client_ip": "127.0.0.1", "h5_info": {"type": "Wap"}})
    assert status == 200, text
    url = json.loads(text)["h5_url"]
    try:
        urllib.request.urlopen(url)
        raise AssertionError("opened without a Referer")
    except urllib.error.HTTPError as error:
        assert error.code == 403, error
    page = urllib.request.urlopen(urllib.request.Request(url, headers={"Referer": f"{SITE}/"}))
    pays(page.url)


def wechat_certificate():
    # Answers come by the certificate only when a request names it, which this SDK does only in this mode, and not always.
    client = wechat(False)
    assert client._core._certificates, "no certificate could be opened"


CHECKS = [alipay_keys, alipay_certificates, alipay_page, alipay_wrong_key, wechat_public_key, wechat_page, wechat_certificate]
for does in CHECKS:
    check(f"pay: {does.__name__}", does)
sys.exit(1 if failed else 0)

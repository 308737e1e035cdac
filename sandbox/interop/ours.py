"""Has the vendors' own verifiers look at what our clients sign: runs them against an ear that answers nothing, in both modes of
Alipay, and writes what WeChat Pay would have heard for ours.mjs. Started by ops/interop, which sets the variables.

usage: ours.py PROGRAM WECHAT.json
"""

import json
import os
import pathlib
import subprocess
import sys
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, HTTPServer

import rsa
from alipay.aop.api.util.SignatureUtils import get_sign_content, verify_with_rsa
from cryptography.hazmat.primitives import serialization

program, out = sys.argv[1:]
ENV = dict(os.environ)
ASSETS = pathlib.Path(ENV["SANDBOX_ASSETS"])
heard = []


class Ear(BaseHTTPRequestHandler):
    def hears(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        heard.append({"method": self.command, "target": self.path, "headers": dict(self.headers), "body": body})
        self.send_response(502)
        self.end_headers()

    do_GET = do_POST = hears

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Ear)
threading.Thread(target=server.serve_forever, daemon=True).start()
SITE = f"http://127.0.0.1:{server.server_port}"
HERE = {**ENV, "SEATHOLD_ALIPAY_GATEWAY_URL": f"{SITE}/gateway.do", "SEATHOLD_WECHAT_PAY_API_URL": SITE}
CERTIFICATES = {
    "SEATHOLD_ALIPAY_PUBLIC_KEY": "",
    "SEATHOLD_ALIPAY_APP_CERT": (ASSETS / "alipay_app.crt").read_text(),
    "SEATHOLD_ALIPAY_CERT": (ASSETS / "alipay.crt").read_text(),
    "SEATHOLD_ALIPAY_ROOT_CERT": (ASSETS / "alipay_root.crt").read_text(),
}


def app_public_key():
    """Without its frame, as the library wants it."""
    text = ENV["SEATHOLD_ALIPAY_APP_KEY"].strip()
    if not text.startswith("-----"):
        text = f"-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n"
    public = serialization.load_pem_private_key(text.encode(), None).public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    return "".join(line for line in pem.splitlines() if not line.startswith("-----"))


def pairs_of(request):
    """What Alipay signs over: everything in the query and in the form."""
    query = urllib.parse.urlsplit(request["target"]).query
    return dict(urllib.parse.parse_qsl(query) + urllib.parse.parse_qsl(request["body"]))


def is_accepted(key, text, signature):
    """The library says no by an error."""
    try:
        return verify_with_rsa(key, text.encode(), signature)
    except rsa.VerificationError:
        return False


def check(name, requests):
    key, methods = app_public_key(), []
    for request in requests:
        pairs = pairs_of(request)
        signature = pairs.pop("sign")
        text = get_sign_content(pairs)
        assert is_accepted(key, text, signature), pairs
        assert not is_accepted(key, text + "0", signature), "a changed request is accepted"
        methods.append(pairs["method"])
    print(f"python  ok    pay: {name}: {', '.join(methods)}")
    wanted = {"wap.pay", "precreate", "query", "close", "refund", "fastpay.refund.query"}
    missing = wanted - {method.removeprefix("alipay.trade.") for method in methods}
    assert not missing, f"never asked: {missing}"


def run(more):
    heard.clear()
    said = subprocess.run([program], env={**HERE, **more}, check=True, capture_output=True, text=True).stdout
    pages = [{"target": line, "body": ""} for line in said.split() if "gateway.do" in line]
    return [one for one in heard if one["target"].startswith("/gateway.do")] + pages


check("ours by key", run({}))
wechat = [one for one in heard if not one["target"].startswith("/gateway.do")]
check("ours by certificates", run(CERTIFICATES))
pathlib.Path(out).write_text(json.dumps(wechat))

"""Makes the vectors in gateways/tests/vectors: takes what vectors.mjs made with the libraries for Node, makes sure that
those for Python sign alike and accept it, and writes a file for each channel.

usage: vectors.py KEYS MADE.json DIRECTORY
"""

import importlib.metadata
import json
import sys
import time

import wechatpayv3.utils as wechat
from alipay.aop.api.util.SignatureUtils import get_sign_content, sign_with_rsa2, verify_with_rsa

keys, made, directory = sys.argv[1:]
API_V3_KEY = "0123456789abcdef0123456789abcdef"
SERIAL = "5157F09EFDC096DE15EBE81A47057A7200000001"


def bare(name):
    """A key without its frame."""
    with open(f"{keys}/{name}.pem", encoding="utf-8") as file:
        return "".join(line.strip() for line in file if not line.startswith("-----"))


def check_alipay(vectors):
    """The official library for Python makes the same text of the same parameters, and the same signature."""
    for kind in ["by_key", "by_certificate"]:
        parameters = dict(vectors[kind]["parameters"])
        signature = parameters.pop("sign")
        text = get_sign_content(parameters)
        assert text == vectors[kind]["text"], kind
        assert sign_with_rsa2(bare("merchant_pkcs1"), text, "utf-8") == signature, kind
        assert verify_with_rsa(bare("merchant_public"), text.encode(), signature), kind


def check_wechat_pay(vectors):
    """The library for Python signs the same calls, and opens and verifies the same notification."""
    time.time = lambda: vectors["seconds"]
    key = wechat.load_private_key(bare("merchant"))
    for call in vectors["calls"]:
        header = wechat.build_authorization(
            call["path"], call["method"], "1900000001", SERIAL, key, data=call["body"], nonce_str=vectors["nonce"]
        )
        assert call["signature"] in header, call["path"]
        call["by_wechatpayv3"] = header
    sealed = json.loads(vectors["notification"])["resource"]
    text = wechat.aes_decrypt(sealed["nonce"], sealed["ciphertext"], sealed["associated_data"], API_V3_KEY)
    assert json.loads(text)["amount"]["total"] == 8800
    public = wechat.load_public_key(bare("vendor_public"))
    signed = [str(vectors["seconds"]), vectors["nonce"], vectors["notification"], vectors["notification_signature"]]
    assert wechat.rsa_verify(*signed, public)


with open(made, encoding="utf-8") as file:
    both = json.load(file)
check_alipay(both["alipay"])
check_wechat_pay(both["wechat_pay"])
makers = {
    "alipay": ["alipay-sdk", "alipay-sdk-python"],
    "wechat_pay": ["wechatpay-node-v3", "wechatpay-axios-plugin", "wechatpayv3"],
}
for channel, names in makers.items():
    versions = {name: both["made_by"].get(name) or importlib.metadata.version(name) for name in names}
    with open(f"{directory}/{channel}.json", "w", encoding="utf-8") as file:
        json.dump({"made_by": versions, **both[channel]}, file, ensure_ascii=False, indent=1)
        file.write("\n")

"""Calls the sandbox with the vendors' Python SDKs. Started by ops/interop; SANDBOX_URL and the keys are variables."""

import base64
import io
import json
import os
import pathlib
import sys
import urllib.request

from alibabacloud_cloudauth20190307 import models as cloudauth
from alibabacloud_cloudauth20190307.client import Client as Cloudauth
from alibabacloud_dysmsapi20170525 import models as dysms
from alibabacloud_dysmsapi20170525.client import Client as Dysms
from alibabacloud_facebody20191230 import models as facebody
from alibabacloud_facebody20191230.client import Client as Facebody
from alibabacloud_ocr_api20210707 import models as aliyun_ocr
from alibabacloud_ocr_api20210707.client import Client as AliyunOcr
from alibabacloud_tea_openapi import models as openapi
from tencentcloud.common import credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.faceid.v20180301 import faceid_client, models as faceid
from tencentcloud.iai.v20200303 import iai_client, models as iai
from tencentcloud.ocr.v20181119 import models as tencent_ocr, ocr_client
from tencentcloud.sms.v20210111 import models as sms, sms_client

ENV = os.environ
URL = ENV["SANDBOX_URL"]
HOST = URL.removeprefix("http://").rstrip("/")
NUMBER = "11010519491231002X"
SPECIMENS = pathlib.Path(ENV["SPECIMENS"])
failed = []


def check(name, does):
    try:
        does()
        print(f"python  ok    {name}")
    except Exception as error:  # every kind of disagreement is a failure
        failed.append(name)
        print(f"python  FAIL  {name}: {type(error).__name__}: {error}")


def specimen(name):
    return (SPECIMENS / name).read_bytes()


def encoded(name):
    return base64.b64encode(specimen(name)).decode()


def outbox():
    return json.load(urllib.request.urlopen(URL + "outbox.json"))


def tencent(client, key=ENV["TENCENTCLOUD_SECRET_KEY"]):
    who = credential.Credential(ENV["TENCENTCLOUD_SECRET_ID"], key)
    return client(who, "ap-guangzhou", ClientProfile(httpProfile=HttpProfile(protocol="http", endpoint=HOST)))


def filled(request, **values):
    request.from_json_string(json.dumps(values))
    return request


def tencent_message(mobile="+8613800138000"):
    return filled(sms.SendSmsRequest(), PhoneNumberSet=[mobile], SmsSdkAppId=ENV["TENCENTCLOUD_SMS_APP_ID"],
                  SignName=ENV["TENCENTCLOUD_SMS_SIGN"], TemplateId=ENV["TENCENTCLOUD_SMS_TEMPLATE"],
                  TemplateParamSet=["135790"])


def tencent_sms():
    client = tencent(sms_client.SmsClient)
    assert client.SendSms(tencent_message()).SendStatusSet[0].Code == "Ok"
    assert outbox()[0]["values"] == ["135790"]
    refused = client.SendSms(tencent_message("+86138")).SendStatusSet[0].Code
    assert refused == "InvalidParameterValue.IncorrectPhoneNumber", refused


def tencent_wrong_key():
    try:
        tencent(sms_client.SmsClient, "another key").SendSms(tencent_message())
    except TencentCloudSDKException as error:
        assert error.get_code() == "AuthFailure.SignatureFailure", error
    else:
        raise AssertionError("a wrong key was accepted")


def tencent_card():
    client = tencent(ocr_client.OcrClient)
    request = filled(tencent_ocr.IDCardOCRRequest(), ImageBase64=encoded("front.jpg"), CardSide="FRONT")
    read = client.IDCardOCR(request)
    assert (read.Name, read.IdNum, read.Birth) == ("李样例", NUMBER, "1949/12/31"), read
    try:
        client.IDCardOCR(filled(tencent_ocr.IDCardOCRRequest(), ImageBase64=encoded("back.jpg"), CardSide="FRONT"))
    except TencentCloudSDKException as error:
        assert error.get_code() == "FailedOperation.CardSideError", error
    else:
        raise AssertionError("the wrong side was accepted")


def tencent_faces():
    client = tencent(iai_client.IaiClient)

    def score(a, b):
        request = filled(iai.CompareFaceRequest(), ImageA=encoded(a), ImageB=encoded(b), FaceModelVersion="3.0")
        return client.CompareFace(request).Score

    assert score("face1.jpg", "face1.jpg") > 90
    assert score("face1.jpg", "face2.jpg") < 50


def tencent_liveness():
    client = tencent(faceid_client.FaceidClient)
    rule = ENV["TENCENTCLOUD_FACEID_RULE_ID"]
    begun = client.DetectAuth(filled(faceid.DetectAuthRequest(), RuleId=rule, IdCard=NUMBER, Name="李样例",
                                     RedirectUrl="http://127.0.0.1:1/"))
    assert begun.Url and begun.BizToken
    told = client.GetDetectInfoEnhanced(filled(faceid.GetDetectInfoEnhancedRequest(), BizToken=begun.BizToken,
                                               RuleId=rule, InfoType="0"))
    assert told.Text.ErrCode is None


def aliyun(client, secret=ENV["ALIBABA_CLOUD_ACCESS_KEY_SECRET"]):
    return client(openapi.Config(access_key_id=ENV["ALIBABA_CLOUD_ACCESS_KEY_ID"], access_key_secret=secret,
                                 endpoint=HOST, protocol="http"))


def aliyun_message():
    return dysms.SendSmsRequest(phone_numbers="13800138000", sign_name=ENV["ALIBABA_CLOUD_SMS_SIGN"],
                                template_code=ENV["ALIBABA_CLOUD_SMS_TEMPLATE"],
                                template_param=json.dumps({"code": "864209"}))


def aliyun_sms():
    answer = aliyun(Dysms).send_sms(aliyun_message()).body
    assert answer.code == "OK", answer
    assert outbox()[0]["values"] == ["864209"]


def aliyun_wrong_key():
    try:
        aliyun(Dysms, "another key").send_sms(aliyun_message())
    except Exception as error:  # the SDK's own classes differ between its versions
        assert "SignatureDoesNotMatch" in str(error) or getattr(error, "code", "") == "SignatureDoesNotMatch", error
    else:
        raise AssertionError("a wrong key was accepted")


def aliyun_card():
    request = aliyun_ocr.RecognizeIdcardRequest(body=io.BytesIO(specimen("front.jpg")), output_quality_info=True)
    read = json.loads(aliyun(AliyunOcr).recognize_idcard(request).body.data)["data"]["face"]["data"]
    assert (read["name"], read["idNumber"]) == ("李样例", NUMBER), read


def aliyun_faces():
    def confidence(a, b):
        request = facebody.CompareFaceRequest(image_data_a=encoded(a), image_data_b=encoded(b))
        return aliyun(Facebody).compare_face(request).body.data.confidence

    assert confidence("face1.jpg", "face1.jpg") > 90
    assert confidence("face1.jpg", "face2.jpg") < 61


def aliyun_liveness():
    client = aliyun(Cloudauth)
    scene = int(ENV["ALIBABA_CLOUD_CLOUDAUTH_SCENE_ID"])
    begun = client.init_face_verify(cloudauth.InitFaceVerifyRequest(
        scene_id=scene, outer_order_no="0" * 32, product_code="ID_PRO", model="MULTI_ACTION",
        cert_type="IDENTITY_CARD", cert_name="李样例", cert_no=NUMBER, meta_info="{}", certify_url_type="H5",
        return_url="http://127.0.0.1:1/a b?c=d+e")).body
    assert begun.code == "200", begun
    told = client.describe_face_verify(cloudauth.DescribeFaceVerifyRequest(
        scene_id=scene, certify_id=begun.result_object.certify_id)).body
    assert told.code == "424", told


for name, does in list(globals().items()):
    if name.startswith(("tencent_", "aliyun_")) and name not in ("tencent_message", "tencent_ocr", "aliyun_message", "aliyun_ocr"):
        check(name, does)
sys.exit(1 if failed else 0)

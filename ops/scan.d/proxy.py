"""Reads the proxy to start from, and where nginx is installed runs it in front of the demo and asks it by old and new TLS.

proxy.py CONF URL STAFF WORK LINES"""

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
import urllib.parse
import warnings

from lines import Lines

HOST, STAFF_HOST = "exam.example.edu", "staff.example.edu"
# Whoever knows an address that begins so is let in by it (h5/src/paths.rs).
SECRETS = ("handover", "preview", "check", "scan", "captcha")
# Without forward secrecy, without authenticated encryption, or both.
WEAK = "AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA:AES256-SHA:ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA384:DES-CBC3-SHA"


def read(lines, text):
    """What stands in the file, whether or not it can be run."""
    said = {words[0]: words[1:] for words in (line.strip().rstrip(";").split() for line in text.splitlines()) if words}
    lines.check("read: TLS 1.2 and 1.3 alone", [] if said["ssl_protocols"] == ["TLSv1.2", "TLSv1.3"] else [str(said["ssl_protocols"])])
    suites = said["ssl_ciphers"][0].split(":")
    weak = [suite for suite in suites if not suite.startswith("ECDHE-") or not re.search("GCM|POLY1305", suite)]
    lines.check("read: suites with forward secrecy and authentication alone", weak)
    lines.check("read: no version is told", [] if said.get("server_tokens") == ["off"] else ["server_tokens is on"])
    lines.check("read: who asks is said by the proxy alone", [] if "proxy_set_header X-Forwarded-For $remote_addr;" in text else ["clients say it"])


def free_ports():
    """Two ports that are free, and not the same one twice: both are held until both are known."""
    with socket.socket() as one, socket.socket() as other:
        for each in (one, other):
            each.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def certificate(work, host):
    folder = os.path.join(work, "proxy", host)
    os.makedirs(folder, exist_ok=True)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}",
         "-keyout", folder + "/key.pem", "-out", folder + "/fullchain.pem"], check=True, capture_output=True)


def end(process):
    process.terminate()
    process.wait(30)


def begin(text, url, staff, work):
    """The file with ports, addresses and certificates of this machine; the process, and its two ports."""
    plain, secure = free_ports()
    home = os.path.join(work, "proxy")
    for host in (HOST, STAFF_HOST):
        certificate(work, host)
    text = text.replace("/etc/ssl/", home + "/").replace("/var/log/nginx/", home + "/")
    text = re.sub(r"listen 80\b", f"listen 127.0.0.1:{plain}", text)
    text = re.sub(r"listen 443\b", f"listen 127.0.0.1:{secure}", text)
    text = text.replace("127.0.0.1:8080", urllib.parse.urlsplit(url).netloc)
    text = text.replace("127.0.0.1:8081", urllib.parse.urlsplit(staff).netloc)
    temporary = "".join(f"{name}_temp_path {home}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    whole = (f"daemon off;\nmaster_process off;\npid {home}/pid;\nerror_log {home}/errors.log;\nevents {{}}\n"
             f"http {{\naccess_log {home}/everything-else.log;\n{temporary}{text}\n}}\n")
    path = os.path.join(home, "nginx.conf")
    with open(path, "w", encoding="utf-8") as out:
        out.write(whole)
    process = subprocess.Popen([shutil.which("nginx"), "-p", home, "-e", home + "/errors.log", "-c", path])
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", secure), 1).close()
            return process, plain, secure
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
    end(process)
    with open(home + "/errors.log", encoding="utf-8") as told:
        raise SystemExit("nginx does not start: " + told.read())


def shake(port, host, low, high, suites=None):
    """The version and suite that were agreed on, or None; a program that can no longer ask so raises ValueError."""
    asking = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    asking.check_hostname, asking.verify_mode = False, ssl.CERT_NONE
    # That the old ones are deprecated is why they are asked for.
    warnings.simplefilter("ignore", DeprecationWarning)
    try:
        # What this machine's own rules refuse, the other side must be asked all the same.
        asking.set_ciphers((suites or "ALL") + ":@SECLEVEL=0")
        asking.minimum_version, asking.maximum_version = low, high
    except (ssl.SSLError, ValueError) as error:
        raise ValueError(str(error)) from error
    try:
        with socket.create_connection(("127.0.0.1", port), 10) as line, asking.wrap_socket(line, server_hostname=host) as shaken:
            return shaken.version(), shaken.cipher()[0]
    except (ssl.SSLError, ConnectionError):
        return None


def tls(lines, port):
    versions = ssl.TLSVersion
    newest = shake(port, HOST, versions.TLSv1_2, versions.TLSv1_3)
    lines.check("run: TLS 1.3 is what is agreed on", [] if newest and newest[0] == "TLSv1.3" else [str(newest)], str(newest))
    before = shake(port, HOST, versions.TLSv1_2, versions.TLSv1_2)
    lines.check("run: TLS 1.2 with forward secrecy", [] if before and before[1].startswith("ECDHE-") else [str(before)], str(before))
    for version in (versions.TLSv1, versions.TLSv1_1):
        try:
            agreed = shake(port, HOST, version, version)
            lines.check(f"run: {version.name} is refused", [str(agreed)] if agreed else [])
        except ValueError as error:
            lines.say("explained", f"run: {version.name} is refused", f"this machine cannot ask for it: {error}")
    agreed = shake(port, HOST, versions.TLSv1_2, versions.TLSv1_2, WEAK)
    lines.check("run: weak suites are refused", [str(agreed)] if agreed else [])
    agreed = shake(port, "other.example", versions.TLSv1_2, versions.TLSv1_3)
    lines.check("run: hosts of others are refused", [str(agreed)] if agreed else [])


def ask(port, host, method, path, is_secure):
    if is_secure:
        trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        line = http.client.HTTPSConnection(host, timeout=30, context=trusting)
        line.sock = trusting.wrap_socket(socket.create_connection(("127.0.0.1", port), 10), server_hostname=host)
    else:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    line.request(method, path, headers={"Host": host, "X-Forwarded-For": "198.51.100.1"})
    reply = line.getresponse()
    reply.read()
    line.close()
    return reply


def through(lines, plain, secure):
    for host, path in ((HOST, "/"), (HOST, "/api/v1/openapi.json"), (STAFF_HOST, "/sign-in")):
        reply = ask(secure, host, "GET", path, True)
        faults = [] if reply.status == 200 else [f"{reply.status}"]
        for name in ("strict-transport-security", "content-security-policy", "x-content-type-options"):
            if len(reply.headers.get_all(name) or []) != 1:
                faults.append(f"{name} is said {len(reply.headers.get_all(name) or [])} times")
        if re.search(r"\d", reply.getheader("server") or ""):
            faults.append("it tells its version")
        lines.check(f"run: {host}{path} comes through as it is", faults)
    traced = ask(secure, HOST, "TRACE", "/", True).status
    lines.check("run: TRACE is refused", [] if traced == 405 else [str(traced)])
    led = ask(plain, HOST, "GET", "/sign-in?next=/me", False)
    to = led.getheader("location")
    lines.check("run: people are led to https", [] if led.status == 308 and to == f"https://{HOST}/sign-in?next=/me" else [f"{led.status} {to}"])
    refused = [path for path in ("/api/v1/openapi.json", "/metrics", "/pay/alipay/notify") if ask(plain, HOST, "GET", path, False).status != 403]
    lines.check("run: programs are told that they came without TLS", refused)


def logged(lines, plain, secure, home):
    """What lets somebody in, and what somebody typed, is in no log: neither in those that the file names nor in the one that nginx
    keeps where nothing is said."""
    secrets = {f"/{name}/": f"lets-in-by-{name}" for name in SECRETS}
    for begin, word in secrets.items():
        ask(secure, HOST, "GET", begin + word, True)
        ask(plain, HOST, "GET", begin + word, False)
    ask(secure, HOST, "GET", "/?q=typed-here", True)
    ask(plain, HOST, "GET", "/?q=typed-in-the-clear", False)
    ask(secure, HOST, "GET", "/help", True)
    time.sleep(0.5)
    text = {}
    for name in ("seathold.log", "seathold-staff.log", "everything-else.log"):
        with open(os.path.join(home, name), encoding="utf-8") as told:
            text[name] = told.read()
    words = [*secrets.values(), "typed-here", "typed-in-the-clear"]
    told = [f"{word} in {name}" for name, said in text.items() for word in words if word in said]
    lines.check("run: logs have neither queries nor what lets somebody in", told)
    lines.check("run: logs have the rest", [] if "GET /help 200" in text["seathold.log"] else ["no line of /help"])


def main():
    path, url, staff, work, out = sys.argv[1:]
    lines = Lines()
    with open(path, encoding="utf-8") as conf:
        text = conf.read()
    read(lines, text)
    if not shutil.which("nginx") or not shutil.which("openssl"):
        lines.say("explained", "run: nginx in front of the demo", "nginx or openssl is not installed here: the file was read and not run")
        lines.write(out)
        return
    process, plain, secure = begin(text, url, staff, work)
    try:
        tls(lines, secure)
        through(lines, plain, secure)
        logged(lines, plain, secure, os.path.join(work, "proxy"))
    finally:
        end(process)
    lines.write(out)


main()

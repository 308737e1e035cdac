"""What both addresses of a demo that is told to be behind TLS say to browsers.

answers.py URL STAFF SANDBOX LINES"""

import http.client
import re
import sys
import time
import urllib.parse

from lines import Lines

HOST, STAFF_HOST = "exam.example.edu", "staff.example.edu"
YEAR = 365 * 24 * 60 * 60
EXAM = "campus-english"
# A number that fits its check digit, and a mobile: nobody's.
PERSON = {"name": "李样例", "kind": "resident_id", "document": "430102199506150022", "mobile": "13900001234"}
PASSWORD = "Bridge-Lamp-42"
# Names and versions of programs, as a banner or a page of an error would have them.
BANNER = re.compile(r"(axum|hyper|tokio|tower|rust|seathold|postgres\w*|redis)[/ ]v?\d+\.\d+|panicked at|src/\w+\.rs", re.I)


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name]

    def one(self, name):
        return ", ".join(self.all(name))


class Door:
    """One address, asked as a proxy with TLS would ask it, with the cookies that it gave."""

    def __init__(self, url, host):
        self.where, self.host, self.cookies = urllib.parse.urlsplit(url).netloc, host, {}

    def ask(self, method, path, form=None, **more):
        headers = {"Host": self.host, "X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https", **more}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers.setdefault("Origin", f"https://{self.host}")
        line = http.client.HTTPConnection(self.where, timeout=30)
        line.request(method, path, body, headers)
        answer = line.getresponse()
        reply = Reply(answer.status, answer.getheaders(), answer.read().decode("utf-8", "replace"))
        line.close()
        for cookie in reply.all("set-cookie"):
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
            if "max-age=0" in cookie.lower().replace(" ", ""):
                self.cookies.pop(name)
        return reply


def policy(text):
    parts = [part.split() for part in text.split(";") if part.split()]
    return {part[0]: part[1:] for part in parts}


def policy_faults(text):
    said, faults = policy(text), []
    if said.get("default-src") != ["'none'"] and said.get("object-src") != ["'none'"]:
        faults.append("objects may be loaded")
    for name in ("base-uri", "frame-ancestors"):
        if said.get(name) != ["'none'"]:
            faults.append(f"no {name} 'none'")
    loose = {"'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:"}
    for name in ("default-src", "script-src", "style-src", "connect-src", "form-action"):
        if loose & set(said.get(name, [])):
            faults.append(f"{name} is loose")
    return faults


def general(lines, name, replies):
    """What holds for every answer of an address; `replies` by what was asked."""
    def those(wrong):
        return [f"{asked}: {told}" for asked, reply in replies.items() for told in wrong(reply)]

    def hsts(reply):
        found = re.search(r"max-age=(\d+)", reply.one("strict-transport-security"))
        return [] if found and int(found[1]) >= YEAR else ["less than a year"]

    def kinds(reply):
        kind = reply.one("content-type")
        if reply.body and not kind:
            return ["a body of no type"]
        return ["no charset"] if kind.startswith("text/") and "charset=" not in kind else []

    def banners(reply):
        told = [name for name in ("server", "x-powered-by", "via") if reply.all(name)]
        shown = BANNER.search(reply.body if "json" not in reply.one("content-type") or reply.status >= 400 else "")
        return told + ([shown[0]] if shown else [])

    lines.check(f"{name}: HSTS", those(hsts))
    lines.check(f"{name}: nosniff", those(lambda reply: [] if reply.one("x-content-type-options") == "nosniff" else ["missing"]))
    lines.check(f"{name}: content security policy, frames", those(lambda reply: policy_faults(reply.one("content-security-policy"))))
    lines.check(f"{name}: types and charsets", those(kinds))
    lines.check(f"{name}: no banner", those(banners))
    lines.check(f"{name}: other origins read nothing", those(lambda reply: reply.all("access-control-allow-origin")))
    pages = {asked: reply for asked, reply in replies.items() if reply.one("content-type").startswith("text/html")}
    loose = [asked for asked, reply in pages.items() if reply.one("referrer-policy") not in ("same-origin", "no-referrer", "strict-origin")]
    lines.check(f"{name}: referrer policy of pages", loose)
    inline = re.compile(r"<script(?![^>]*\ssrc=)(?![^>]*application/(?:ld\+)?json)[^>]*>|<style|\son[a-z]+=|javascript:", re.I)
    lines.check(f"{name}: no inline script or style", [f"{asked}: {inline.search(reply.body)[0]}" for asked, reply in pages.items() if inline.search(reply.body)])
    lines.check(f"{name}: no 5xx", [f"{asked}: {reply.status}" for asked, reply in replies.items() if reply.status >= 500])


def cookies(lines, name, replies):
    """Flags and prefixes of every cookie that was given."""
    faults = []
    for asked, reply in replies.items():
        for cookie in reply.all("set-cookie"):
            parts = [part.strip().lower() for part in cookie.split(";")]
            # One that is taken away has nothing in it.
            if "max-age=0" in parts:
                continue
            called = cookie.split("=")[0]
            for flag in ("secure", "httponly"):
                if flag not in parts:
                    faults.append(f"{called} without {flag} ({asked})")
            if not {"samesite=lax", "samesite=strict"} & set(parts):
                faults.append(f"{called} without SameSite ({asked})")
            if any(part.startswith("domain=") for part in parts):
                faults.append(f"{called} is sent to other hosts ({asked})")
            if not called.startswith("__Host-" if "path=/" in parts else "__Secure-"):
                faults.append(f"{called} has not the prefix that browsers guard ({asked})")
    lines.check(f"{name}: flags and prefixes of cookies", faults)


def methods(lines, name, door, paths):
    faults = []
    for method in ("TRACE", "TRACK", "CONNECT", "OPTIONS", "PATCH", "NONSENSE"):
        for path in paths:
            reply = door.ask(method, path, Origin="https://evil.example")
            if reply.status < 400 or reply.status >= 500 or "evil.example" in reply.body:
                faults.append(f"{method} {path}: {reply.status}")
    lines.check(f"{name}: methods that are none are refused", faults)


def sign_up(door, sandbox, person=PERSON):
    """Makes an account for the day's exam, as anybody may; answers what came, by what was asked."""
    asked, where = {}, f"?next=/exams/{EXAM}"
    asked["POST /sign-up/code"] = door.ask("POST", "/sign-up/code" + where, {**person, "code": "", "password": ""})
    code = None
    for _ in range(100):
        page = Door(sandbox, urllib.parse.urlsplit(sandbox).netloc).ask("GET", "/").body
        found = re.search(person["mobile"] + r".*?class=\"code\">(\d{6})", page, re.S)
        if found:
            code = found[1]
            break
        time.sleep(0.1)
    asked["POST /sign-up"] = door.ask("POST", "/sign-up" + where, {**person, "code": code or "", "password": PASSWORD})
    return asked


def kept(lines, name, replies):
    lines.check(f"{name}: what is of who is signed in is not kept", [
        f"{asked}: {reply.one('cache-control') or 'says nothing'}"
        for asked, reply in replies.items() if "no-store" not in reply.one("cache-control")])


def public(lines, url, sandbox):
    door = Door(url, HOST)
    paths = ["/", "/sign-in", f"/sign-up?next=/exams/{EXAM}", f"/exams/{EXAM}", "/help", "/me", "/nothing-here", "/robots.txt",
             "/manifest.webmanifest", "/check-phone", "/privacy", "/language?to=en&next=/", f"/api/v1/exams/{EXAM}/sittings", "/api/v1/openapi.json",
             "/api/v1/nothing-here", "/healthz", "/readyz", "/metrics", f"/exams/{EXAM}/%00", "/static/../Cargo.toml", "/?q=%3Cscript%3E"]
    replies = {f"GET {path}": door.ask("GET", path, Origin="https://evil.example") for path in paths}
    for asset in sorted(set(re.findall(r'"(/static/[^"]+)"', replies["GET /"].body)))[:4]:
        replies[f"GET {asset}"] = door.ask("GET", asset)
    door.cookies.clear()
    replies["POST / of another site"] = door.ask("POST", "/sign-in", {"login": "x"}, Origin="https://evil.example")
    lines.check("public: another site's form is refused", [] if replies["POST / of another site"].status == 403 else ["it was taken"])
    lines.check("public: numbers of the server want a key", [] if replies["GET /metrics"].status == 401 else ["/metrics answers anybody"])
    asked = sign_up(door, sandbox)
    entered = asked["POST /sign-up"]
    if entered.status != 303 or "__Host-seathold" not in door.cookies:
        lines.say("found", "public: signing up", f"no account could be made: {entered.status}")
    own = {f"GET {path}": door.ask("GET", path) for path in ("/me", "/me/devices", "/me/password", f"/exams/{EXAM}", f"/exams/{EXAM}/notice")}
    lines.check("public: who is signed in gets their own page", [] if own["GET /me"].status == 200 else [str(own["GET /me"].status)])
    kept(lines, "public", {**own, **asked})
    before = dict(door.cookies)
    left = {"POST /sign-out": door.ask("POST", "/sign-out", {})}
    lines.check("public: signing out clears what a browser kept", [] if "storage" in left["POST /sign-out"].one("clear-site-data") else ["no Clear-Site-Data"])
    door.cookies = before
    lines.check("public: a copied cookie opens nothing after signing out", [] if door.ask("GET", "/me").status != 200 else ["/me opens"])
    everything = {**replies, **asked, **own, **left}
    general(lines, "public", everything)
    cookies(lines, "public", everything)
    methods(lines, "public", Door(url, HOST), ["/", "/sign-in", f"/api/v1/exams/{EXAM}/sittings", "/static/nothing"])


def staff(lines, url):
    door = Door(url, STAFF_HOST)
    replies = {f"GET {path}": door.ask("GET", path, Origin="https://evil.example") for path in ("/", "/sign-in", "/nothing-here", "/candidates", "/audit", "/robots.txt")}
    replies["GET /language"] = door.ask("GET", "/language?to=en&next=/", Referer=f"https://{STAFF_HOST}/sign-in")
    wrong = {"POST /sign-in, wrong": door.ask("POST", "/sign-in", {"name": "demo", "password": "not-that-one"})}
    right = {"POST /sign-in": door.ask("POST", "/sign-in", {"name": "demo", "password": "demo-seathold"})}
    if "__Host-seathold-desk" not in door.cookies:
        lines.say("found", "staff: signing in", f"the demo's staff cannot sign in: {right['POST /sign-in'].status}")
    paths = ("/", "/candidates", "/audit", "/staff", "/exams", "/api-keys", "/webhooks", "/finance", "/approvals")
    own = {f"GET {path}, signed in": door.ask("GET", path) for path in paths}
    opened = [asked for asked, reply in own.items() if reply.status == 200]
    lines.check("staff: who is signed in gets their pages", [] if len(opened) > 4 else [f"only {opened}"])
    kept(lines, "staff", {**own, **right, **wrong})
    before = dict(door.cookies)
    left = {"POST /sign-out": door.ask("POST", "/sign-out", {})}
    door.cookies = before
    lines.check("staff: a copied cookie opens nothing after signing out", [] if door.ask("GET", "/candidates").status != 200 else ["/candidates opens"])
    everything = {**replies, **wrong, **right, **own, **left}
    general(lines, "staff", everything)
    cookies(lines, "staff", everything)
    methods(lines, "staff", Door(url, STAFF_HOST), ["/", "/sign-in", "/candidates"])


def main():
    lines = Lines()
    public(lines, sys.argv[1], sys.argv[3])
    staff(lines, sys.argv[2])
    lines.write(sys.argv[4])


if __name__ == "__main__":
    main()

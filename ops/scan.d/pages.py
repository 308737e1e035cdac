"""What Lighthouse thinks of candidates' pages on a phone, as they are and in the elder view (长辈版), without and with an account.

pages.py URL SANDBOX LIGHTHOUSE CHROMIUM WORK LINES"""

import json
import os
import subprocess
import sys
import urllib.parse

from answers import EXAM, PERSON, Door, sign_up
from lines import Lines

PUBLIC = ["/", "/sign-in", f"/sign-up?next=/exams/{EXAM}", f"/exams/{EXAM}", "/exams/degree-english", "/help", "/check-phone"]
OWN = ["/me", "/me/devices", "/me/password", f"/exams/{EXAM}", "/exams/degree-english/notice"]
# Somebody else than in the other parts, which share the data.
SOMEBODY = {**PERSON, "document": "430102199506150049", "mobile": "13900001235"}
DISPLAYS = ["ordinary", "elder"]
# Every check in them that counts is to pass.
CATEGORIES = ["accessibility", "best-practices"]
PAGE_TIMEOUT = 120


class Plain(Door):
    """The same address without a proxy in front, as the browser here asks it."""

    def ask(self, method, path, form=None, **more):
        return super().ask(method, path, form, **{"X-Forwarded-Proto": "http", "Origin": f"http://{self.host}", **more})


def look(tools, url, cookies, out):
    """The report on one page; None with what was said where there is none."""
    program, chromium = tools
    headers = json.dumps({"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())})
    command = [program, url, "--quiet", "--output=json", f"--output-path={out}", f"--extra-headers={headers}",
               f"--only-categories={','.join(CATEGORIES)}", "--chrome-flags=--headless=new --no-sandbox"]
    try:
        done = subprocess.run(command, env={**os.environ, "CHROME_PATH": chromium}, capture_output=True, text=True, timeout=PAGE_TIMEOUT)
    except subprocess.TimeoutExpired:
        return None, f"no report within {PAGE_TIMEOUT} s"
    if done.returncode != 0:
        return None, (done.stderr.strip().splitlines() or ["no report"])[-1]
    with open(out, encoding="utf-8") as text:
        return json.load(text), ""


def is_meant(audit):
    """Pictures of captchas are coarse so that they are small and that programs read less of them."""
    items = (audit.get("details") or {}).get("items") or []
    return audit["id"] == "image-size-responsive" and bool(items) and all("/captcha/" in item.get("url", "") for item in items)


def faults(report, path):
    """Every check that failed, with the page."""
    if report.get("runtimeError"):
        return [f"{path}: {report['runtimeError'].get('code')}"]
    if urllib.parse.urlsplit(report["finalDisplayedUrl"]).path != urllib.parse.urlsplit(path).path:
        return [f"{path}: led to {report['finalDisplayedUrl']}"]
    found = []
    for name in CATEGORIES:
        failed = [one["id"] for one in report["categories"][name]["auditRefs"]
                  if one["weight"] and report["audits"][one["id"]]["score"] not in (None, 1) and not is_meant(report["audits"][one["id"]])]
        if failed:
            found.append(f"{path}: {name}: {' '.join(failed)}")
    return found


def main(url, sandbox, program, chromium, work, out):
    lines = Lines()
    door = Plain(url, urllib.parse.urlsplit(url).netloc)
    entered = sign_up(door, sandbox, SOMEBODY)["POST /sign-up"]
    if entered.status != 303 or "seathold" not in door.cookies:
        lines.say("found", "pages: signing up", f"no account could be made: {entered.status}")
    for display in DISPLAYS:
        for name, paths, cookies in [("without an account", PUBLIC, {}), ("signed in", OWN, door.cookies)]:
            wrong = []
            for at, path in enumerate(paths):
                report, said = look((program, chromium), url.rstrip("/") + path, {**cookies, "display": display}, f"{work}/page-{display}-{len(cookies)}-{at}.json")
                wrong += faults(report, path) if report else [f"{path}: {said}"]
            lines.check(f"pages: Lighthouse, {display} view, {name}", wrong, f"{len(paths)} pages: accessibility and best practices 100")
    lines.write(out)


if __name__ == "__main__":
    main(*sys.argv[1:])

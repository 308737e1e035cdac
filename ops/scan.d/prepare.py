"""Makes an exam with a sitting and holds a seat in it, and writes down for schemathesis where they are.

prepare.py URL KEY CONFIG"""

import json
import sys
import urllib.request

EXAM, SITTING = "scanned", "one"


def call(method, address, key, body):
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    asked = urllib.request.Request(address, json.dumps(body).encode(), headers, method=method)
    with urllib.request.urlopen(asked, timeout=30) as reply:
        return json.load(reply)


def main():
    url, key, config = sys.argv[1:]
    exam = f"{url}/api/v1/exams/{EXAM}"
    call("PUT", exam, key, {"title": "Scanned", "hold_seconds": 86_400})
    call("PUT", f"{exam}/sittings/{SITTING}", key, {"title": "One", "capacity": 100_000})
    held = call("POST", f"{exam}/holds", key, {"candidate": "scan", "sittings": [SITTING]})
    with open(config, "w", encoding="utf-8") as out:
        out.write(f'[parameters]\n"path.exam" = "{EXAM}"\n"path.hold" = "{held["holds"][0]["id"]}"\n')


main()

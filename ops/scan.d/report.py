"""Prints the scan's table and writes it down; exits 1 when something was found, or a part said nothing."""

import json
import os
import sys


def main():
    out, parts = sys.argv[1], sys.argv[2:]
    rows = []
    for part in parts:
        try:
            with open(os.path.join(out, part + ".json"), encoding="utf-8") as told:
                rows += [(part, line["state"], line["name"], line["detail"]) for line in json.load(told)]
        except FileNotFoundError:
            rows.append((part, "found", part, "it said nothing"))
    width = max(len(row[2]) for row in rows)
    for part, state, name, detail in rows:
        print(f"{state:9}  {part:7}  {name:{width}}  {detail[:160]}".rstrip())
    counts = {state: sum(row[1] == state for row in rows) for state in ("clean", "explained", "found")}
    summary = ", ".join(f"{count} {state}" for state, count in counts.items())
    print(summary)
    with open(os.path.join(out, "report.md"), "w", encoding="utf-8") as report:
        report.write(f"# Scan\n\n{summary}\n\n| state | part | what | detail |\n|---|---|---|---|\n")
        for part, state, name, detail in rows:
            cells = (state, part, name, detail.replace("|", "\\|").replace("\n", " "))
            report.write("| " + " | ".join(cells) + " |\n")
    sys.exit(1 if counts["found"] else 0)


main()

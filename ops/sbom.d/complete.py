"""Completes a bill of materials as cargo-cyclonedx wrote it: names no path of this machine, and has the scripts of others that
pages carry. Refuses one in which a crate has no hash or no licence.

complete.py BILL README ROOT OUT: README is the table of those scripts, ROOT where the source is."""

import json
import re
import sys

HASH = re.compile(r"^`([0-9a-f]{64})`$")


def scripts(readme):
    """The packages of the table, each with its files and their hashes."""
    found = []
    for line in readme.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        digest = HASH.match(cells[-1])
        if len(cells) != 6 or not digest:
            continue
        _, package, version, licence, file, _ = cells
        if package:
            name = package.split("`")[1]
            purl = f"pkg:npm/{name.replace('@', '%40')}@{version}"
            expression = re.sub(r"\s*\(.*\)", "", licence).replace(" or ", " OR ")
            found.append(
                {
                    "type": "library",
                    "bom-ref": purl,
                    "name": name,
                    "version": version,
                    "scope": "required",
                    "licenses": [{"expression": expression}],
                    "purl": purl,
                    "components": [],
                }
            )
        hashes = [{"alg": "SHA-256", "content": digest.group(1)}]
        found[-1]["components"].append({"type": "file", "name": file.strip("`"), "hashes": hashes})
    return found


def lacking(bill):
    """The crates that came from outside and lack something."""
    outside = (one for one in bill["components"] if not one["bom-ref"].startswith("path+file:"))
    return [f"{one['name']} {one['version']}" for one in outside if not one.get("hashes") or not one.get("licenses")]


def main():
    source, readme, root, out = sys.argv[1:]
    with open(source, encoding="utf-8") as file:
        bill = json.loads(file.read().replace(f"file://{root}/", "file:///"))
    incomplete = lacking(bill)
    if incomplete:
        sys.exit(f"error: these have no hash or no licence: {', '.join(incomplete)}")
    with open(readme, encoding="utf-8") as file:
        carried = scripts(file.read())
    if not carried:
        sys.exit(f"error: {readme} has no table of scripts any more")
    bill["components"] += carried
    program = bill["metadata"]["component"]["bom-ref"]
    for known in bill["dependencies"]:
        if known["ref"] == program:
            known.setdefault("dependsOn", []).extend(one["bom-ref"] for one in carried)
    bill["dependencies"] += [{"ref": one["bom-ref"]} for one in carried]
    with open(out, "w", encoding="utf-8") as file:
        json.dump(bill, file, ensure_ascii=False, indent=2)
        file.write("\n")
    print(len(bill["components"]))


main()

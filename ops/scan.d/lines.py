"""One line of the scan's report: what was looked at, and how it stands."""

import json
import sys

STATES = ("clean", "explained", "found")


class Lines:
    """What a part of the scan has to say, kept in a file that report.py reads."""

    def __init__(self):
        self.lines = []

    def say(self, state, name, detail=""):
        assert state in STATES, state
        self.lines.append({"state": state, "name": name, "detail": detail})

    def check(self, name, faults, detail=""):
        """Clean when there is no fault; otherwise each fault is told."""
        faults = list(dict.fromkeys(faults))
        if faults:
            shown = "; ".join(faults[:6]) + (f"; and {len(faults) - 6} more" if len(faults) > 6 else "")
            self.say("found", name, shown)
        else:
            self.say("clean", name, detail)

    def write(self, path):
        with open(path, "w", encoding="utf-8") as out:
            json.dump(self.lines, out, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    # lines.py FILE STATE NAME DETAIL: a part that has one line.
    lines = Lines()
    lines.say(sys.argv[2], sys.argv[3], sys.argv[4])
    lines.write(sys.argv[1])

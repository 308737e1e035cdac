"""Reads what schemathesis saw and says which of it is meant so.

api.py LINES EVENTS...: EVENTS are its reports of the kind ndjson, one a run."""

import base64
import json
import sys

from lines import Lines

# Of what is meant so: check, operation, what the answer's body has in it, and why.
MEANT = [
    ("positive_data_acceptance", "PUT /api/v1/exams/{exam}", '"field":"closes_at"',
     "that an exam closes after it opens is about two fields at once, which a schema cannot say"),
    ("positive_data_acceptance", "PUT /api/v1/exams/{exam}/sittings/{sitting}", "cannot change once the sitting is there",
     "a sitting's group and pool stay what they are: what the request may say depends on what was said before"),
    ("positive_data_acceptance", "PUT /api/v1/exams/{exam}/sittings/{sitting}", 'pool: belongs to another exam',
     "a pool belongs to one exam: whether a name is free depends on other exams"),
    ("positive_data_acceptance", "PUT /api/v1/exams/{exam}", "invalid type: floating point",
     "2763.0 is a whole number to a schema; we want it written without a fraction, and name the field"),
    ("positive_data_acceptance", "PUT /api/v1/exams/{exam}/sittings/{sitting}", "invalid type: floating point",
     "the same"),
    ("positive_data_acceptance", "POST /api/v1/exams/{exam}/holds", 'sittings of one pool only',
     "that all sittings are of one pool depends on how they were made"),
]
# What is not asked at all, and why.
LEFT_OUT = [
    ("GET /api/v1/exams/{exam}/events", "a stream of events without end; reservation's and seathold's own tests read it"),
]


def text_of(interaction):
    content = ((interaction or {}).get("response") or {}).get("content") or {}
    if isinstance(content, dict) and "$base64" in content:
        return base64.b64decode(content["$base64"]).decode("utf-8", "replace")
    return str(content)


def reason(check, operation, text):
    for wanted, where, part, why in MEANT:
        if check == wanted and operation == where and part in text:
            return why
    return None


def failures(events):
    """Each failed check: its name, operation, message, and the answer's body."""
    for event in events:
        finished = event.get("ScenarioFinished")
        recorder = (finished or {}).get("recorder") or {}
        for case, checks in (recorder.get("checks") or {}).items():
            for check in checks:
                if check["status"] != "failure":
                    continue
                failure = (check.get("failure_info") or {}).get("failure") or {}
                interaction = (recorder.get("interactions") or {}).get(case)
                yield check["name"], failure.get("operation", recorder["label"]), failure, text_of(interaction)


def main():
    out, runs = sys.argv[1], sys.argv[2:]
    lines, failed, meant, total, events = Lines(), {}, {}, 0, []
    for run in runs:
        with open(run, encoding="utf-8") as told:
            events.append([json.loads(line) for line in told if line.strip()])
    ended = all(any("EngineFinished" in event for event in run) for run in events)
    events = [event for run in events for event in run]
    for event in events:
        finished = event.get("ScenarioFinished") or {}
        total += len((finished.get("recorder") or {}).get("interactions") or {})
    for check, operation, failure, text in failures(events):
        why = reason(check, operation, text)
        if why:
            meant[(check, operation, why)] = meant.get((check, operation, why), 0) + 1
        else:
            detail = f"{failure.get('title', '')}: {text[:200] or failure.get('message', '')[:200]}"
            failed.setdefault((check, operation), []).append(detail)
    if not ended or total < 100:
        lines.say("found", "schemathesis", f"it did not come to its end: {total} requests; see api.log")
    for event in events:
        for error in [event.get("NonFatalError"), event.get("FatalError")]:
            if error:
                lines.say("found", "schemathesis", f"an error of its own: {str(error)[:200]}; see api.log")
    for (check, operation), details in failed.items():
        lines.say("found", f"{check}: {operation}", f"{len(details)} times; {details[0]}")
    for (check, operation, why), times in meant.items():
        lines.say("explained", f"{check}: {operation}", f"{times} times; {why}")
    for operation, why in LEFT_OUT:
        lines.say("explained", f"not asked: {operation}", why)
    if not failed and ended:
        lines.say("clean", "everything else of schemathesis", f"{total} requests, no 5xx, answers as documented")
    lines.write(out)


main()

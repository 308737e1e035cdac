//! What `--help` says beside the options.

pub(super) const ABOUT: &str = "Sends a rush of candidates at a Seathold server and measures what they live through.";
pub(super) const LONG_ABOUT: &str =
    "Sends a rush of candidates at a Seathold server and measures what they live through.

Arrivals are open-loop: nobody waits for somebody else's answer. Latency counts from the moment a candidate \
meant to act to the answer that decided, with every wait and repetition in between, so a server that stalls \
cannot hide it. At the end the seats are counted by witnesses that do not know of each other: what candidates \
were told, what the API says of every hold, and the ledger in Postgres. A test that finds a seat given twice \
fails, whatever else was measured. Ctrl-C ends a test early; its results are still written.";
pub(super) const AFTER: &str = "\
Exit status:
  0  all well
  1  the test could not be run
  2  wrong usage
  3  an expectation was missed
  4  a check failed: a seat given twice or lost, the ledger disagrees, or the waiting room was not fair

Examples:
  The rush to show: 200,000 candidates, 20,000 seats, 60 seconds; exam, checks and report included:
    seathold serve --demo --data data &
    loadtest rush --data data --html rush.html
  The same by hand, with other numbers:
    loadtest api --data data --candidates 50000 --spike 30%/2s --opens-in 5s --early 10% --seconds 30 \\
      --seats 5000 --confirm 70% --release 10% --html report.html --expect p99=250ms
  Where is the limit? Twenty thousand a second, reached in a straight line:
    loadtest api --data data --ramp 0..20000 --seconds 60 --seats 10000000
  The whole way through the pages, with accounts that are signed in already:
    loadtest prepare --definition exam --seats 500 && seathold exam import exam --data data
    loadtest accounts --number 2000 --file accounts.json
    loadtest candidate --data data --exam load-… --accounts accounts.json --arrive signed-in --rate 40
  The whole way of an exam with identity card, notice, face and details. Every candidate comes from an address of
  their own, which the server must believe us (seathold serve --demo --trusted-proxy 127.0.0.1):
    loadtest candidate --data data --exam degree-english --rate 0.3 --seconds 300 --confirm 100% --release 0 \
      --forwarded --timeout 40s --drain 120s --html candidates.html
  Through the waiting room:
    loadtest waiting-room --data data --candidates 5000 --rush --opens-in 10s --early 60% --seats 1000
  Viewers on pages and lists, and twenty thousand pages left open. The server must bear so many connections, and
  so many requests from one address, or trust us as its proxy (--forwarded):
    loadtest browse --exam cet --rate 500 --path / --path /exams/cet --streams 20000 --sources 4 --forwarded
  What attackers get from a server of one's own, a minute each:
    seathold serve --demo --trusted-proxy 127.0.0.1 --data data &
    loadtest abuse --lasts 1m --html abuse.html
  Two processes, one test:
    exam=$(loadtest prepare --data data --seats 20000)
    loadtest api --data data --exam $exam --rate 8000 --seed 7 --shard 1/2 --json 1.json ... &
    loadtest api --data data --exam $exam --rate 8000 --seed 7 --shard 2/2 --json 2.json ... ; wait
    loadtest merge 1.json 2.json --url http://127.0.0.1:8080 --html both.html --expect p99=50ms";

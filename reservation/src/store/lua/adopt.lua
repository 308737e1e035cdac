-- adopt: take a pool that Redis still has under a new epoch, if it has all that the ledger saw.
--
-- Why: after a restart or a failover of Redis its data may be older than the ledger. The entry at the
-- ledger's cursor, with the epoch that wrote it, proves that it is not. A call that a broken line delivers late finds
-- its epoch used, or takes one that nobody was told of: then the next caller is fenced, and opens the pool again.
-- KEYS    as in the prelude, which is not put before this script: it must work across epochs
-- ARGV[1] new epoch   ARGV[2] the cursor's stream id   ARGV[3] the epoch of that entry
-- ARGV[4] the process (run_id) that this runs on   ARGV[5] its history (master_replid): what a replica takes over, or
--         who was demoted and promoted again, has another one
-- Reply   "adopted" | "lost" | "missing"
-- Cost    O(1)
local epoch = redis.call('HGET', KEYS[1], 'epoch')
if not epoch then return 'missing' end
local entry = redis.call('XRANGE', KEYS[6], ARGV[2], ARGV[2])[1]
if not entry or entry[2][2] ~= ARGV[3] or tonumber(epoch) >= tonumber(ARGV[1]) then return 'lost' end
redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'counter', '0', 'process', ARGV[4], 'history', ARGV[5])
return 'adopted'

-- fence: take a pool that Redis has under an epoch that nobody knows, whatever is in it.
--
-- Why: a pool that is about to be replaced is read page by page before. A seat that another process gave out under the
-- old epoch after its page was read would be lost, so nobody may change anything from here on. Whoever dies after it
-- leaves a pool that the next one opens anew, as adopting does.
-- KEYS    as in the prelude, which is not put before this script: it must work across epochs
-- ARGV[1] new epoch
-- Reply   "ok" | "fenced": somebody has used that epoch or a later one | "missing"
-- Cost    O(1)
local epoch = redis.call('HGET', KEYS[1], 'epoch')
if not epoch then return 'missing' end
if tonumber(epoch) >= tonumber(ARGV[1]) then return 'fenced' end
redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'counter', '0')
return 'ok'

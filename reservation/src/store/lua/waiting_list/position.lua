-- position: where somebody stands in a waiting list.
--
-- Why a script: the wait and its rank must be of the same moment, and one command finds its way in a cluster.
-- KEYS[1] {pool}:waits   KEYS[2] {pool}:line, as in the prelude
-- ARGV[1] candidate:group
-- Reply   {the wait as in the hash, or "", how many wait before it, how many wait on its list}
-- Cost    O(log waits)
local value = redis.call('HGET', KEYS[1], ARGV[1])
if not value then return {'', 0, 0} end
local list, number = string.match(value, '^%a(%d+) (%d+) ')
local from, to = string.format('[%010d ', list), string.format('(%010d!', list)
local member = string.format('(%010d %016d ', list, number) .. ARGV[1]
return {value, redis.call('ZLEXCOUNT', KEYS[2], from, member), redis.call('ZLEXCOUNT', KEYS[2], from, to)}

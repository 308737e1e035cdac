-- counts: capacities and free seats of one moment.
--
-- Why a script: both hashes must be of the same moment, and one command finds its way in a cluster.
-- KEYS[1] {pool}:capacity   KEYS[2] {pool}:free
-- ARGV    none
-- Reply   {{sitting, capacity, ...}, {sitting, free, ...}}
-- Cost    O(sittings)
return {redis.call('HGETALL', KEYS[1]), redis.call('HGETALL', KEYS[2])}

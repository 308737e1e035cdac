-- restore: fill a pool from the ledger, step by step; no other script answers meanwhile.
--
-- Why a script: each step must be refused once a later restore has begun, and the pool must
-- appear at once when all is there. Nobody begins under an epoch under which somebody has begun, so a step
-- that a broken line delivers late belongs to an epoch that is over.
-- KEYS    as in the prelude, which is not put before this script: there is no epoch yet
-- ARGV[1] the epoch to come   ARGV[2] "begin" | "holds" | "waits" | "finish"
-- begin:  ARGV[3] the process (run_id) that this runs on: all steps must   ARGV[4] its history (master_replid)
--         ARGV[5] by how much deadlines were set forward in all, "<since epoch>:<ms>"
-- holds:  ARGV[3..] per hold: field, value, deadline or "-" when its clock does not run; those given back first
-- waits:  ARGV[3] most offers that one may let pass, then per wait: field, value, its member of the line or "-" when it
--         does not wait
-- finish: ARGV[3] now in ms, then per sitting: sitting, capacity, free, what of the free is kept for its list or "-"
--         when nobody waits who comes first: before anybody is answered
-- Reply   "ok" | "fenced", or the id of the first event after finish
-- Cost    O(arguments); begin frees the old data in the background
local META, FREE, CAPACITY, TAKEN, _, EVENTS, EXPIRY, KEPT, LINE, WAITS = unpack(KEYS)
if ARGV[2] == 'begin' then
  local known = redis.call('HMGET', META, 'epoch', 'loading')
  if tonumber(known[1] or '0') >= tonumber(ARGV[1]) or tonumber(known[2] or '0') >= tonumber(ARGV[1]) then
    return 'fenced'
  end
  redis.call('UNLINK', unpack(KEYS))
  redis.call('HSET', META, 'loading', ARGV[1], 'process', ARGV[3], 'history', ARGV[4], 'moved', ARGV[5])
  return 'ok'
end
if redis.call('HGET', META, 'loading') ~= ARGV[1] then return 'fenced' end
if ARGV[2] == 'holds' then
  for at = 3, #ARGV, 3 do
    redis.call('HSET', TAKEN, ARGV[at], ARGV[at + 1])
    if ARGV[at + 2] ~= '-' then
      local generation = string.match(ARGV[at + 1], ' (%d+) ')
      redis.call('ZADD', EXPIRY, ARGV[at + 2], generation .. ' ' .. ARGV[at])
    end
  end
  return 'ok'
end
if ARGV[2] == 'waits' then
  redis.call('HSET', META, 'lapses', ARGV[3])
  for at = 4, #ARGV, 3 do
    redis.call('HSET', WAITS, ARGV[at], ARGV[at + 1])
    if ARGV[at + 2] ~= '-' then redis.call('ZADD', LINE, 0, ARGV[at + 2]) end
  end
  return 'ok'
end
for at = 4, #ARGV, 4 do
  redis.call('HSET', CAPACITY, ARGV[at], ARGV[at + 1])
  redis.call('HSET', FREE, ARGV[at], ARGV[at + 2])
  if ARGV[at + 3] ~= '-' then redis.call('HSET', KEPT, ARGV[at], ARGV[at + 3]) end
end
redis.call('HSET', META, 'epoch', ARGV[1], 'counter', '0')
redis.call('HDEL', META, 'loading')
return redis.call('XADD', EVENTS, '*', 'e', ARGV[1], 't', ARGV[3], 'f', '', 's', '', 'd', '')

-- waiting_room_join: take a candidate's position in an exam's waiting room, or say how the position stands that is there.
--
-- Why a script: the position, its number in the line and the moment at which a pass begins must be decided once, on one
-- clock, whichever device or process asks.
-- KEYS[1] {room:exam}:line    zset candidate -> score: below 1 shuffled, from 2 on by arrival
-- KEYS[2] {room:exam}:state   hash  round, born (ms), admitted (the cursor), arrivals; the rest is waiting_room_admit's
-- KEYS[3] {room:exam}:passes  hash candidate -> until when the pass is good, in ms; from the first look after admission
-- ARGV[1] round   ARGV[2] candidate   ARGV[3] shuffled score   ARGV[4] opens_at in ms, or "" when open already
-- ARGV[5] "present" when it is proven that the candidate had a position before the opening, else "late"
-- ARGV[6] a pass's life in ms   ARGV[7] "join" to take a position, "look" to take none
-- ARGV[8] the call's end in ms: a broken line may deliver it after its caller has given up
-- Reply   {"late", now} after the end: nothing was done | {"stale"} the caller's round is over | {"nowhere", now}
--         | {"waiting", now, present, admitted, rank, shuffled, rate} | {"admitted", now, ..., pass's end in ms}
--         shuffled is 1 while the candidate's position is one of the shuffled; rate is admissions per second or ""
-- Cost    O(log positions)
local LINE, STATE, PASSES = unpack(KEYS)
local round, candidate = tonumber(ARGV[1]), ARGV[2]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function whole(number) return string.format('%.0f', number) end
if now > tonumber(ARGV[8]) then return {'late', whole(now)} end

local state = redis.call('HMGET', STATE, 'round', 'admitted', 'rate')
local known = tonumber(state[1] or '0')
if known > round then return {'stale'} end
if known < round then
  if ARGV[7] == 'look' then return {'nowhere', whole(now)} end
  redis.call('DEL', LINE, STATE, PASSES)
  redis.call('HSET', STATE, 'round', ARGV[1], 'born', whole(now), 'admitted', '0')
  state = {ARGV[1], '0', false}
end
local admitted = tonumber(state[2] or '0')
local score = redis.call('ZSCORE', LINE, candidate)
local pass = tonumber(redis.call('HGET', PASSES, candidate) or '')

local function move_cursor(by)
  admitted = redis.call('HINCRBY', STATE, 'admitted', by)
end

-- Who let the pass run out begins again at the end; everybody else keeps his position.
if score and pass and pass <= now then
  if ARGV[7] == 'look' then return {'nowhere', whole(now)} end
  if redis.call('ZRANK', LINE, candidate) < admitted then move_cursor(-1) end
  redis.call('ZREM', LINE, candidate)
  redis.call('HDEL', PASSES, candidate)
  score, pass = false, nil
  ARGV[5] = 'late'
end

if not score then
  if ARGV[7] == 'look' then return {'nowhere', whole(now)} end
  local opens = tonumber(ARGV[4])
  if (opens and now < opens) or ARGV[5] == 'present' then
    score = ARGV[3]
  else
    score = whole(1 + redis.call('HINCRBY', STATE, 'arrivals', 1))
  end
  redis.call('ZADD', LINE, score, candidate)
  -- Only after Redis has lost the line: a position that comes back in front of the cursor pushes nobody behind it.
  if redis.call('ZRANK', LINE, candidate) < admitted then move_cursor(1) end
end

local rank = redis.call('ZRANK', LINE, candidate)
local reply = {'waiting', whole(now), redis.call('ZCARD', LINE), whole(admitted), rank,
  tonumber(score) < 1 and 1 or 0, state[3] or ''}
if rank < admitted or pass then
  if not pass then
    pass = now + tonumber(ARGV[6])
    redis.call('HSET', PASSES, candidate, whole(pass))
  end
  reply[1], reply[8] = 'admitted', whole(pass)
end
return reply

-- waiting_room_admit: decide whether an exam's waiting room is on, and move the cursor of the admitted. Every process calls it
-- several times a second; together they admit no faster than one alone would.
--
-- Why a script: rate, ceiling and cursor must be one decision on one clock.
-- KEYS    as in waiting_room_join
--         state also: on ("1"|"0"), busy (ms of the last need for the room), tokens and refilled (the rate's bucket),
--         steer (admissions per second, found by trying), rate (admissions per second of late), rest (ms until
--         which nobody is admitted), hall ("<bucket> <people> ...": admitted and not seated yet, oldest first)
-- ARGV[1] round   ARGV[2] "on" | "automatic"   ARGV[3] opens_at in ms, or ""   ARGV[4] was it on, as the caller knows: "1"|"0"
-- ARGV[5] strain of the caller's engine: "calm" | "strained" | "long"   ARGV[6] admissions per second, or "" to steer
-- ARGV[7] seats that are free or about to lapse   ARGV[8] most people in the hall
-- ARGV[9] seats that admitted people took since the caller's last report   ARGV[10] a pass's life in ms
-- ARGV[11] "lost" when the caller knows that Redis has lost the line, else ""
-- ARGV[12] the call's end in ms, as in waiting_room_join
-- Reply   {"late", now} | {"stale"} | {"ok", now, on, present, admitted, rate, open, born}
-- Cost    O(buckets of the hall), a constant
local LINE, STATE, PASSES = unpack(KEYS)
local round, mode, opens, strain = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3]), ARGV[5]
local given, supply, ceiling, seated = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function whole(number) return string.format('%.0f', number) end
if now > tonumber(ARGV[12]) then return {'late', whole(now)} end

-- How long before the opening an automatic room is on, and how long it stays when nobody needs it.
local BEFORE, CALM = 30 * 60 * 1000, 30 * 1000
-- After a loss, the pages that refresh themselves bring the positions back within this time.
local REST = 30 * 1000
-- Steering, in admissions per second: where it begins, its bounds, by how much it grows in a calm second.
local STEER_FIRST, STEER_MIN, STEER_MAX, STEER_GROWTH = 50, 5, 2000, 1.2
-- The rate shown is that of about the last ten seconds. People in the hall are counted by half minutes.
local RATE_MS, BUCKET_MS = 10 * 1000, 30 * 1000
local DAY = 24 * 3600

local names = {'round', 'born', 'admitted', 'on', 'busy', 'tokens', 'refilled', 'steer', 'rate', 'rest', 'hall'}
local state, was = {}, {}
for i, value in ipairs(redis.call('HMGET', STATE, unpack(names))) do
  if value then state[names[i]], was[names[i]] = value, value end
end
if tonumber(state.round or '0') > round then return {'stale'} end
if tonumber(state.round or '0') < round then
  redis.call('DEL', LINE, STATE, PASSES)
  state, was = {round = ARGV[1], born = whole(now), admitted = '0'}, {}
end
local present, admitted = redis.call('ZCARD', LINE), tonumber(state.admitted)
local waiting = math.max(0, present - admitted)
local is_open = not opens or now >= opens

-- Is the room on?
local on = mode == 'on'
if mode == 'automatic' then
  on = (state.on or ARGV[4]) == '1'
  if not is_open then
    on = now >= opens - BEFORE
  elseif strain == 'long' then
    on = true
  end
  local second = now - now % 1000
  if on and (not is_open or waiting > 0 or strain ~= 'calm' or not state.busy) then
    state.busy = whole(second)
  elseif on and now - tonumber(state.busy) >= CALM then
    on = false
  end
end
state.on = on and '1' or '0'

-- The hall: who took a seat leaves it, and whose pass must have run out by now.
local hall, inside = {}, 0
for bucket, people in string.gmatch(state.hall or '', '(%d+) (%d+)') do
  local left = math.min(tonumber(people), seated)
  seated = seated - left
  people = tonumber(people) - left
  if people > 0 and (tonumber(bucket) + 1) * BUCKET_MS > now - tonumber(ARGV[10]) then
    hall[#hall + 1] = {bucket, people}
    inside = inside + people
  end
end

if ARGV[11] == 'lost' and not state.rest then state.rest = whole(now + REST) end
local may_admit = on and is_open and supply > 0 and now >= tonumber(state.rest or '0') and (given or strain == 'calm')
local elapsed = math.min(1000, math.max(0, now - tonumber(state.refilled or whole(now))))
local steer = tonumber(state.steer or STEER_FIRST)

if on and is_open and (waiting > 0 or not state.refilled) then
  if not given and waiting > 0 then
    local factor = strain == 'calm' and STEER_GROWTH or 0.25
    steer = math.min(STEER_MAX, math.max(STEER_MIN, steer * factor ^ (elapsed / 1000)))
    state.steer = string.format('%.3f', steer)
  end
  local per_second = given or steer
  local tokens = math.min(math.max(1, per_second), tonumber(state.tokens or '0') + per_second * elapsed / 1000)
  local count = 0
  if may_admit then
    count = math.min(math.floor(tokens), waiting)
    if not given then count = math.max(0, math.min(count, ceiling - inside)) end
  end
  if count > 0 then
    admitted = redis.call('HINCRBY', STATE, 'admitted', count)
    local bucket = whole(math.floor(now / BUCKET_MS))
    if #hall > 0 and hall[#hall][1] == bucket then
      hall[#hall][2] = hall[#hall][2] + count
    else
      hall[#hall + 1] = {bucket, count}
    end
  end
  -- What was not used is no credit for a rush later: beyond one more person it is lost.
  state.tokens = string.format('%.6f', math.min(tokens - count, may_admit and per_second or 1))
  state.refilled = whole(now)
  if elapsed > 0 then
    local share = 1 - math.exp(-elapsed / RATE_MS)
    local rate = tonumber(state.rate or per_second)
    state.rate = string.format('%.4f', rate + share * (count * 1000 / elapsed - rate))
  end
end

for i, entry in ipairs(hall) do hall[i] = entry[1] .. ' ' .. whole(entry[2]) end
state.hall = table.concat(hall, ' ')
state.admitted, was.admitted = nil, nil
local changes = {}
for name, value in pairs(state) do
  if was[name] ~= value then
    changes[#changes + 1] = name
    changes[#changes + 1] = value
  end
end
if was.round == nil then
  changes[#changes + 1] = 'admitted'
  changes[#changes + 1] = whole(admitted)
end
if #changes > 0 then redis.call('HSET', STATE, unpack(changes)) end
-- A room that nobody runs any more is gone after a week.
for _, key in ipairs(KEYS) do
  local left = redis.call('TTL', key)
  if left == -1 or (left >= 0 and left < 6 * DAY) then redis.call('EXPIRE', key, 7 * DAY) end
end
return {'ok', whole(now), state.on, present, whole(admitted), state.rate or '', is_open and 1 or 0, state.born}

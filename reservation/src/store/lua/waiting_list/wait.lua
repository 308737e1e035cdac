-- wait: take a position on waiting lists, or leave them. Many requests, one call.
--
-- Why a script: whether the list's sittings are full, the position at the list's end and whose the next seat is must be
-- one decision: from the call on that puts the first one on a list that comes first, nobody else gets its seats.
-- KEYS    as in the prelude
-- ARGV[4] most stream entries that may wait for the ledger   ARGV[5] most offers that one wait may let pass
-- ARGV[6] "first" when a list has its sittings' seats before everybody, or "everybody"   ARGV[7] most waits of the pool
-- ARGV[8..] per request: "join" or "leave", candidate, group, list, the list's sittings as "1 2 3", or "-" to leave
-- Reply   per request: "waiting" (new or not) | "left" | "gone": there was nothing to leave
--         | "free": a seat can be had at once | "seated": the candidate has a seat of the group
--         | "elsewhere": the candidate waits on another list of the group | "offered": a seat is being held for them
--         | "spent": they let too many offers pass | "crowded": too many wait;
--         or {"busy"} for the whole call when the ledger is too far behind
-- Cost    O(requests * log waits)
if redis.call('XLEN', EVENTS) > tonumber(ARGV[4]) then return {'busy'} end
if not meta[4] then
  -- What a server of the version before left, which knows no lists and has loaded the pool anew.
  redis.call('UNLINK', KEPT, LINE, WAITS)
end
if meta[4] ~= ARGV[5] then
  redis.call('HSET', META, 'lapses', ARGV[5])
  lapses_max = tonumber(ARGV[5])
end
local room = tonumber(ARGV[7]) - redis.call('ZCARD', LINE)

local fields, sittings, seen = {}, {}, {}
for at = 8, #ARGV, 5 do
  fields[#fields + 1] = ARGV[at + 1] .. ':' .. ARGV[at + 2]
  for sitting in string.gmatch(ARGV[at + 4], '%d+') do
    if not seen[sitting] then sittings[#sittings + 1] = sitting end
    seen[sitting] = true
  end
end
load_free(sittings)
local taken = load_taken(fields)

local function has_free_seat(of)
  for sitting in string.gmatch(of, '%d+') do
    if (free[sitting] or 0) > 0 then return true end
  end
  return false
end

local function join(at, field)
  local list = ARGV[at + 3]
  local value = load_waits({field})[1]
  local state, other, number, lapses
  if value then state, other, number, lapses = parse_wait(value) end
  if state == 'o' then return 'offered' end
  if state == 'w' then return other == list and 'waiting' or 'elsewhere' end
  if taken[field] and not is_trace(taken[field]) then return 'seated' end
  if state == 'l' and tonumber(lapses) >= lapses_max then return 'spent' end
  if has_free_seat(ARGV[at + 4]) then return 'free' end
  if room < 1 then return 'crowded' end
  room = room - 1
  set_wait(field, 'w', list, next_generation(), lapses or '0', '0', '0')
  if ARGV[6] == 'first' then
    for sitting in string.gmatch(ARGV[at + 4], '%d+') do
      if free[sitting] then
        keep(sitting)
        if not kept[sitting] then kept[sitting], kept_changed = 0, true end
      end
    end
  end
  return 'waiting'
end

local function leave(field)
  local value = load_waits({field})[1]
  if not value then return 'gone' end
  local state, list, number, lapses = parse_wait(value)
  if state == 'o' then return 'offered' end
  if state ~= 'w' then return 'gone' end
  leave_line(list, number, field)
  set_wait(field, 'l', list, number, lapses, '0', '0')
  return 'left'
end

local answers = {}
for i, field in ipairs(fields) do
  local at = 8 + 5 * (i - 1)
  answers[i] = ARGV[at] == 'join' and join(at, field) or leave(field)
end
return finish(answers)

-- offer: hold the seats that are there for those who wait longest, and see to it that what is kept is still waited for.
--
-- Why a script: the head of a list, its seat, its clock and its event must change together, or somebody overtakes.
-- Called again, it goes on where it was: whoever has an offer waits no more.
-- KEYS    as in the prelude
-- ARGV[4] ms that an offer lasts   ARGV[5] most stream entries that may wait for the ledger
-- ARGV[6] most offers that one wait may let pass   ARGV[7] most waits to look at
-- ARGV[8..] per sitting in which seats may be given out now: sitting, list, "first" or "everybody"
-- Reply   one answer: "<offers made> <1 if more may be made at once, else 0>";
--         or {"busy"} when the ledger is too far behind
-- Cost    O(sittings + offers * log waits)
if not meta[4] then return finish({'0 0'}) end
if redis.call('XLEN', EVENTS) > tonumber(ARGV[5]) then return {'busy'} end
if meta[4] ~= ARGV[6] then
  redis.call('HSET', META, 'lapses', ARGV[6])
  lapses_max = tonumber(ARGV[6])
end
local budget = tonumber(ARGV[7])
entries_deadline = whole(now + tonumber(ARGV[4]))
-- So that one expiry entry never holds up a sweep for long.
local ENTRY_HOLDS = 256

local pairs_kept = redis.call('HGETALL', KEPT)
for i = 1, #pairs_kept, 2 do kept[pairs_kept[i]] = tonumber(pairs_kept[i + 1]) end
local sittings = {}
for at = 8, #ARGV, 3 do sittings[#sittings + 1] = ARGV[at] end
load_free(sittings)

-- The heads of each list, some at a time. Who was dealt with leaves the line when the call ends, so the next ones come
-- behind as many.
local CHUNK_WAITS = 256
local heads = {}
local function next_head(list)
  local line = heads[list]
  if not line then
    line = {at = 0, passed = 0, members = {}}
    heads[list] = line
  end
  if line.at == #line.members then
    local from, to = string.format('[%010d ', list), string.format('(%010d!', list)
    line.passed, line.at = line.passed + line.at, 0
    line.members = redis.call('ZRANGEBYLEX', LINE, from, to, 'LIMIT', line.passed, CHUNK_WAITS)
    line.fields = {}
    for i, member in ipairs(line.members) do line.fields[i] = string.match(member, '([^ ]+)$') end
    line.taken, line.waits = load_taken(line.fields), load_waits(line.fields)
  end
  return line.members[line.at + 1], line
end

local entry, first_generation = {}, nil
local function close_entry()
  if #entry > 0 then entries[#entries + 1] = first_generation .. ' ' .. table.concat(entry, ' ') end
  entry = {}
end

local function hold(field, sitting)
  local generation = next_generation()
  if #entry == ENTRY_HOLDS then close_entry() end
  if #entry == 0 then first_generation = generation end
  local is_own_group = string.match(field, ':(%d+)$') == sitting
  entry[#entry + 1] = is_own_group and field or field .. '/' .. sitting
  put(field, 'h', sitting, generation, entries_deadline)
  return generation
end

-- Has the candidate a seat of the group? One whose time is over is ended here.
local function is_seated(field, value)
  if not value or is_trace(value) then return false end
  local state, sitting, generation, deadline = parse(value)
  if not has_lapsed(state, deadline) then return true end
  drop(field, sitting)
  record('x', field, sitting, generation, deadline)
  return false
end

local offers = 0
-- Offers a seat of the sitting to the head of the list; false when nobody waits, or enough were looked at.
local function offer(sitting, list)
  while budget > 0 do
    local member, line = next_head(list)
    if not member then return false end
    budget, line.at = budget - 1, line.at + 1
    gone_from_line[#gone_from_line + 1] = member
    local field, value = line.fields[line.at], line.waits[line.at]
    local state, _, number, lapses
    if value then state, _, number, lapses = parse_wait(value) end
    if state == 'w' and member == in_line(list, number, field) then
      if is_seated(field, line.taken[field]) then
        set_wait(field, 's', list, number, lapses, '0', '0')
      else
        set_wait(field, 'o', list, number, lapses, hold(field, sitting), sitting)
        offers = offers + 1
        return true
      end
    end
  end
  return false
end

local comes_first = {}
for at = 8, #ARGV, 3 do
  local sitting, list = ARGV[at], ARGV[at + 1]
  if free[sitting] then
    if ARGV[at + 2] == 'first' and next_head(list) then
      comes_first[sitting] = list
      if not kept[sitting] then kept[sitting], kept_changed = 0, true end
      if free[sitting] > 0 then is_moved, changed[sitting] = true, true end
      keep(sitting)
      while kept[sitting] > 0 and offer(sitting, list) do kept[sitting], kept_changed = kept[sitting] - 1, true end
    elseif ARGV[at + 2] == 'everybody' then
      while free[sitting] > 0 and offer(sitting, list) do
        free[sitting], changed[sitting] = free[sitting] - 1, true
      end
    end
  end
end

-- Nobody waits for these any more, or no seat is given out in them: what was kept is everybody's.
local unkept = {}
for sitting, count in pairs(kept) do
  if count and not (comes_first[sitting] and next_head(comes_first[sitting])) then
    unkept[#unkept + 1] = sitting
    kept[sitting] = false
    if count > 0 then
      load_free({sitting})
      free[sitting], changed[sitting], is_moved = free[sitting] + count, true, true
    end
  end
end
in_chunks('HDEL', KEPT, unkept)
close_entry()
return finish({offers .. ' ' .. (budget < 1 and 1 or 0)})

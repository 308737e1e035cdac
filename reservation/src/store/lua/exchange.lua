-- exchange: give some of a candidate's held seats back and take others under the same deadline, all or nothing.
--
-- Why a script: whoever changes a sitting must never stand without a seat in between, and wins no time by it: the
-- earliest deadline counts of what is given back now, and of what was given back before in a group that is wanted.
-- KEYS    as in the prelude
-- ARGV[4] candidate   ARGV[5] most stream entries that may wait for the ledger
-- ARGV[6] least ms that a hold is given for   ARGV[7] how many are given back
-- ARGV[8..] per seat given back: group, generation; then per seat wanted: group, sitting
-- Reply   as of hold: "held ..." | "kept ..." | "full ..." | "group_taken ..." | "unknown_sitting ..."
--         | "resting ...";
--         | "gone" when one that is to be given back has ended | "frozen" | "confirmed" when its clock stands still;
--         or {"busy"} when the ledger is too far behind. Asked again it is "kept".
-- Cost    O(seats)
if redis.call('XLEN', EVENTS) > tonumber(ARGV[5]) then return {'busy'} end
local candidate, least, first_wanted = ARGV[4], tonumber(ARGV[6]), 8 + 2 * tonumber(ARGV[7])

local fields, sittings = {}, {}
for at = 8, #ARGV, 2 do fields[#fields + 1] = candidate .. ':' .. ARGV[at] end
for at = first_wanted, #ARGV, 2 do sittings[#sittings + 1] = ARGV[at + 1] end
load_free(sittings)
for _, sitting in ipairs(sittings) do
  if free[sitting] and free[sitting] < 1 then
    sweep(16)
    break
  end
end

-- What stands in each field, without what has lapsed: that is ended here, whatever the answer will be. And the
-- deadlines of what was given back there before.
local standing, traces, loaded = {}, {}, load_taken(fields)
for _, field in ipairs(fields) do
  local value = loaded[field]
  -- A field may be among those given back and those wanted.
  loaded[field] = nil
  if value then
    local state, sitting, generation, deadline = parse(value)
    if state == 'r' then
      traces[field] = tonumber(deadline) > now and deadline or nil
    elseif has_lapsed(state, deadline) then
      drop(field, sitting)
      record('x', field, sitting, generation, deadline)
    else
      standing[field] = {state = state, sitting = sitting, generation = generation, deadline = deadline}
    end
  end
end

local WORDS = {f = 'frozen', c = 'confirmed'}

local function answer()
  local leaving, deadline, has_ended = {}, nil, false
  for at = 8, first_wanted - 1, 2 do
    local field = candidate .. ':' .. ARGV[at]
    local seat = standing[field]
    if not seat or seat.generation ~= ARGV[at + 1] then
      has_ended = true
    elseif seat.state ~= 'h' then
      return WORDS[seat.state]
    else
      leaving[field] = seat
      if not deadline or tonumber(seat.deadline) < tonumber(deadline) then deadline = seat.deadline end
    end
  end

  local missing, seen = {}, {}
  for at = first_wanted, #ARGV, 2 do
    local field, sitting = candidate .. ':' .. ARGV[at], ARGV[at + 1]
    if seen[field] then return 'group_taken ' .. sitting end
    seen[field] = true
    local seat = standing[field]
    if seat and seat.sitting == sitting then
      leaving[field] = nil
    else
      missing[#missing + 1] = {field = field, sitting = sitting}
    end
  end
  -- Whatever is there already was taken by this very call, asked again.
  if has_ended and #missing > 0 then return 'gone' end
  for _, seat in ipairs(missing) do
    if not free[seat.sitting] then return 'unknown_sitting ' .. seat.sitting end
    if standing[seat.field] and not leaving[seat.field] then return 'group_taken ' .. seat.sitting end
    if free[seat.sitting] < 1 then
      local earliest = math.min(head_of_queue() or math.huge, head_of_expiry() or math.huge)
      return 'full ' .. seat.sitting .. ' ' .. (earliest < math.huge and whole(earliest) or '0')
    end
    local trace = traces[seat.field]
    if trace and tonumber(trace) < tonumber(deadline) then
      if tonumber(trace) - now < least then return 'resting ' .. seat.sitting .. ' ' .. trace end
      deadline = trace
    end
  end

  for field, seat in pairs(leaving) do
    give_back(field, seat.sitting, seat.generation, seat.deadline)
  end
  local entry = {}
  for _, seat in ipairs(missing) do
    local generation = next_generation()
    if #entry == 0 then entry[1] = generation end
    local is_own_group = string.match(seat.field, ':(%d+)$') == seat.sitting
    entry[#entry + 1] = is_own_group and seat.field or seat.field .. '/' .. seat.sitting
    add_free(seat.sitting, -1)
    put(seat.field, 'h', seat.sitting, generation, deadline)
    standing[seat.field] = {state = 'h', sitting = seat.sitting, generation = generation, deadline = deadline}
  end
  if #missing > 0 then
    entries_deadline = deadline
    entries[1] = table.concat(entry, ' ')
  end
  local words = {#missing > 0 and 'held' or 'kept'}
  for at = first_wanted, #ARGV, 2 do
    local seat = standing[candidate .. ':' .. ARGV[at]]
    words[#words + 1] = seat.state .. ' ' .. seat.generation .. ' ' .. seat.deadline
  end
  return table.concat(words, ' ')
end

return finish({answer()})

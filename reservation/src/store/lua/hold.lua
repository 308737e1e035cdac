-- hold: give each request its seats, all or none, or say why not. Many requests, one call.
--
-- Why a script: free count, holder, deadline and event must change together. This is the one
-- that a rush calls: per seat it makes three strings and no more, and leaves the usual answer,
-- "yours is the n-th generation of this epoch", a number.
-- KEYS    as in the prelude
-- ARGV[4] ttl in ms   ARGV[5] most stream entries that may wait for the ledger
-- ARGV[6] least ms that a hold is given for
-- ARGV[7] "" when each request wants one seat, else how many each wants: "1 2 1 ..."
-- ARGV[8..] per seat: "candidate:group", sitting
-- Reply   per request: <counter>: one seat, new, of the generation epoch << 32 | counter, until now + ttl
--         | "held <state> <generation> <deadline> ..." one triple per sitting
--         | "kept <state> <generation> <deadline> ..." when all were there already
--         | "full <sitting> <earliest deadline in the pool or 0>" | "group_taken <sitting>"
--         | "unknown_sitting <sitting>"
--         | "resting <sitting> <deadline>" when the candidate gave a seat of the group back, and of its time less is
--         left than a hold is given for: then others have their chance first;
--         or {"busy"} for the whole call when the ledger is too far behind
-- Cost    O(seats)
if redis.call('XLEN', EVENTS) > tonumber(ARGV[5]) then return {'busy'} end
local deadline, least = whole(now + tonumber(ARGV[4])), tonumber(ARGV[6])

-- One sweep before anything is read, only when a sitting asked for would not suffice.
local SWEEP_ENTRIES = 16
-- So that one expiry entry never holds up a sweep for long.
local ENTRY_HOLDS = 256

local fields, wanted, seats = {}, {}, (#ARGV - 7) / 2
local sittings, demand = {}, {}
for i = 1, seats do
  local sitting = ARGV[7 + 2 * i]
  fields[i], wanted[i] = ARGV[6 + 2 * i], sitting
  local others = demand[sitting]
  if not others then sittings[#sittings + 1] = sitting end
  demand[sitting] = (others or 0) + 1
end
load_free(sittings)
for sitting, needed in pairs(demand) do
  if free[sitting] and free[sitting] < needed then
    sweep(SWEEP_ENTRIES)
    break
  end
end
local values = values_of(TAKEN, fields)

entries_deadline = deadline
local first_generation, entry, entry_size = nil, {}, 0
local function close_entry()
  if entry_size > 0 then
    entries[#entries + 1] = first_generation .. ' ' .. table.concat(entry, ' ', 1, entry_size)
    entry_size = 0
  end
end

-- Per sitting, made when it first comes: how its records read, and whether its group has its number.
local record_of, is_own_group = {}, {}
local function get_to_know(field, sitting)
  record_of[sitting] = 'h' .. sitting .. ' %d ' .. deadline
  is_own_group[sitting] = string.match(field, ':(%d+)$') == sitting
end

-- Takes a free seat; answers its generation. The caller has made sure that there is one.
local function take(field, sitting)
  if not record_of[sitting] then get_to_know(field, sitting) end
  counter = counter + 1
  local generation = epoch_base + counter
  if entry_size == ENTRY_HOLDS then close_entry() end
  if entry_size == 0 then first_generation = whole(generation) end
  entry_size = entry_size + 1
  entry[entry_size] = is_own_group[sitting] and field or field .. '/' .. sitting
  free[sitting] = free[sitting] - 1
  changed[sitting] = true
  write(field, string.format(record_of[sitting], generation))
  return generation
end

-- As take, for whoever gave a seat of the group back: no longer than that one would have lasted.
local function take_until(lapses, field, sitting)
  if not record_of[sitting] then get_to_know(field, sitting) end
  -- The generations of an entry count up, and this one is in none of them.
  close_entry()
  local generation = next_generation()
  early[#early + 1] = {lapses, generation .. ' ' .. (is_own_group[sitting] and field or field .. '/' .. sitting)}
  add_free(sitting, -1)
  put(field, 'h', sitting, generation, lapses)
  return generation
end

-- What is in this place, after what this call has changed.
local function value_in(i)
  local value = fate[fields[i]]
  if value == nil then return values[i] end
  return value
end

-- Until when a new hold in this place lasts.
local function deadline_in(i)
  local value = value_in(i)
  if value and is_trace(value) then
    local _, _, _, lapses = parse(value)
    if tonumber(lapses) > now and tonumber(lapses) < tonumber(deadline) then return lapses end
  end
  return deadline
end

-- The live record in this place. A lapsed hold of the candidate's own is ended here, whatever the answer will be.
local function standing_record(i)
  local field, value = fields[i], value_in(i)
  if not value or is_trace(value) then return false end
  local state, held, generation, lapses = parse(value)
  if not has_lapsed(state, lapses) then return value, held end
  drop(field, held)
  record('x', field, held, generation, lapses)
  return false
end

local full_answers = {}
local function full(sitting)
  if not full_answers[sitting] then
    -- The seats of this very call are in no queue yet.
    local own = first_generation and tonumber(deadline) or math.huge
    for _, clock in ipairs(early) do own = math.min(own, tonumber(clock[1])) end
    local earliest = math.min(head_of_queue() or math.huge, head_of_expiry() or math.huge, own)
    full_answers[sitting] = 'full ' .. sitting .. ' ' .. (earliest < math.huge and whole(earliest) or '0')
  end
  return full_answers[sitting]
end

-- What stands in the way of this seat; nil if nothing.
local function refusal(i)
  local sitting = wanted[i]
  if not free[sitting] then return 'unknown_sitting ' .. sitting end
  local value, held = standing_record(i)
  if value and held ~= sitting then return 'group_taken ' .. sitting end
  if not value and free[sitting] < 1 then return full(sitting) end
  local lapses = deadline_in(i)
  if not value and lapses ~= deadline and tonumber(lapses) - now < least then
    return 'resting ' .. sitting .. ' ' .. lapses
  end
end

local function answer_to(first, last)
  local seen = {}
  for i = first, last do
    if seen[fields[i]] then return 'group_taken ' .. wanted[i] end
    local why_not = refusal(i)
    if why_not then return why_not end
    seen[fields[i]] = true
  end
  local words = {'kept'}
  for i = first, last do
    local value = standing_record(i)
    if value then
      local state, _, generation, lapses = parse(value)
      words[#words + 1] = state .. ' ' .. generation .. ' ' .. lapses
    else
      words[1] = 'held'
      local lapses = deadline_in(i)
      local generation
      if lapses == deadline then
        generation = whole(take(fields[i], wanted[i]))
      else
        generation = take_until(lapses, fields[i], wanted[i])
      end
      words[#words + 1] = 'h ' .. generation .. ' ' .. lapses
    end
  end
  return table.concat(words, ' ')
end

local answers = {}
if ARGV[7] == '' then
  for i = 1, seats do
    local field, sitting = fields[i], wanted[i]
    if not values[i] and fate[field] == nil and (free[sitting] or 0) > 0 then
      take(field, sitting)
      answers[i] = counter
    else
      answers[i] = answer_to(i, i)
    end
  end
else
  local first = 1
  for seats_of_one in string.gmatch(ARGV[7], '%d+') do
    local last = first + tonumber(seats_of_one) - 1
    answers[#answers + 1] = answer_to(first, last)
    first = last + 1
  end
end
close_entry()
return finish(answers)

-- hold: give each request its seats, all or none, or say why not. Many requests, one call.
--
-- Why a script: free count, holder, deadline and event must change together.
-- KEYS    as in the prelude
-- ARGV[3] ttl in ms   ARGV[4] most stream entries that may wait for the ledger
-- ARGV[5..] per request: candidate, how many sittings, then sitting, group for each
-- Reply   per request: "held <state> <generation> <deadline> ..." one triple per sitting
--         | "kept <state> <generation> <deadline> ..." when all were there already
--         | "full <sitting> <earliest deadline in the pool or 0>" | "group_taken <sitting>" | "unknown_sitting <sitting>";
--         or {"busy"} for the whole call when the ledger is too far behind
-- Cost    O(requests)
if redis.call('XLEN', EVENTS) > tonumber(ARGV[4]) then return {'busy'} end
local deadline = whole(now + tonumber(ARGV[3]))

-- One sweep before anything is read, only when a sitting asked for would not suffice.
local SWEEP_ENTRIES = 16
-- So that one expiry entry never holds up a sweep for long.
local ENTRY_HOLDS = 256

local fields, sittings, demand = {}, {}, {}
local at = 5
while ARGV[at] do
  local candidate, last = ARGV[at], at + 1 + 2 * tonumber(ARGV[at + 1])
  for i = at + 2, last, 2 do
    fields[#fields + 1] = candidate .. ':' .. ARGV[i + 1]
    if not demand[ARGV[i]] then sittings[#sittings + 1] = ARGV[i] end
    demand[ARGV[i]] = (demand[ARGV[i]] or 0) + 1
  end
  at = last + 1
end
load_free(sittings)
for sitting, wanted in pairs(demand) do
  if free[sitting] and free[sitting] < wanted then
    sweep(SWEEP_ENTRIES)
    break
  end
end

local taken = load_taken(fields)

local answers, first_generation, entry = {}, nil, {}
entries_deadline = deadline
local function close_entry()
  if #entry > 0 then
    entries[#entries + 1] = first_generation .. ' ' .. table.concat(entry, ' ')
    entry = {}
  end
end

local earliest

-- What stands in the way of this seat; nil if nothing. A lapsed hold of the candidate's own
-- is ended here, whatever the answer will be.
local function refusal(field, sitting)
  if not free[sitting] then return 'unknown_sitting ' .. sitting end
  local value = taken[field]
  if value then
    local state, held, generation, lapses = parse(value)
    if has_lapsed(state, lapses) then
      drop(field, held)
      record('x', field, held, generation, lapses)
      taken[field] = false
    elseif held ~= sitting then
      return 'group_taken ' .. sitting
    end
  end
  if not taken[field] and free[sitting] < 1 then
    earliest = earliest or math.min(head_of_queue() or math.huge, head_of_expiry() or math.huge)
    return 'full ' .. sitting .. ' ' .. (earliest < math.huge and whole(earliest) or '0')
  end
end

at = 5
while ARGV[at] do
  local candidate, last = ARGV[at], at + 1 + 2 * tonumber(ARGV[at + 1])
  local answer, seen = nil, {}
  for i = at + 2, last, 2 do
    local field = candidate .. ':' .. ARGV[i + 1]
    if seen[field] then answer = 'group_taken ' .. ARGV[i] else answer = refusal(field, ARGV[i]) end
    if answer then break end
    seen[field] = true
  end
  if not answer then
    local words = {'kept'}
    for i = at + 2, last, 2 do
      local sitting, field = ARGV[i], candidate .. ':' .. ARGV[i + 1]
      if not taken[field] then
        local generation = next_generation()
        if #entry == ENTRY_HOLDS then close_entry() end
        if #entry == 0 then first_generation = generation end
        entry[#entry + 1] = field
        add_free(sitting, -1)
        taken[field] = put(field, 'h', sitting, generation, deadline)
        record('h', field, sitting, generation, deadline)
        words[1] = 'held'
        words[#words + 1] = 'h ' .. generation .. ' ' .. deadline
      else
        local state, _, generation, lapses = parse(taken[field])
        words[#words + 1] = state .. ' ' .. generation .. ' ' .. lapses
      end
    end
    answer = table.concat(words, ' ')
  end
  answers[#answers + 1] = answer
  at = last + 1
end
close_entry()
return finish(answers)

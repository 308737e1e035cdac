-- prelude: what every script of a pool begins with; it is put before the script's own text.
--
-- Why: a script may act only for the epoch that the caller knows, on one clock and before the
-- call's end, and every change must leave one event. Those live here once. The end is there
-- because a broken line may deliver a call after its caller has asked again, or has said no.
-- KEYS[1] {pool}:meta      hash  epoch, counter (generations given in this epoch), last (deadline queued), lapses (most
--                          offers that one wait may let pass; absent as long as nobody ever waited); what opening
--                          compares: process, history, loading, moved ("<since epoch>:<ms>": by which deadlines were set forward)
-- KEYS[2] {pool}:free      hash  sitting -> free seats; below 0 after the capacity was lowered
-- KEYS[3] {pool}:capacity  hash  sitting -> capacity
-- KEYS[4] {pool}:taken     hash  candidate:group -> "<state><sitting> <generation> <deadline>", state h held, f frozen,
--                          c confirmed, or r: given back. That one has no seat; it stays until its deadline, and
--                          whoever takes a seat of the group again before gets no later one
-- KEYS[5] {pool}:queue     list  "<deadline> <first generation> <field> <field> ...", deadlines never falling;
--                          a field is followed by "/<sitting>" where that is not its group's number
-- KEYS[6] {pool}:events    stream, one entry per call: e epoch, t now, f free counts, s capacities,
--                          d records "<kind> <candidate>:<group> <sitting> <generation> <deadline> [<reference>]",
--                          h new holds, as in the queue: their generations count up from the first;
--                          w waits as they are now, "<state> <candidate>:<group> <list> <number> <lapses> <generation> <sitting>"
-- KEYS[7] {pool}:expiry    zset  "<first generation> <field> ..." by deadline: those that came out of order
-- KEYS[8] {pool}:kept      hash  sitting -> free seats that are its waiting list's and nobody else's; a sitting has a field
--                          as long as its list comes first and somebody waits, and its free count is 0 or less then
-- KEYS[9] {pool}:line      zset  "<list> <number> <candidate>:<group>", all of score 0, so in this order; who waits. A
--                          list's number is its sitting's or its group's; a wait's is a generation, so it only grows
-- KEYS[10] {pool}:waits    hash  candidate:group -> "<state><list> <number> <lapses> <generation> <sitting>", state
--                          w waits, o has an offer (the hold of that generation), l is off the list and had offers
-- ARGV[1] epoch   ARGV[2] now in ms, or "" for Redis's own clock
-- ARGV[3] the call's end in ms on that clock, or "" for none
-- Reply   {"late", now} after the end: nothing was done
--         | {"missing"} | {"fenced", epoch} | {"ok", event id or "", now, "sitting free ...", answer per request ...}
-- Cost    O(1)
-- Globals are looked up at each use, locals are not.
local KEYS, ARGV, redis, string, table = KEYS, ARGV, redis, string, table
local META, FREE, CAPACITY, TAKEN, QUEUE, EVENTS, EXPIRY, KEPT, LINE, WAITS = unpack(KEYS)
local now, ends = tonumber(ARGV[2]), tonumber(ARGV[3])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
if ends and now > ends then return {'late', string.format('%d', now)} end
local meta = redis.call('HMGET', META, 'epoch', 'counter', 'last', 'lapses')
if not meta[1] then return {'missing'} end
if meta[1] ~= ARGV[1] then return {'fenced', meta[1]} end

-- A call may carry thousands of requests, and unpack only takes some thousand values.
local CHUNK = 1000

local function values_of(key, fields)
  local values = {}
  for first = 1, #fields, CHUNK do
    local part = redis.call('HMGET', key, unpack(fields, first, math.min(first + CHUNK - 1, #fields)))
    for i = 1, #part do values[first + i - 1] = part[i] end
  end
  return values
end

local function in_chunks(command, key, list)
  for first = 1, #list, CHUNK do
    redis.call(command, key, unpack(list, first, math.min(first + CHUNK - 1, #list)))
  end
end

-- Sitting, generation and deadline stay texts: they only travel.
local function parse(value)
  return string.match(value, '^(%a)(%d+) (%d+) (%d+)$')
end

-- What was given back has no seat: only who takes one again looks at it.
local function is_trace(value) return string.sub(value, 1, 1) == 'r' end

local function parse_live(value)
  if not is_trace(value) then return parse(value) end
end

-- A number as Redis writes it; Lua's own tostring rounds past 14 digits.
local function whole(number) return string.format('%d', number) end

local now_text = whole(now)

local function has_lapsed(state, deadline) return state == 'h' and tonumber(deadline) <= now end

-- Free counts of the sittings that this call touches: loaded once, written once.
local free, changed = {}, {}

local function load_free(sittings)
  local counts = values_of(FREE, sittings)
  for i, sitting in ipairs(sittings) do
    if counts[i] and not free[sitting] then free[sitting] = tonumber(counts[i]) end
  end
end

-- Of sittings whose list comes first, the seats that are kept for it; false for others. Loaded once, written once.
local kept, kept_changed = {}, false
-- Did free seats change hands between a list and everybody, with no hold that says so?
local is_moved = false
-- The most offers that a wait may let pass; false where nobody ever waited: then nothing here asks for more.
local lapses_max = meta[4] and tonumber(meta[4])

-- While somebody waits who comes first, whatever is free is theirs, from the moment at which it is: not one command of
-- anybody else finds it. What a lowered capacity takes back, it takes back from them.
local function keep(sitting)
  if kept[sitting] == nil then
    local count = redis.call('HGET', KEPT, sitting)
    kept[sitting] = count and tonumber(count)
  end
  if kept[sitting] then
    local seats = kept[sitting] + free[sitting]
    kept_changed = kept_changed or kept[sitting] ~= math.max(seats, 0)
    kept[sitting], free[sitting] = math.max(seats, 0), math.min(seats, 0)
  end
end

local function add_free(sitting, seats)
  if not free[sitting] then load_free({sitting}) end
  free[sitting] = (free[sitting] or 0) + seats
  changed[sitting] = true
  if lapses_max and free[sitting] ~= 0 then keep(sitting) end
end

-- Running clocks wait in a list, which costs a third of a sorted set; only where a deadline is
-- earlier than the last one (a shorter hold, a clock set back) the set takes them.
local entries, entries_deadline = {}, nil
-- Of this call, those with a deadline of their own: {deadline, entry}.
local early = {}

local function head_of_queue()
  local head = redis.call('LINDEX', QUEUE, 0)
  return head and tonumber(string.match(head, '^%d+'))
end

local function head_of_expiry()
  return tonumber(redis.call('ZRANGE', EXPIRY, 0, 0, 'WITHSCORES')[2])
end

-- Up to so many entries that are due, taken out.
local function take_due(limit)
  local due = {}
  local head = head_of_queue()
  if head and head <= now then
    for _, entry in ipairs(redis.call('LRANGE', QUEUE, 0, limit - 1)) do
      local deadline, rest = string.match(entry, '^(%d+) (.*)$')
      if tonumber(deadline) > now then break end
      due[#due + 1] = rest
    end
    redis.call('LPOP', QUEUE, #due)
  end
  if #due < limit then
    local early = redis.call('ZRANGEBYSCORE', EXPIRY, '-inf', now_text, 'LIMIT', 0, limit - #due)
    if #early > 0 then redis.call('ZREM', EXPIRY, unpack(early)) end
    for _, entry in ipairs(early) do due[#due + 1] = entry end
  end
  return due
end

-- What this call changes: the last word on each field (false: gone), the fields and values to
-- write (of two for one field the later counts), and one event.
local fate, written, drops = {}, {}, 0
local records, capacities = {}, {}
local counter = tonumber(meta[2] or '0')
local epoch_base = tonumber(ARGV[1]) * 4294967296

local function next_generation()
  counter = counter + 1
  return whole(epoch_base + counter)
end

local function record(kind, field, sitting, generation, deadline, reference)
  local line = kind .. ' ' .. field .. ' ' .. sitting .. ' ' .. generation .. ' ' .. deadline
  records[#records + 1] = reference and line .. ' ' .. reference or line
end

local writes = 0
local function write(field, value)
  fate[field] = value
  written[writes + 1], written[writes + 2] = field, value
  writes = writes + 2
end

local function put(field, state, sitting, generation, deadline)
  local value = state .. sitting .. ' ' .. generation .. ' ' .. deadline
  write(field, value)
  return value
end

local function forget(field)
  fate[field] = false
  drops = drops + 1
end

local function drop(field, sitting)
  forget(field)
  add_free(sitting, 1)
end

-- The seat is free, and the deadline stays. The clock that ran for the hold sweeps it away.
local function give_back(field, sitting, generation, deadline)
  put(field, 'r', sitting, generation, deadline)
  add_free(sitting, 1)
  record('r', field, sitting, generation, deadline)
end

-- The records of these fields, as far as this call has already changed them.
local function load_taken(fields)
  local taken = {}
  for i, value in ipairs(values_of(TAKEN, fields)) do
    local field = fields[i]
    if fate[field] ~= nil then taken[field] = fate[field] else taken[field] = value end
  end
  return taken
end

-- Where something was dropped, what was written before or after it for the same field counts
-- only if it is the last word.
local function drop_and_rewrite()
  local removed = {}
  written = {}
  for field, value in pairs(fate) do
    if value then
      written[#written + 1] = field
      written[#written + 1] = value
    else
      removed[#removed + 1] = field
    end
  end
  in_chunks('HDEL', TAKEN, removed)
end

-- The clocks of the new holds; answers the same text for the event.
local function start_clocks()
  local with_deadline = {}
  for i, entry in ipairs(entries) do with_deadline[i] = entries_deadline .. ' ' .. entry end
  if #entries > 0 and tonumber(entries_deadline) >= tonumber(meta[3] or '0') then
    redis.call('RPUSH', QUEUE, unpack(with_deadline))
    redis.call('HSET', META, 'last', entries_deadline, 'counter', whole(counter))
  else
    for _, entry in ipairs(entries) do redis.call('ZADD', EXPIRY, entries_deadline, entry) end
    redis.call('HSET', META, 'counter', whole(counter))
  end
  for _, clock in ipairs(early) do
    redis.call('ZADD', EXPIRY, clock[1], clock[2])
    with_deadline[#with_deadline + 1] = clock[1] .. ' ' .. clock[2]
  end
  return table.concat(with_deadline, '\n')
end

-- Waits: what this call says of them, and what it does to the line.
local waits, wait_lines, gone_from_line = {}, {}, {}
local come_to_line = {}

local function in_line(list, number, field) return string.format('%010d %016d ', list, number) .. field end

local function parse_wait(value)
  return string.match(value, '^(%a)(%d+) (%d+) (%d+) (%d+) (%d+)$')
end

-- The waits of these fields, as far as this call has already changed them.
local function load_waits(fields)
  local loaded = {}
  for i, value in ipairs(values_of(WAITS, fields)) do
    local changed_here = waits[fields[i]]
    if changed_here ~= nil then loaded[i] = changed_here else loaded[i] = value end
  end
  return loaded
end

-- What a wait is from here on: states as in the hash, or s: its candidate has a seat.
local function set_wait(field, state, list, number, lapses, generation, sitting)
  local rest = list .. ' ' .. number .. ' ' .. lapses .. ' ' .. generation .. ' ' .. sitting
  local is_over = state == 's' or (state == 'l' and tonumber(lapses) == 0)
  waits[field] = not is_over and state .. rest
  wait_lines[#wait_lines + 1] = state .. ' ' .. field .. ' ' .. rest
  if state == 'w' then come_to_line[in_line(list, number, field)] = true end
end

local function leave_line(list, number, field)
  local member = in_line(list, number, field)
  if come_to_line[member] then come_to_line[member] = nil else gone_from_line[#gone_from_line + 1] = member end
end

-- What becomes of offers by what this call did to their holds: whoever let one pass goes to the end of the list, or off
-- it after so many; whoever gave it back is off it; whoever pays has a seat and waits no longer.
local function end_offers()
  local fields, kinds, generations = {}, {}, {}
  for i, line in ipairs(records) do
    kinds[i], fields[i], generations[i] = string.match(line, '^(%a) ([^ ]+) %d+ (%d+)')
  end
  for i, value in ipairs(load_waits(fields)) do
    local field, kind = fields[i], kinds[i]
    local state, list, number, lapses, generation, sitting
    if value and waits[field] == nil then state, list, number, lapses, generation, sitting = parse_wait(value) end
    if state == 'o' and generation == generations[i] then
      if kind == 'f' or kind == 'c' then
        set_wait(field, 's', list, number, lapses, generation, sitting)
      else
        lapses = whole(tonumber(lapses) + 1)
        if kind == 'x' and tonumber(lapses) < lapses_max then
          set_wait(field, 'w', list, next_generation(), lapses, '0', '0')
        else
          set_wait(field, 'l', list, number, lapses, '0', '0')
        end
      end
    end
  end
end

local function write_waits()
  local set, removed, come = {}, {}, {}
  for field, value in pairs(waits) do
    if value then
      set[#set + 1], set[#set + 2] = field, value
    else
      removed[#removed + 1] = field
    end
  end
  for member in pairs(come_to_line) do
    come[#come + 1], come[#come + 2] = '0', member
  end
  in_chunks('HSET', WAITS, set)
  in_chunks('HDEL', WAITS, removed)
  in_chunks('ZREM', LINE, gone_from_line)
  in_chunks('ZADD', LINE, come)
end

local function write_kept()
  local counts = {}
  for sitting, count in pairs(kept) do
    if count then counts[#counts + 1], counts[#counts + 2] = sitting, whole(count) end
  end
  in_chunks('HSET', KEPT, counts)
end

local NOTHING_MORE = {}

local function finish(answers)
  if lapses_max and #records > 0 then end_offers() end
  local counts, more = {}, NOTHING_MORE
  for sitting in pairs(changed) do
    counts[#counts + 1] = sitting
    counts[#counts + 1] = whole(free[sitting])
  end
  if drops > 0 then drop_and_rewrite() end
  if #written > 0 then in_chunks('HSET', TAKEN, written) end
  if #counts > 0 then in_chunks('HSET', FREE, counts) end
  if kept_changed then write_kept() end
  if #wait_lines > 0 then
    write_waits()
    more = {'w', table.concat(wait_lines, '\n')}
  end
  local id, seats = '', table.concat(counts, ' ')
  if #entries > 0 or #early > 0 then
    local clocks = start_clocks()
    id = redis.call('XADD', EVENTS, '*', 'e', ARGV[1], 't', now_text, 'f', seats,
      's', table.concat(capacities, ' '), 'd', table.concat(records, '\n'), 'h', clocks, unpack(more))
  elseif #records > 0 or #capacities > 0 or #wait_lines > 0 or is_moved then
    if counter ~= tonumber(meta[2] or '0') then redis.call('HSET', META, 'counter', whole(counter)) end
    id = redis.call('XADD', EVENTS, '*', 'e', ARGV[1], 't', now_text, 'f', seats,
      's', table.concat(capacities, ' '), 'd', table.concat(records, '\n'), unpack(more))
  end
  local reply = {'ok', id, now_text, seats}
  for i = 1, #answers do reply[i + 4] = answers[i] end
  return reply
end

-- Gives the seats of lapsed holds back; looks at no more than so many entries. A hold that
-- moved on meanwhile has another state or generation and is left alone.
local function sweep(limit)
  local lapsed = 0
  for _, entry in ipairs(take_due(limit)) do
    local fields, first = {}, tonumber(string.match(entry, '^%d+'))
    for field in string.gmatch(entry, ' ([^ /]+)') do fields[#fields + 1] = field end
    local taken = load_taken(fields)
    for i, field in ipairs(fields) do
      if taken[field] then
        local state, sitting, generation, deadline = parse(taken[field])
        if has_lapsed(state, deadline) and tonumber(generation) == first + i - 1 then
          drop(field, sitting)
          record('x', field, sitting, generation, deadline)
          lapsed = lapsed + 1
        elseif state == 'r' and tonumber(deadline) <= now and tonumber(generation) == first + i - 1 then
          forget(field)
        end
      end
    end
  end
  return lapsed
end

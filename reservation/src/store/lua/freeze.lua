-- freeze: stop the clock of holds, because evidence of payment is in. Many requests, one call.
--
-- Why a script: a hold may lapse at this very moment; then its seat is somebody else's, or is
-- taken anew here under a new generation (so that a late repeat of the old release misses it).
-- KEYS    as in the prelude
-- ARGV[4..] per request: candidate, group, sitting, generation, "freeze" or "take" (take a
--         free seat anew when the hold is gone), reference or "-"
-- Reply   per request: "frozen <generation>" | "confirmed <generation>" | "taken <generation>"
--         | "expired" | "full" | "other <state> <generation>" (a later hold on the same sitting)
--         | "group_taken"
-- Cost    O(requests)
local fields, sittings = {}, {}
for at = 4, #ARGV, 6 do
  fields[#fields + 1] = ARGV[at] .. ':' .. ARGV[at + 1]
  sittings[#sittings + 1] = ARGV[at + 2]
end
load_free(sittings)
for _, sitting in ipairs(sittings) do
  if (free[sitting] or 1) < 1 then
    sweep(16)
    break
  end
end
local taken = load_taken(fields)

local answers = {}
for i, field in ipairs(fields) do
  local at = 4 + 6 * (i - 1)
  local sitting, wanted, mode, reference = ARGV[at + 2], ARGV[at + 3], ARGV[at + 4], ARGV[at + 5]
  local state, held, generation, deadline
  if taken[field] then
    state, held, generation, deadline = parse_live(taken[field])
    if has_lapsed(state, deadline) then
      drop(field, held)
      record('x', field, held, generation, deadline)
      taken[field], state = false, nil
    end
  end
  local answer
  if state and generation == wanted and held == sitting then
    if state == 'c' then
      answer = 'confirmed ' .. generation
    else
      -- A frozen one is recorded again when there is a reference: the ledger must know it. Its
      -- deadline is 0 then, as its clock no longer runs on anybody's board.
      if state == 'h' or reference ~= '-' then
        record('f', field, held, generation, state == 'h' and deadline or '0', reference)
      end
      if state == 'h' then taken[field] = put(field, 'f', held, generation, deadline) end
      answer = 'frozen ' .. generation
    end
  elseif state then
    answer = held == sitting and ('other ' .. state .. ' ' .. generation) or 'group_taken'
  elseif mode == 'freeze' then
    answer = 'expired'
  elseif (free[sitting] or 0) < 1 then
    answer = 'full'
  else
    generation = next_generation()
    add_free(sitting, -1)
    taken[field] = put(field, 'f', sitting, generation, now_text)
    record('f', field, sitting, generation, '0', reference)
    answer = 'taken ' .. generation
  end
  answers[i] = answer
end
return finish(answers)

-- settle: make Redis say what the ledger decided. Many requests, one call.
--
-- Why: once a hold is frozen the ledger leads; a confirmation or a cancellation is committed
-- there first and carried here by whoever gets to it, once or many times.
-- KEYS    as in the prelude
-- ARGV[4..] per request: candidate, group, sitting, generation, "confirmed" or "cancelled"
-- Reply   per request: "settled" | "conflict" (another hold of the candidate is in that place)
-- Cost    O(requests)
local fields = {}
for at = 4, #ARGV, 5 do fields[#fields + 1] = ARGV[at] .. ':' .. ARGV[at + 1] end
local taken = load_taken(fields)

local answers = {}
for i, field in ipairs(fields) do
  local at = 4 + 5 * (i - 1)
  local sitting, wanted, decided = ARGV[at + 2], ARGV[at + 3], ARGV[at + 4]
  local state, held, generation, deadline
  if taken[field] then state, held, generation, deadline = parse_live(taken[field]) end
  local answer = 'settled'
  if state and generation ~= wanted then
    -- A cancelled hold whose place was taken since is settled all the same.
    if decided == 'cancelled' then record('k', field, sitting, wanted, 0) else answer = 'conflict' end
  elseif decided == 'confirmed' then
    if not state then add_free(sitting, -1) end
    if state ~= 'c' then taken[field] = put(field, 'c', sitting, wanted, deadline or now_text) end
    record('c', field, sitting, wanted, 0)
  else
    if state then
      drop(field, held)
      taken[field] = false
    end
    record('k', field, sitting, wanted, 0)
  end
  answers[i] = answer
end
return finish(answers)

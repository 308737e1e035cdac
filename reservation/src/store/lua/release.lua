-- release: give held seats back. Many requests, one call.
--
-- Why a script: only the very hold that the caller means may go, and its seat and event with it.
-- A frozen or confirmed hold is refused: once frozen, the ledger leads.
-- KEYS    as in the prelude
-- ARGV[3..] per request: candidate, group, generation
-- Reply   per request: "released" | "gone" | "frozen" | "confirmed"
-- Cost    O(requests)
local fields = {}
for at = 3, #ARGV, 3 do fields[#fields + 1] = ARGV[at] .. ':' .. ARGV[at + 1] end
local taken = load_taken(fields)

local WORDS = {f = 'frozen', c = 'confirmed'}
local answers = {}
for i, field in ipairs(fields) do
  local answer = 'gone'
  if taken[field] then
    local state, sitting, generation, deadline = parse(taken[field])
    if generation == ARGV[3 * i + 2] then
      if state == 'h' then
        local lapsed = has_lapsed(state, deadline)
        drop(field, sitting)
        record(lapsed and 'x' or 'r', field, sitting, generation, deadline)
        taken[field] = false
        answer = lapsed and 'gone' or 'released'
      else
        answer = WORDS[state]
      end
    end
  end
  answers[i] = answer
end
return finish(answers)

-- release: give held seats back. Many requests, one call.
--
-- Why a script: only the very hold that the caller means may go, and its seat and event with it.
-- A frozen or confirmed hold is refused: once frozen, the ledger leads. The deadline stays behind, so that giving
-- back and taking again wins no time.
-- KEYS    as in the prelude
-- ARGV[4..] per request: candidate, group, generation
-- Reply   per request: "released" | "gone" | "frozen" | "confirmed"
-- Cost    O(requests)
local fields = {}
for at = 4, #ARGV, 3 do fields[#fields + 1] = ARGV[at] .. ':' .. ARGV[at + 1] end
local taken = load_taken(fields)

local WORDS = {f = 'frozen', c = 'confirmed'}
local answers = {}
for i, field in ipairs(fields) do
  local answer = 'gone'
  if taken[field] then
    local state, sitting, generation, deadline = parse_live(taken[field])
    if generation == ARGV[3 * i + 3] then
      if state == 'h' then
        if has_lapsed(state, deadline) then
          drop(field, sitting)
          record('x', field, sitting, generation, deadline)
        else
          give_back(field, sitting, generation, deadline)
          answer = 'released'
        end
        taken[field] = false
      else
        answer = WORDS[state]
      end
    end
  end
  answers[i] = answer
end
return finish(answers)

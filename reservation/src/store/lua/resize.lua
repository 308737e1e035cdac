-- resize: set the capacity of sittings, new or known. Many sittings, one call.
--
-- Why a script: the free count moves by the difference, also below 0 when more is taken than
-- the new capacity has; then nothing is given out until enough is back. What is kept for a waiting list is not taken, and
-- is taken back first.
-- KEYS    as in the prelude
-- ARGV[4..] per sitting: sitting, capacity
-- Reply   per sitting: "<seats taken>"
-- Cost    O(sittings)
local answers = {}
for at = 4, #ARGV, 2 do
  local sitting, capacity = ARGV[at], tonumber(ARGV[at + 1])
  local before = tonumber(redis.call('HGET', CAPACITY, sitting) or '0')
  add_free(sitting, capacity - before)
  if lapses_max then keep(sitting) end
  if capacity ~= before or redis.call('HEXISTS', CAPACITY, sitting) == 0 then
    redis.call('HSET', CAPACITY, sitting, whole(capacity))
    capacities[#capacities + 1] = sitting .. ' ' .. whole(capacity)
  end
  answers[#answers + 1] = whole(capacity - free[sitting] - (kept[sitting] or 0))
end
return finish(answers)

-- sweep: give the seats of lapsed holds back, without anybody asking for one, and forget what was given back before.
--
-- Why a script: a lapsed hold must leave, free its seat and write its event in one step.
-- KEYS    as in the prelude
-- ARGV[4] most entries to look at
-- Reply   one answer: "<holds lapsed> <1 if more are due, else 0>"
-- Cost    O(holds in those entries)
local lapsed = sweep(tonumber(ARGV[4]))
local head = math.min(head_of_queue() or math.huge, head_of_expiry() or math.huge)
return finish({lapsed .. ' ' .. (head <= now and 1 or 0)})

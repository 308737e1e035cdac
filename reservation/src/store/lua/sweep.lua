-- sweep: give the seats of lapsed holds back, without anybody asking for one.
--
-- Why a script: a lapsed hold must leave, free its seat and write its event in one step.
-- KEYS    as in the prelude
-- ARGV[3] most expiry entries to look at
-- Reply   one answer: "<holds lapsed> <entries still due>"
-- Cost    O(holds in those entries)
local lapsed = sweep(tonumber(ARGV[3]))
local due = redis.call('ZCOUNT', EXPIRY, '-inf', now_text)
return finish({lapsed .. ' ' .. due})

-- Teaches the deduplication a mention that only the archive still knows.
-- KEYS: where its key is remembered. ARGV: version, revision, brands, contribution, tombstone (1 or '')
if call('EXISTS', KEYS[1]) == 1 then return 0 end
keep(KEYS[1], {v = ARGV[1], r = ARGV[2], h = '', b = ARGV[3], d = ARGV[5], e = '', a = ARGV[1], x = '', z = '', l = ARGV[4]})
return 1

-- Teaches the deduplication a mention that only the archive still knows.
-- KEYS: the key's hash. ARGV: seconds, version, revision, brands, contribution, tombstone (0|1)
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'v', ARGV[2], 'a', ARGV[2], 'r', ARGV[3], 'h', '', 'b', ARGV[4])
if ARGV[5] ~= '' then redis.call('HSET', KEYS[1], 'l', ARGV[5]) end
if ARGV[6] == '1' then redis.call('HSET', KEYS[1], 'd', 1) end
redis.call('EXPIRE', KEYS[1], ARGV[1])
return 1

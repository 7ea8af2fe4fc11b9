-- Commits a cursor under a fencing token. KEYS: cursor, fence. ARGV: cursor, token.
if tonumber(redis.call('GET', KEYS[2]) or 0) ~= tonumber(ARGV[2]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1])
return 1

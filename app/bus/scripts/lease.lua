-- Takes or extends a lease. KEYS: lease, fence. ARGV: owner, milliseconds. Returns the fencing token, or 0.
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
if held then return tonumber(redis.call('GET', KEYS[2])) end
return redis.call('INCR', KEYS[2])

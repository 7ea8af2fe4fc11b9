-- Takes or extends a lease. KEYS: lease, fence. ARGV: owner, milliseconds. Returns the fencing token, or 0.
-- A token is at least the time: it grows even if a failover has lost the last one that was given.
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then return 0 end
local token = tonumber(redis.call('GET', KEYS[2]))
if not held or not token then
  local now = redis.call('TIME')
  token = math.max((token or 0) + 1, now[1] * 1000 + math.floor(now[2] / 1000))
  redis.call('SET', KEYS[2], string.format('%.0f', token))
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return token

-- Moves an entry to the dead letters and acknowledges it, if it is still pending; without a reason it is only wiped.
-- KEYS: stream, dead letters. ARGV: prefix, group, entry id, reason or '', most dead letters
-- Returns 1 if buried, 0 if there was nothing to bury, -1 if there are so many that nothing more may be set aside.
-- The key's hash lives as long as its letter waits: a deletion has to find it.
local pending = redis.call('XPENDING', KEYS[1], ARGV[2], ARGV[3], ARGV[3], 1)[1]
if not pending then return 0 end
local found = redis.call('XRANGE', KEYS[1], ARGV[3], ARGV[3])[1]
if not found or ARGV[4] == '' then
  redis.call('XDEL', KEYS[1], ARGV[3])
  redis.call('XACK', KEYS[1], ARGV[2], ARGV[3])
  return 0
end
if redis.call('XLEN', KEYS[2]) >= tonumber(ARGV[5]) then return -1 end
local fields, key = found[2], nil
for i = 1, #fields, 2 do
  if fields[i] == 'k' then key = fields[i + 1] end
end
for name, value in pairs({reason = ARGV[4], id = ARGV[3], n = pending[4]}) do
  fields[#fields + 1] = name
  fields[#fields + 1] = value
end
local dead = redis.call('XADD', KEYS[2], '*', unpack(fields))
redis.call('XDEL', KEYS[1], ARGV[3])
redis.call('XACK', KEYS[1], ARGV[2], ARGV[3])
local hash = ARGV[1] .. 'id:' .. (key or '')
if key and key ~= '' and redis.call('EXISTS', hash) == 1 then
  local earlier = redis.call('HGET', hash, 'z')
  redis.call('HSET', hash, 'z', earlier and earlier .. ' ' .. dead or dead)
  redis.call('PERSIST', hash)
end
return 1

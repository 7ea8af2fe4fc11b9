-- Moves an entry to the dead letters and acknowledges it, if it is still pending; a wiped one is only acknowledged.
-- KEYS: stream, dead letters. ARGV: prefix, group, entry id, reason, how many dead letters are kept
if redis.call('XACK', KEYS[1], ARGV[2], ARGV[3]) == 0 then return 0 end
local found = redis.call('XRANGE', KEYS[1], ARGV[3], ARGV[3])[1]
if not found or ARGV[4] == '' then return 0 end
local fields, key = found[2], nil
for i = 1, #fields, 2 do
  if fields[i] == 'k' then key = fields[i + 1] end
end
fields[#fields + 1] = 'reason'
fields[#fields + 1] = ARGV[4]
fields[#fields + 1] = 'id'
fields[#fields + 1] = ARGV[3]
local dead = redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[5], '*', unpack(fields))
redis.call('XDEL', KEYS[1], ARGV[3])
if key and key ~= '' and redis.call('EXISTS', ARGV[1] .. 'id:' .. key) == 1 then
  redis.call('HSET', ARGV[1] .. 'id:' .. key, 'z', dead)
end
return 1

-- Puts a dead letter back into the stream it came from, under its own version.
-- KEYS: dead letters, mentions, analysed. ARGV: prefix, id of the letter, seconds a key is remembered, revision, digest, brands
-- Returns 0 again, 1 its mention was deleted meanwhile, 2 a later version is counted, 3 there is no such letter.
local found = redis.call('XRANGE', KEYS[1], ARGV[2], ARGV[2])[1]
if not found then return 3 end
local fields = {}
for i = 1, #found[2], 2 do fields[found[2][i]] = found[2][i + 1] end
local key, version = fields.k or '', tonumber(fields.v)
local hash, known = ARGV[1] .. 'id:' .. key, {}
redis.call('XDEL', KEYS[1], ARGV[2])
if key ~= '' then
  known = redis.call('HMGET', hash, 'v', 'a', 'd', 'e', 'z')
  local left = {}
  for letter in string.gmatch(known[5] or '', '%S+') do
    if letter ~= ARGV[2] then left[#left + 1] = letter end
  end
  if #left > 0 then
    redis.call('HSET', hash, 'z', table.concat(left, ' '))
  else
    redis.call('HDEL', hash, 'z')
    redis.call('EXPIRE', hash, ARGV[3])
  end
  if known[3] then
    if fields.e and tonumber(known[1]) ~= version then return 1 end
  elseif (tonumber(known[2]) or 0) >= version then
    return 2
  end
end
local back = {}
for i = 1, #found[2], 2 do
  local name = found[2][i]
  if name ~= 'reason' and name ~= 'id' and name ~= 'n' then
    back[#back + 1] = name
    back[#back + 1] = found[2][i + 1]
  end
end
local entry = redis.call('XADD', fields.e and KEYS[2] or KEYS[3], '*', unpack(back))
if key ~= '' and fields.e then
  redis.call('HSET', hash, 'e', known[4] and known[4] ~= '' and known[4] .. ' ' .. entry or entry)
  if (tonumber(known[1]) or 0) < version then
    redis.call('HSET', hash, 'v', version, 'r', ARGV[4], 'h', ARGV[5], 'b', ARGV[6])
    redis.call('EXPIRE', hash, ARGV[3])
  end
end
return 0

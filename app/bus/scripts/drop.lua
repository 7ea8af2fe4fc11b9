-- Wipes a dead letter. KEYS: dead letters. ARGV: prefix, id of the letter, seconds a key is remembered
local found = redis.call('XRANGE', KEYS[1], ARGV[2], ARGV[2])[1]
if not found then return 0 end
redis.call('XDEL', KEYS[1], ARGV[2])
for i = 1, #found[2], 2 do
  if found[2][i] == 'k' and found[2][i + 1] ~= '' then
    local hash = ARGV[1] .. 'id:' .. found[2][i + 1]
    local left = {}
    for letter in string.gmatch(redis.call('HGET', hash, 'z') or '', '%S+') do
      if letter ~= ARGV[2] then left[#left + 1] = letter end
    end
    if #left > 0 then
      redis.call('HSET', hash, 'z', table.concat(left, ' '))
    else
      redis.call('HDEL', hash, 'z')
      redis.call('EXPIRE', hash, ARGV[3])
    end
  end
end
return 1

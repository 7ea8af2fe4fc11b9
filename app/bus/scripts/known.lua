-- Tells of each mention key the brands it belongs to; false where nothing is known or it was deleted.
-- KEYS: mentions stream, which says where all of them lie. ARGV: prefix, mention keys
local found = {}
for i = 2, #ARGV do
  local known = redis.call('HMGET', ARGV[1] .. 'id:' .. ARGV[i], 'b', 'd')
  found[i - 1] = not known[2] and known[1]
end
return found

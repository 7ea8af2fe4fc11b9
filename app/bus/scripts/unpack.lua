-- Gives each mention of a pack an entry of its own, so that one that cannot be read does not take the others with it.
-- KEYS: analysed stream. ARGV: prefix, group, entry id
if call('XACK', KEYS[1], ARGV[2], ARGV[3]) == 0 then return 0 end
local found = call('XRANGE', KEYS[1], ARGV[3], ARGV[3])[1]
if not found then return 0 end
for i = 3, #found[2], 2 do
  local key, payload = found[2][i], found[2][i + 1]
  local entry = call('XADD', KEYS[1], '*', 't', found[2][2], 'v', 1, 'p', payload, 'b', '')
  local id = ARGV[1] .. 'id:' .. key
  local state = known(id)
  if state and state.x == ARGV[3] then
    state.x = entry
    keep(id, state)
  end
end
call('XDEL', KEYS[1], ARGV[3])
return 1

-- Turns what earlier releases remember of mention keys, a hash each, into a string with the same end.
-- KEYS: mentions stream, which says where all of them lie. ARGV: where they are remembered
local names = {'v', 'r', 'h', 'b', 'd', 'e', 'a', 'x', 'z', 'l'}
local turned = 0
for _, id in ipairs(ARGV) do
  if call('TYPE', id).ok == 'hash' then
    local found, state, left = call('HMGET', id, unpack(names)), {}, call('PTTL', id)
    for number, name in ipairs(names) do state[name] = found[number] or '' end
    state.h = string.gsub(state.h, '.', function(byte) return string.format('%02x', string.byte(byte)) end)
    if state.v == '' then state.v = state.a end
    if left > 0 then
      call('SET', id, format(state), 'PX', left)
    else
      call('SET', id, format(state))
    end
    turned = turned + 1
  end
end
return turned

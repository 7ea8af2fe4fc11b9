-- Wipes a dead letter. KEYS: dead letters. ARGV: prefix, id of the letter
local found = call('XRANGE', KEYS[1], ARGV[2], ARGV[2])[1]
if not found then return 0 end
call('XDEL', KEYS[1], ARGV[2])
for i = 1, #found[2], 2 do
  if found[2][i] == 'k' and found[2][i + 1] ~= '' then
    local id = ARGV[1] .. 'id:' .. found[2][i + 1]
    local state = known(id)
    if state then
      state.z = without(state.z, ARGV[2])
      keep(id, state)
    end
  end
end
return 1

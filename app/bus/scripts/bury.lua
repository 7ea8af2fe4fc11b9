-- Moves an entry to the dead letters and acknowledges it, if it is still pending; without a reason it is only wiped.
-- KEYS: stream, dead letters. ARGV: prefix, group, entry id, reason or '', most dead letters, key of its mention where the
--   entry does not say it, or ''
-- Returns 1 if buried, 0 if there was nothing to bury, -1 if there are so many that nothing more may be set aside.
-- What is remembered of the key lives as long as its letter waits: a deletion has to find it.
local pending = call('XPENDING', KEYS[1], ARGV[2], ARGV[3], ARGV[3], 1)[1]
if not pending then return 0 end
local found = call('XRANGE', KEYS[1], ARGV[3], ARGV[3])[1]
if not found or ARGV[4] == '' then
  call('XDEL', KEYS[1], ARGV[3])
  call('XACK', KEYS[1], ARGV[2], ARGV[3])
  return 0
end
if call('XLEN', KEYS[2]) >= tonumber(ARGV[5]) then return -1 end
local fields, key = found[2], nil
if #fields == 2 then fields = {'v', 1, 'k', string.sub(fields[1], #ARGV[1] + 4), 'e', fields[2]} end
for i = 1, #fields, 2 do
  if fields[i] == 'k' then key = fields[i + 1] end
end
if not key and ARGV[6] ~= '' then
  key = ARGV[6]
  fields[#fields + 1], fields[#fields + 2] = 'k', key
end
for name, value in pairs({reason = ARGV[4], id = ARGV[3], n = pending[4]}) do
  fields[#fields + 1] = name
  fields[#fields + 1] = value
end
local dead = call('XADD', KEYS[2], '*', unpack(fields))
call('XDEL', KEYS[1], ARGV[3])
call('XACK', KEYS[1], ARGV[2], ARGV[3])
local id = ARGV[1] .. 'id:' .. (key or '')
local state = key and key ~= '' and known(id)
if state then
  state.z = with(state.z, dead)
  keep(id, state)
end
return 1

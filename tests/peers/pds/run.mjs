// Runs a PDS as its environment says, until it is told to stop.
import { PDS, envToCfg, envToSecrets, readEnv } from '@atproto/pds'

const env = readEnv()
const pds = await PDS.create(envToCfg(env), envToSecrets(env))
await pds.start()
console.log('ready')
process.on('SIGTERM', async () => {
  await pds.destroy()
  process.exit(0)
})

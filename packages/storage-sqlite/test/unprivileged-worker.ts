import { createSqliteStorage } from '../src/index.ts'
import { sampleUser } from './samples.ts'

const [path = '', call = 'create'] = process.argv.slice(2)
// Root may write everything, so tests that run as root drop their privileges here.
if (process.getuid?.() === 0) process.setuid?.(65534)
// Otherwise a file that outgrows its limit ends the process instead of failing the write.
process.on('SIGXFSZ', () => {})

const storage = createSqliteStorage({ path, busyTimeoutMillis: 50 })
let created = 0
try {
  if (call === 'migrate') await storage.migrate()
  if (call === 'read') await storage.users.byId('x')
  if (call === 'create') await storage.users.create(sampleUser())
  if (call === 'fill')
    for (;;) if (await storage.users.create(sampleUser({ bio: 'x'.repeat(2000) }))) created++
  process.send?.({ created })
} catch (error) {
  const { code, detail, message } = error as { code: string; detail: string; message: string }
  const afterwards = await storage.users.toPurge(1).catch(() => 'failed')
  process.send?.({ code, detail, message, created, afterwards })
}
process.disconnect()

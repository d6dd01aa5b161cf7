import { writeSync } from 'node:fs'
import { mailingKith, type Shared } from './kith.ts'

const [shared = '', name = ''] = process.argv.slice(2)
const kith = mailingKith(JSON.parse(shared) as Shared)
const input = { username: name, email: `${name}@example.com`, password: 'correct horse' }
await kith.accounts.register(input).catch(() => {})
const account = await kith.accounts.find(name)
await kith.approvals.approve(account?.id ?? '')
writeSync(1, 'approved\n')
// Runs until it is killed.
setInterval(() => {}, 1_000)

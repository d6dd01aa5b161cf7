import { createKith, isKithError } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'

/** Registers with the most common passwords, and with disguised names of the account: none is accepted. */
const kith = createKith({
  secret: 'a secret of the benchmark, 32 characters',
  storage: createMemoryStorage(),
  passwords: { memoryKiB: 8, iterations: 1 },
  limits: { registerByAddress: [] },
  logger: { warn: () => {}, error: () => {} },
})

const top =
  `password 123456789 12345678 1234567890 qwertyuiop password1 iloveyou sunshine princess football baseball superman
  1qaz2wsx trustno1 jennifer michelle starwars computer 11111111 88888888 qwerty123 1q2w3e4r asdfghjkl abcd1234 password123
  welcome1 letmein1 dragon123 monkey123 zaq12wsx P@ssw0rd Passw0rd! Password2026! Summer2026! Qwerty!1234 aaaaaaaa
  abcdefghij changeme admin123 qwertyuiopasdf passwordd passswoord Dragonn!2024 dragonmonkey Sunshine-Princess1`.split(
    /\s+/,
  )
const disguises =
  `ada_lovelace Ada_Lovelace lovelace ADALOVELACE ecalevol lovelace1815 !!lovelace!! lovelacelovelace 10v3l4c3
  engine.example engine2026 +4915112345678 015112345678 augusta1815 KingAugusta kith2026! iLoveLovelace1 xXlovelaceXx byron-forever engine123dragon`.split(
    /\s+/,
  )
const names = {
  username: 'ada_lovelace',
  email: 'byron@engine.example',
  phone: '+4915112345678',
  name: 'Augusta King',
}

async function accepted(password: string, index: number): Promise<boolean> {
  const own = { ...names, username: names.username, email: names.email }
  try {
    await kith.accounts.register({ ...own, password })
    // The names are used again for the next password.
    const user = await kith.accounts.find(names.username)
    const viewer = kith.viewerOf(user?.id ?? '')
    await kith.storage.users.update(viewer.userId, { username: `gone-${index}`, email: null, phone: null })
    return true
  } catch (error) {
    if (isKithError(error) && error.code === 'invalid-input') return false
    throw error
  }
}

const passed: string[] = []
const all = [...top, ' '.repeat(8), ...disguises]
for (const [index, password] of all.entries()) if (await accepted(password, index)) passed.push(password)
console.log(`${all.length} passwords that are guessed first: ${passed.length} accepted`)
if (passed.length > 0) console.log(passed.join(' '))
const good = await accepted('correct horse battery', all.length)
console.log(`a password that is none of them: ${good ? 'accepted' : 'refused'}`)
if (passed.length > 0 || !good) process.exitCode = 1

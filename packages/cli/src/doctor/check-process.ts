import { type Check, type Finding, ok } from './finding.ts'

/** The Node version of this process, and its environment. */
export const checkProcess: Check = ({ env }) => [checkNode(process.versions.node), checkSecret(env)]

/** Whether a Node version is supported by Kith and maintained. */
export function checkNode(version: string): Finding {
  const check = 'node'
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major < 22 || (major === 22 && minor < 13)) {
    return {
      check,
      level: 'error',
      meaning: `Node ${version} is too old for Kith.`,
      cure: 'Use Node 22.13 or newer.',
    }
  }
  if (major % 2 === 1) {
    return {
      check,
      level: 'warning',
      meaning: `Node ${version} is an odd release, which gets no fixes after half a year.`,
      cure: 'Use an even one, such as 24.',
    }
  }
  return ok(check, `Node ${version}.`)
}

/** createKith itself refuses a guessable secret, which `config` reports. */
function checkSecret(env: Readonly<Record<string, string | undefined>>): Finding {
  const check = 'secret'
  const previous = (env['KITH_PREVIOUS_SECRETS'] ?? '').split(',').filter(Boolean)
  if (previous.length === 0) return ok(check, 'Long enough, and cannot be guessed.')
  return {
    check,
    level: 'note',
    meaning: `${previous.length} previous ${previous.length === 1 ? 'secret still verifies' : 'secrets still verify'} what they signed.`,
    cure: 'Remove a secret from KITH_PREVIOUS_SECRETS once it was replaced for longer than the lifetime of a refresh token: `kith rotate-keys` says when.',
  }
}

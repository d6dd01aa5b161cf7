import { isIP, isIPv4, isIPv6 } from 'node:net'
import type { ClientPlace } from '../events.ts'
import type { ClientInfo } from '../viewer.ts'
import { userAgentMaxLength } from './device-name.ts'

/**
 * The part of an IP address that identifies one client: an IPv4 address, or the /64 of an IPv6 address, since a client
 * can pick any address within its /64. Different spellings of one address result in one key.
 */
export function addressKey(address: string): string {
  const bare = address.split('%')[0] ?? ''
  if (!isIPv6(bare)) return isIPv4(bare) ? bare : 'unknown'
  const groups = expand(bare)
  return mappedIPv4(groups) ?? `${firstGroups(groups, 4)}::/64`
}

/** The network of an IP address, which one attacker may well control: a /24 of IPv4, a /48 of IPv6. */
export function networkKey(address: string): string {
  const key = addressKey(address)
  if (isIPv4(key)) return `${key.split('.').slice(0, 3).join('.')}.0/24`
  return key.endsWith('::/64') ? `${key.split(':').slice(0, 3).join(':')}::/48` : key
}

/**
 * The location of a client, for the session list and events: unknown parts are `null`, and the user agent is truncated.
 */
export function placeOf({ address = '', userAgent }: ClientInfo): ClientPlace {
  return {
    address: isIP(address) ? address : null,
    userAgent: userAgent?.slice(0, userAgentMaxLength) ?? null,
  }
}

function mappedIPv4(groups: readonly number[]): string | null {
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
  if (!mapped) return null
  return [groups[6] ?? 0, groups[7] ?? 0].flatMap((group) => [group >> 8, group & 255]).join('.')
}

function firstGroups(groups: readonly number[], count: number): string {
  return groups
    .slice(0, count)
    .map((group) => group.toString(16))
    .join(':')
}

function expand(address: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)
  if (dotted) {
    const [a = 0, b = 0, c = 0, d = 0] = dotted.slice(2).map(Number)
    return expand(`${dotted[1] ?? ''}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`)
  }
  const [head = [], tail = []] = address.split('::').map((half) => (half === '' ? [] : half.split(':')))
  const gap = 8 - head.length - tail.length
  return [...head, ...Array<string>(gap).fill('0'), ...tail].map((group) => Number.parseInt(group, 16))
}

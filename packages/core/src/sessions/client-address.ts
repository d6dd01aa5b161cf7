import { isIPv4, isIPv6 } from 'node:net'

/**
 * The part of an address that one client has to itself: an IPv4 address, or the /64 of an IPv6 address, since a client
 * can pick any address within its /64. Different spellings of one address give one key.
 */
export function addressKey(address: string): string {
  const bare = address.split('%')[0] ?? ''
  if (!isIPv6(bare)) return isIPv4(bare) ? bare : 'unknown'
  const groups = expand(bare)
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
  if (mapped) return [groups[6] ?? 0, groups[7] ?? 0].flatMap((group) => [group >> 8, group & 255]).join('.')
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`
}

function expand(address: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)
  if (dotted) {
    const [a = 0, b = 0, c = 0, d = 0] = dotted.slice(2).map(Number)
    return expand(`${dotted[1] ?? ''}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`)
  }
  const [head = [], tail = []] = address.split('::').map((half) => (half === '' ? [] : half.split(':')))
  const gap = address.includes('::') ? 8 - head.length - tail.length : 0
  return [...head, ...Array<string>(gap).fill('0'), ...tail].map((group) => Number.parseInt(group, 16))
}

import { expect, test } from 'vitest'
import { addressKey, networkKey, placeOf } from './client-address.ts'

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['::ffff:192.168.113.17', '192.168.113.17'],
  ['::ffff:cb00:7107', '203.0.113.7'],
  ['2001:db8::ffff:203.0.113.7', '2001:db8:0:0::/64'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::', '2001:db8:1:2::/64'],
  ['2001:0db8:0001:0002:ffff::1', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::203.0.113.7', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001::2:3:4:5:6:7', '2001:0:2:3::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['not an address', 'unknown'],
  ['', 'unknown'],
])('the IP address %s is counted as %s', (address, key) => {
  expect(addressKey(address)).toBe(key)
})

test('clients without an IP address count as one network', () => {
  expect(networkKey('')).toBe('unknown')
})

test('unknown or invalid parts of a place are null, and the user agent is cut', () => {
  expect(placeOf({})).toEqual({ address: null, userAgent: null })
  expect(placeOf({ address: 'proxy', userAgent: 'x'.repeat(10_000) })).toEqual({
    address: null,
    userAgent: 'x'.repeat(300),
  })
  expect(placeOf({ address: '::1', userAgent: 'Browser/1.0' })).toEqual({
    address: '::1',
    userAgent: 'Browser/1.0',
  })
})

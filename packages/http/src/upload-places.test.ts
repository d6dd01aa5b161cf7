import { expect, test } from 'vitest'
import { createUploadPlaces } from './upload-places.ts'

test('an account has a limited number of places, gets them back, and uses none of others', async () => {
  const places = createUploadPlaces(2)
  const done = Promise.withResolvers<string>()
  const [one, two] = [places.within('anna', () => done.promise), places.within('anna', () => done.promise)]
  const refused = { code: 'rate-limited', status: 429, retryAfterSeconds: 5 }
  await expect(places.within('anna', async () => 'third')).rejects.toMatchObject(refused)
  expect(await places.within('berta', async () => 'hers')).toBe('hers')
  done.resolve('sent')
  expect(await Promise.all([one, two])).toEqual(['sent', 'sent'])
  await expect(places.within('anna', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  const again = Array.from({ length: 2 }, () => places.within('anna', async () => 'again'))
  expect(await Promise.all(again)).toEqual(['again', 'again'])
})

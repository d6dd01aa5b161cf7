import { expect, test } from 'vitest'
import { describeWithS3 } from './describe-servers.ts'

await describeWithS3('a server of S3’s protocol', {}, (s3) => {
  test('refuses who has no keys', async () => {
    const { endpoint, bucket } = s3()
    expect((await fetch(`${endpoint}/${bucket}/nothing`)).status).toBe(403)
  })

  test('gives each test a prefix of its own', () => {
    expect(s3().freshPrefix()).not.toBe(s3().freshPrefix())
  })
})

await describeWithS3('a server of S3’s protocol of our own', { control: true }, (s3) => {
  test('comes back after a kill', async () => {
    await s3().control?.kill()
    await expect(fetch(s3().endpoint)).rejects.toThrow()
    await s3().control?.restart()
    expect((await fetch(`${s3().endpoint}/health`)).ok).toBe(true)
  })
})

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createKith } from '@kith/core'
import type { CountDifference, RecountResult } from '@kith/core/ports'
import { createMemoryBlobs } from '@kith/core/memory'
import { expect, onTestFinished, test } from 'vitest'
import { createInstance } from '../../test/instance.ts'
import { inTemporaryFolder } from '../media/temporary-folder.ts'

test('removes ended rows in batches, and no live ones', async () => {
  const { kith, advance, options } = createInstance()
  const { user } = await kith.accounts.register({ username: 'ana', password: 'correct horse' })
  const now = new Date('2026-01-01T00:00:00Z')
  for (let index = 0; index < 1200; index++) {
    await options.storage.sessions.open(
      {
        id: `session-${index}`,
        userId: user.id,
        epoch: 0,
        generation: 0,
        createdAt: now,
        rotatedAt: now,
        expiresAt: new Date(now.getTime() + 60_000),
        revokedAt: index % 2 ? now : null,
        provedAt: now,
        methods: ['pwd'],
        actorId: null,
        actorSessionId: null,
        boundKey: null,
        deviceName: null,
        address: null,
        userAgent: null,
      },
      10_000,
    )
  }
  expect(await kith.upkeep.run()).toMatchObject({ accounts: 0, sessions: 600 })
  advance(59.999)
  expect(await kith.upkeep.run()).toMatchObject({ accounts: 0, sessions: 0 })
  advance(0.001)
  const reports = await Promise.all([kith.upkeep.run(), kith.upkeep.run(), kith.upkeep.run()])
  expect(reports.reduce((sum, report) => sum + report.sessions, 0)).toBe(600)
  const viewer = kith.viewerOf(user.id)
  expect((await kith.sessions.list(viewer)).items).toHaveLength(1)
})

test('counts are verified in batches, with mistakes and progress reported', async () => {
  const { options } = createInstance()
  const wrong = (node: string): CountDifference => ({
    kind: 'follow',
    node,
    stored: { out: 0, in: 2 },
    counted: { out: 0, in: 1 },
  })
  const batches: Record<string, RecountResult> = {
    start: { checked: 500, differences: [wrong('a')], next: 'middle' },
    middle: { checked: 20, differences: [wrong('b')], next: null },
  }
  const { storage } = options
  const kith = createKith({
    ...options,
    storage: {
      ...storage,
      edges: {
        ...storage.edges,
        recount: async (after) => batches[after ?? 'start'] ?? expect.fail('there is no such batch'),
      },
      posts: { ...storage.posts, recount: async () => ({ checked: 7, differences: [], next: null }) },
    },
  })
  const progress: number[] = []
  const report = await kith.upkeep.verifyCounts((checked) => void progress.push(checked))
  expect(report).toEqual({ checked: 527, differences: [wrong('a'), wrong('b')] })
  expect(progress).toEqual([500, 520, 527])
})

test('a clock that is days ahead ends no running upload', async () => {
  const ahead = (): Date => new Date(Date.now() + 7 * 86_400_000)
  const { options } = createInstance({ clock: ahead })
  const directory = mkdtempSync(join(tmpdir(), 'kith-upkeep-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const kith = createKith({
    ...options,
    media: { blobs: createMemoryBlobs(), temporaryDirectory: directory },
  })
  await inTemporaryFolder(directory, async (folder) => {
    await kith.upkeep.run()
    expect(existsSync(folder)).toBe(true)
  })
})

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateBucketCommand, PutBucketCorsCommand, S3Client } from '@aws-sdk/client-s3'
import { type Browser, chromium, type Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { browserPath, launchBrowser } from './browser.ts'
import { freePort } from './servers/port.ts'
import { type RunningApp, startApp } from './running-app.ts'
import { describeWithS3 } from './servers/describe-servers.ts'
import type { S3Server } from './servers/s3-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'kith-demo-page-'))
const patience = 20_000

afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Visit {
  app: RunningApp
  page: Page
  /** The errors that the browser reported. */
  complaints: string[]
}

describe.skipIf(!browserPath)('the page of the demo, in a browser (needs chromium)', async () => {
  let browser: Browser
  let picture: Buffer

  beforeAll(async () => {
    browser = await launchBrowser()
    const image = sharp({ create: { width: 640, height: 480, channels: 3, background: '#336699' } })
    picture = await image.jpeg().toBuffer()
  })
  afterAll(() => browser.close())

  /** Opens the page and creates an account on it. */
  async function visit(env: Readonly<Record<string, string>> = {}): Promise<Visit> {
    const app = await startApp(
      'examples/demo/src/main.ts',
      { KITH_DEMO_DIRECTORY: mkdtempSync(join(folder, 'data-')), ...env },
      { args: ['--empty'] },
    )
    const page = await browser.newPage()
    page.setDefaultTimeout(patience)
    onTestFinished(async () => {
      await page.close()
      await app.stop()
    })
    const complaints: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(String(error)))
    await page.goto(app.url)
    await page.locator('#register [name=username]').fill('ada')
    await page.locator('#register [name=password]').fill('correct horse')
    // The request for the current account gets a 401 for a guest.
    complaints.length = 0
    await page.locator('#register [type=submit]').click()
    await page.locator('#nav').waitFor()
    return { app, page, complaints }
  }

  async function choosePicture(page: Page): Promise<void> {
    await page.goto(`${new URL(page.url()).origin}/#/new`)
    await page.locator('#caption').fill('A calm sea')
    await page.locator('#picker').setInputFiles({ name: 'sea.jpg', mimeType: 'image/jpeg', buffer: picture })
  }

  /** Submits the form, and checks that the picture appears in the feed. */
  async function share(page: Page): Promise<void> {
    await page.locator('#publish:enabled').click()
    await page.locator('#view').getByText('A calm sea').waitFor()
    const shown = page.locator('#view img[src*="/files/"]').first()
    await expect
      .poll(() => shown.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth), {
        timeout: patience,
      })
      .toBeGreaterThan(100)
  }

  test('shares a picture with a suggested caption', async () => {
    const { page, complaints } = await visit()
    await choosePicture(page)
    await page.locator('#suggest:enabled').click()
    await page.locator('.suggestion').first().click()
    expect(await page.locator('#caption').inputValue()).toMatch(/^A calm sea\./)
    await share(page)
    expect(complaints).toEqual([])
  })

  await describeWithS3('over a bucket', { control: true }, (s3) => {
    /** A bucket that allows uploads from the page. */
    async function envFor(server: S3Server, port: number): Promise<Record<string, string>> {
      const { endpoint, region, credentials } = server
      const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
      const Bucket = server.freshPrefix().replaceAll('/', '')
      const rule = { AllowedOrigins: [`http://localhost:${port}`], AllowedMethods: ['POST'] }
      await client.send(new CreateBucketCommand({ Bucket }))
      await client.send(
        new PutBucketCorsCommand({
          Bucket,
          CORSConfiguration: { CORSRules: [{ ...rule, AllowedHeaders: ['content-type'] }] },
        }),
      )
      client.destroy()
      return {
        PORT: String(port),
        S3_BUCKET: Bucket,
        S3_ENDPOINT: endpoint,
        S3_REGION: region,
        S3_ACCESS_KEY_ID: credentials.accessKeyId,
        S3_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      }
    }

    test('uploads a picture directly, and retries a failed upload without starting the post over', async () => {
      const { page, complaints } = await visit(await envFor(s3(), await freePort()))
      const sent: string[] = []
      page.on('request', (request) => sent.push(`${request.method()} ${new URL(request.url()).pathname}`))
      await s3().control?.kill()
      await choosePicture(page)
      await page.getByRole('button', { name: 'Try again' }).waitFor()
      expect(await page.locator('#publish').isDisabled()).toBe(true)
      await s3().control?.restart()
      complaints.length = 0
      await page.getByRole('button', { name: 'Try again' }).click()
      await share(page)
      expect(complaints).toEqual([])
      expect(sent).not.toContain('POST /api/v1/media')
    })

    test('does not upload again what the bucket has if only the confirmation failed', async () => {
      const { page } = await visit(await envFor(s3(), await freePort()))
      await page.route('**/confirm', (route) => route.fulfill({ status: 503, json: { title: 'Later' } }), {
        times: 1,
      })
      let sendings = 0
      page.on('request', (request) => {
        if (request.method() === 'POST' && request.url().startsWith(s3().endpoint)) sendings++
      })
      await choosePicture(page)
      await page.getByRole('button', { name: 'Try again' }).click()
      await share(page)
      expect(sendings).toBe(1)
    })
  })
})

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Secret, TOTP } from 'otpauth'
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { addAuthenticator, knowPassword, browserPath, launchBrowser } from './browser.ts'
import { startApp } from './running-app.ts'

const folder = mkdtempSync(join(tmpdir(), 'kith-demo-ways-'))
const patience = 20_000
const email = 'ada@example.com'
const password = 'correct horse'

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.skipIf(!browserPath)('sign-in and recovery in the demo, in a browser (needs chromium)', () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser.close())

  interface Visit {
    page: Page
    url: string
    database: string
    /** Script errors and violations of the page's policy. */
    complaints: string[]
  }

  /** Opens the page and creates an account on it. */
  async function visit(): Promise<Visit> {
    const data = mkdtempSync(join(folder, 'data-'))
    const app = await startApp(
      'examples/demo/src/main.ts',
      { KITH_DEMO_DIRECTORY: data },
      { args: ['--empty'] },
    )
    const context = await browser.newContext()
    context.setDefaultTimeout(patience)
    const page = await context.newPage()
    onTestFinished(async () => {
      await context.close()
      await app.stop()
    })
    const complaints: string[] = []
    context.on('console', (message) => {
      // The browser also reports calls that are refused on purpose.
      if (message.type() === 'error' && !/status of 40[139]/.test(message.text()))
        complaints.push(message.text())
    })
    context.on('weberror', (error) => complaints.push(String(error.error())))
    await page.goto(app.url)
    await page.locator('#register [name=username]').fill('ada')
    await page.locator('#register [name=email]').fill(email)
    await page.locator('#register [name=password]').fill(password)
    await page.locator('#register [type=submit]').click()
    await page.locator('#nav').waitFor()
    return { page, url: app.url, database: join(data, 'demo.db'), complaints }
  }

  async function logOut(page: Page): Promise<void> {
    await page.locator('#nav [href="#/account"]').click()
    await page.getByRole('button', { name: 'Log out' }).click()
  }

  async function leave(page: Page): Promise<void> {
    await logOut(page)
    await page.getByRole('tab', { name: 'Sign in' }).click()
  }

  async function logIn(page: Page, typed: string): Promise<void> {
    // While a dialog is open, nothing behind it accepts input.
    await page.locator('dialog').waitFor({ state: 'detached' })
    await page.locator('#login [name=login]').fill('ada')
    await page.locator('#login [name=password]').fill(typed)
    await page.locator('#login [type=submit]').click()
  }

  const press = (page: Page, name: string): Promise<void> =>
    page.locator('dialog').last().getByRole('button', { name, exact: true }).click()

  const fill = (page: Page, name: string, value: string): Promise<void> =>
    page.locator(`dialog [name=${name}]`).last().fill(value)

  /** Opens the mailbox of the demo as a user does, and reads the latest message. */
  async function openMail(page: Page, subject: RegExp): Promise<Page> {
    const [mail] = await Promise.all([page.waitForEvent('popup'), page.locator('#mail').click()])
    await mail.locator('#letter h1').filter({ hasText: subject }).waitFor()
    return mail
  }

  async function readCode(page: Page, subject: RegExp): Promise<string> {
    // An open dialog covers the link.
    const mail = await page.context().newPage()
    await mail.goto(new URL('/dev/mail', page.url()).href)
    await mail.locator('#letter h1').filter({ hasText: subject }).waitFor()
    const letter = await mail.frameLocator('#letter iframe').locator('body').innerText()
    await mail.close()
    return /^\s*(\d{6})\s*$/m.exec(letter)?.[1] ?? ''
  }

  test('a forgotten password is reset with the code from an email, and again with its link', async () => {
    const { page, complaints } = await visit()
    await leave(page)
    await page.locator('#login [name=login]').fill('ada')
    await page.getByRole('button', { name: 'Forgot password?' }).click()
    await press(page, 'Send the code')
    await fill(page, 'code', await readCode(page, /password/i))
    await fill(page, 'password', 'another horse')
    await press(page, 'Set password')
    await logIn(page, 'another horse')
    await page.locator('#nav').waitFor()

    await leave(page)
    await page.getByRole('button', { name: 'Forgot password?' }).click()
    await fill(page, 'login', email)
    await press(page, 'Send the code')
    await press(page, 'Cancel')
    const mail = await openMail(page, /password/i)
    const link = mail.frameLocator('#letter iframe').locator('a[href*="/reset#flow="]').first()
    const [opened] = await Promise.all([mail.waitForEvent('popup'), link.click()])
    await fill(opened, 'password', 'a third horse')
    expect(new URL(opened.url()).href).toBe(new URL('/', page.url()).href)
    await press(opened, 'Set password')
    await opened.getByRole('tab', { name: 'Sign in' }).click()
    await logIn(opened, 'a third horse')
    await opened.locator('#nav').waitFor()
    expect(complaints).toEqual([])
  })

  test('an account signs in with a code, and changes its email', async () => {
    const { page, complaints } = await visit()
    await leave(page)
    await page.getByRole('button', { name: 'Email me a code' }).click()
    await fill(page, 'login', email)
    await press(page, 'Email me a code')
    await fill(page, 'code', await readCode(page, /sign/i))
    await press(page, 'Sign in')
    await page.locator('#nav [href="#/account"]').click()
    await page.locator('.fact').getByText('Confirmed', { exact: true }).waitFor()

    await page.locator('.fact').getByRole('button', { name: 'Change' }).click()
    await fill(page, 'email', 'countess@example.com')
    await press(page, 'Send the code')
    await fill(page, 'code', await readCode(page, /is your Kith demo code/))
    await press(page, 'Confirm')
    await page.locator('.fact').getByText('countess@example.com').waitFor()
    expect(complaints).toEqual([])
  })

  test('an account with an old sign-in proves its owner with a code', async () => {
    const { page, database, complaints } = await visit()
    await leave(page)
    await page.getByRole('button', { name: 'Email me a code' }).click()
    await fill(page, 'login', email)
    await press(page, 'Email me a code')
    await fill(page, 'code', await readCode(page, /sign/i))
    await press(page, 'Sign in')
    await page.locator('#nav [href="#/account"]').click()
    const db = new DatabaseSync(database)
    db.exec('UPDATE kith_sessions SET proved_at = proved_at - 3600000')
    db.close()
    await page.getByRole('button', { name: 'Set up an authenticator app' }).click()
    await press(page, 'Email me a code')
    await page.locator('dialog').getByText('A code is on its way').waitFor()
    await page
      .locator('dialog')
      .last()
      .locator('[name=code]')
      .fill(await readCode(page, /confirmation/))
    await page.locator('dialog').last().getByRole('button', { name: 'Continue' }).click()
    await page.locator('#totp-secret').waitFor()
    expect(complaints).toEqual([])
  })

  test('an authenticator app is set up with its QR code and required at the next sign-in, after a fresh proof', async () => {
    const { page, database, complaints } = await visit()
    const db = new DatabaseSync(database)
    db.exec('UPDATE kith_sessions SET proved_at = proved_at - 3600000')
    db.close()
    await page.locator('#nav [href="#/account"]').click()
    await page.getByRole('button', { name: 'Set up an authenticator app' }).click()
    await fill(page, 'password', password)
    await press(page, 'Continue')
    const secret = (await page.locator('#totp-secret').innerText()).replaceAll(' ', '')
    const app = new TOTP({ secret: Secret.fromBase32(secret) })
    await fill(page, 'code', app.generate())
    await press(page, 'Turn on')
    await page.locator('.recovery').waitFor()
    const codes = await page.locator('.recovery li').allInnerTexts()
    expect(codes).toHaveLength(10)
    await press(page, 'I have saved them')
    await page.locator('#two-step-state').getByText('On', { exact: true }).waitFor()
    await page.locator('#activity').getByText('Added: authenticator app').waitFor()

    await leave(page)
    await logIn(page, password)
    // The current code has been used.
    await fill(page, 'code', app.generate({ timestamp: Date.now() + 30_000 }))
    await press(page, 'Sign in')
    await page.locator('#nav').waitFor()

    await leave(page)
    await logIn(page, password)
    await fill(page, 'code', codes[3] ?? '')
    await page.locator('dialog [name=trust]').check()
    await press(page, 'Sign in')
    await page.locator('#nav').waitFor()

    await leave(page)
    await logIn(page, password)
    await page.locator('#nav [href="#/account"]').click()
    await page.locator('#two-step').getByText('9 of 10 left').waitFor()
    await page.locator('#activity').getByText('Account created').waitFor()
    expect(complaints).toEqual([])
  })

  /** Signs in to the provider that runs inside the demo. */
  async function signInElsewhere(page: Page, name: string): Promise<void> {
    await page.getByLabel('Your name here').fill(name)
    await page.getByRole('button', { name: 'Continue' }).click()
  }

  const linked = (page: Page) => page.locator('#linked li')

  test('an account is created through a provider, keeps its last way in, and can sign in with it again', async () => {
    const { page, complaints } = await visit()
    await leave(page)
    await page.getByRole('link', { name: 'Continue with Example ID' }).click()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.locator('#said').getByText('The sign-in was canceled at the provider.').waitFor()
    await page.getByRole('link', { name: 'Continue with Example ID' }).click()
    await page.getByLabel('Share my email address').uncheck()
    await signInElsewhere(page, 'Grace')
    await page.locator('dialog').getByText('Choose a username').waitFor()
    expect(await page.locator('dialog [name=username]').inputValue()).toBe('grace')
    expect(page.url()).not.toContain('missing')
    await fill(page, 'username', 'ada')
    await press(page, 'Create account')
    await page.locator('dialog .problem').waitFor()
    await fill(page, 'username', 'grace')
    await press(page, 'Create account')
    await page.locator('#nav [href="#/account"]').click()
    await linked(page).getByText('Example ID').waitFor()
    await linked(page).getByRole('button', { name: 'Unlink' }).click()
    await press(page, 'Unlink')
    await page.locator('dialog .problem').getByText('last-way-in').waitFor()
    await press(page, 'Cancel')

    await leave(page)
    await page.getByRole('link', { name: 'Continue with Example ID' }).click()
    await signInElsewhere(page, 'grace')
    await page.locator('#nav [href="#/account"]').click()
    await linked(page).getByText('last used').waitFor()
    expect(complaints).toEqual([])
  })

  test('an account links a provider after a fresh proof, signs in with it and its second factor, and unlinks it', async () => {
    const { page, database, complaints } = await visit()
    await page.locator('#nav [href="#/account"]').click()
    await page.getByRole('button', { name: 'Set up an authenticator app' }).click()
    const secret = (await page.locator('#totp-secret').innerText()).replaceAll(' ', '')
    const app = new TOTP({ secret: Secret.fromBase32(secret) })
    await fill(page, 'code', app.generate())
    await press(page, 'Turn on')
    await page.locator('.recovery').waitFor()
    await press(page, 'I have saved them')
    const db = new DatabaseSync(database)
    db.exec('UPDATE kith_sessions SET proved_at = proved_at - 3600000')
    db.close()
    await page.getByRole('button', { name: 'Link Example ID' }).click()
    await fill(page, 'password', password)
    await press(page, 'Continue')
    await signInElsewhere(page, 'ada.l')
    await linked(page).getByText('Example ID').waitFor()
    await page.locator('#activity').getByText('Added: linked account').waitFor()

    await leave(page)
    await page.getByRole('link', { name: 'Continue with Example ID' }).click()
    await signInElsewhere(page, 'ada.l')
    // The current code has been used.
    await fill(page, 'code', app.generate({ timestamp: Date.now() + 30_000 }))
    await press(page, 'Sign in')
    await page.locator('#nav [href="#/account"]').click()
    await linked(page).getByRole('button', { name: 'Unlink' }).click()
    await press(page, 'Unlink')
    await linked(page).waitFor({ state: 'detached' })
    expect(complaints).toEqual([])
  })

  interface Device {
    session: CDPSession
    authenticatorId: string
  }

  /** Makes the page report how often a passkey was requested. */
  async function countQuestions(page: Page): Promise<void> {
    await page.evaluate(`{
      const { dataset } = document.documentElement
      const get = navigator.credentials.get.bind(navigator.credentials)
      navigator.credentials.get = (options) => {
        dataset.questions = String(Number(dataset.questions ?? 0) + 1)
        return get(options)
      }
    }`)
  }

  test('a passkey is added, renamed, and signs in with the button and with autofill', async () => {
    const { page, complaints } = await visit()
    const { session, authenticatorId } = await addAuthenticator(page)
    const setPresence = (enabled: boolean): Promise<unknown> =>
      session.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled })
    await page.locator('#nav [href="#/account"]').click()
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await page.locator('#passkeys').getByRole('button', { name: 'Rename' }).click()
    await fill(page, 'name', 'My laptop')
    await press(page, 'Save')
    await page.locator('#passkeys').getByText('My laptop').waitFor()

    await setPresence(false)
    await countQuestions(page)
    await leave(page)
    // Autofill waits for the user, who then uses the button.
    await page.locator('html[data-questions="1"]').waitFor()
    await setPresence(true)
    await page.locator('#by-passkey').click()
    await page.locator('#nav').waitFor()

    // If the user is present, the browser fills in the passkey by itself.
    await logOut(page)
    await page.locator('#nav').waitFor()
    await page.locator('#nav [href="#/account"]').click()
    await page.locator('#passkeys').getByText('last used').waitFor()
    expect(complaints).toEqual([])
  })

  test('after a sign-in with a password the browser may create a passkey without asking', async () => {
    const { page, complaints } = await visit()
    await addAuthenticator(page)
    await leave(page)
    await knowPassword(page)
    await logIn(page, password)
    await page.locator('html[data-mediation=conditional]').waitFor()
    await page.locator('#nav [href="#/account"]').click()
    await page.locator('#passkeys').getByRole('button', { name: 'Rename' }).waitFor()
    expect(complaints).toEqual([])
  })
})

import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core'
import { findOnPath } from './servers/program-path.ts'

/** The browser of this machine. Tests that need one are skipped if there is none. */
export const browserPath: string | undefined = ['chromium', 'google-chrome', 'chrome'].flatMap(findOnPath)[0]

/** Starts it, with additional arguments if a test needs them. */
export async function launchBrowser(...more: readonly string[]): Promise<Browser> {
  return await chromium.launch({
    executablePath: browserPath ?? '',
    args: ['--no-sandbox', '--disable-dev-shm-usage', ...more],
  })
}

/** The authenticator of a page. */
export interface PageAuthenticator {
  session: CDPSession
  authenticatorId: string
}

/** Adds an authenticator to a page whose owner is present and always consents. */
export async function addAuthenticator(page: Page): Promise<PageAuthenticator> {
  const session = await page.context().newCDPSession(page)
  await session.send('WebAuthn.enable')
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return { session, authenticatorId }
}

/**
 * Stands in for a password manager that knows the password, which a headless browser lacks: only then may the browser create the passkey
 * that a page requests with `mediation: 'conditional'`. Records the mediation on the document.
 */
export async function knowPassword(page: Page): Promise<void> {
  await page.evaluate(`{
    const create = navigator.credentials.create.bind(navigator.credentials)
    PublicKeyCredential.getClientCapabilities = async () => ({ conditionalCreate: true })
    navigator.credentials.create = ({ mediation, ...options }) => {
      document.documentElement.dataset.mediation = mediation
      return create(options)
    }
  }`)
}

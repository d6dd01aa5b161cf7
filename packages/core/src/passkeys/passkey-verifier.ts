/** A passkey as browsers are told of it. */
export interface PasskeyDescriptor {
  type: 'public-key'
  /** base64url */
  id: string
  /** How it is reached: `internal`, `hybrid`, `usb`. */
  transports?: string[] | undefined
}

/** What `PublicKeyCredential.parseCreationOptionsFromJSON()` reads, for `navigator.credentials.create()`. */
export interface PasskeyCreationOptions {
  rp: { id: string; name: string }
  user: { id: string; name: string; displayName: string }
  challenge: string
  pubKeyCredParams: { type: 'public-key'; alg: number }[]
  timeout: number
  attestation: 'none'
  excludeCredentials: PasskeyDescriptor[]
  authenticatorSelection: {
    residentKey: 'required'
    requireResidentKey: true
    userVerification: 'required' | 'preferred'
  }
  extensions: { credProps: true }
}

/** What `PublicKeyCredential.parseRequestOptionsFromJSON()` reads, for `navigator.credentials.get()`. */
export interface PasskeyRequestOptions {
  rpId: string
  challenge: string
  /** Empty where the browser is to show whatever passkeys there are. */
  allowCredentials: PasskeyDescriptor[]
  timeout: number
  userVerification: 'required'
}

/** The `toJSON()` of what `navigator.credentials.create()` resolves to. */
export interface PasskeyCreation {
  id: string
  rawId: string
  type: 'public-key'
  response: { clientDataJSON: string; attestationObject: string; transports?: string[] | undefined }
}

/** The `toJSON()` of what `navigator.credentials.get()` resolves to. */
export interface PasskeyAssertion {
  id: string
  rawId: string
  type: 'public-key'
  response: {
    clientDataJSON: string
    authenticatorData: string
    signature: string
    userHandle?: string | null | undefined
  }
}

/** What a passkey is checked against from then on. */
export interface NewPasskey {
  id: string
  publicKey: string
  counter: number
  transports: string[]
  aaguid: string
  /** Whether it can be copied to other devices, as those of password managers. It never changes. */
  syncable: boolean
  /** Whether it has been. */
  synced: boolean
}

/** What an assertion says, once its signature was found right. */
export type VerifiedAssertion = Pick<NewPasskey, 'counter' | 'syncable' | 'synced'>

/** What a creation has to fit to. */
export interface ExpectedCreation {
  /** base64url */
  challenge: string
  /** Whether the browser made it by itself after a sign-in with a password: then it asked its user nothing, and verified nobody. */
  conditional: boolean
}

/**
 * Checks what browsers give back (WebAuthn Level 3): what Kith needs of `@simplewebauthn/server`. It stores nothing and knows no
 * accounts: who calls it sees to it that challenges are used once, compares counters, and knows whose a passkey is.
 */
export interface PasskeyVerifier {
  /** The domain that passkeys belong to. */
  readonly rpId: string
  /** What people see the app called. */
  readonly rpName: string
  /** Where they may be used: origins of pages, and of apps of Android as `android:apk-key-hash:…`. */
  readonly origins: readonly string[]
  /** What it can check signatures of, the preferred one first: numbers of COSE. */
  readonly algorithms: readonly number[]
  /**
   * Checks challenge, origin, domain, and that the user was present and verified unless it is `conditional`.
   * @throws passkey-invalid
   */
  verifyCreation(creation: PasskeyCreation, expected: ExpectedCreation): Promise<NewPasskey>
  /** Checks challenge, origin, domain, signature, and that the user was present and verified. @throws passkey-invalid */
  verifyAssertion(
    assertion: PasskeyAssertion,
    expected: { challenge: string; publicKey: string },
  ): Promise<VerifiedAssertion>
}

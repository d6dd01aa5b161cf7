/** The status of an item that no test covers, or of the part that none can cover. */
type AsvsVerdict = 'duty' | 'not-applicable' | 'not-yet'

/** An item of level 1 or 2 of the OWASP ASVS 5.0. */
export interface AsvsItem {
  id: string
  level: 1 | 2
  /** The requirement, in our words; the standard is linked. */
  asks: string
  /** With tests: what is left to the app. Without tests: the status of the item. */
  verdict?: AsvsVerdict
  note?: string
}

/** The sections of each chapter that have such items, with the file of the standard that they are in. */
export const asvsSections: Readonly<Record<string, readonly [string, Readonly<Record<string, string>>]>> = {
  V6: [
    '0x15-V6-Authentication.md',
    {
      '6.1': 'Authentication Documentation',
      '6.2': 'Password Security',
      '6.3': 'General Authentication Security',
      '6.4': 'Authentication Factor Lifecycle and Recovery',
      '6.5': 'General Multi-factor authentication requirements',
      '6.6': 'Out-of-Band authentication mechanisms',
      '6.8': 'Authentication with an Identity Provider',
    },
  ],
  V7: [
    '0x16-V7-Session-Management.md',
    {
      '7.1': 'Session Management Documentation',
      '7.2': 'Fundamental Session Management Security',
      '7.3': 'Session Timeout',
      '7.4': 'Session Termination',
      '7.5': 'Defenses Against Session Abuse',
      '7.6': 'Federated Re-authentication',
    },
  ],
  V9: ['0x18-V9-Self-contained-Tokens.md', { '9.1': 'Token source and integrity', '9.2': 'Token content' }],
}

/** Every item of level 1 and 2 of chapters V6, V7 and V9. Which tests hold them is written in the tests. */
export const asvsItems: readonly AsvsItem[] = [
  {
    id: '6.1.1',
    level: 1,
    asks: 'The documentation says how guessing is limited, how to configure that, and how nobody is locked out on purpose.',
    note: 'See [limits.md](limits.md).',
  },
  {
    id: '6.1.2',
    level: 2,
    asks: 'Words of the organization that no password may consist of are written down.',
    verdict: 'duty',
    note: 'List the names of your organization, products and projects in `passwords.forbiddenWords`. Names, email addresses and phone numbers of the account itself are refused without that.',
  },
  {
    id: '6.1.3',
    level: 2,
    asks: 'All ways to sign in are documented, with the checks that each of them has.',
    note: 'See [Ways in](#ways-in).',
  },
  {
    id: '6.2.1',
    level: 1,
    asks: 'Passwords have 8 characters or more; 15 are recommended.',
    verdict: 'duty',
    note: 'Keep `passwords.minLength` at 8 or more. It can be set to less, for apps that have to.',
  },
  { id: '6.2.2', level: 1, asks: 'People can change their password.' },
  { id: '6.2.3', level: 1, asks: 'A change takes the current password and the new one.' },
  {
    id: '6.2.4',
    level: 1,
    asks: 'New passwords are compared with the 3,000 most common ones that the rules would allow.',
  },
  { id: '6.2.5', level: 1, asks: 'No rule says which kinds of characters a password has to have.' },
  {
    id: '6.2.6',
    level: 1,
    asks: 'Fields for passwords are masked.',
    verdict: 'duty',
    note: 'Use `<input type="password">` on your pages, as those of the demo do.',
  },
  {
    id: '6.2.7',
    level: 1,
    asks: 'Passwords can be pasted, and password managers work.',
    verdict: 'duty',
    note: 'Leave `paste` alone, and give `autocomplete="current-password"` or `"new-password"` to your fields, as the pages of the demo do.',
  },
  {
    id: '6.2.8',
    level: 1,
    asks: 'A password is checked exactly as it was typed: nothing is cut off, no case is changed.',
    note: 'One thing is changed: Unicode is normalized (NFKC), as NIST SP 800-63B recommends, because two keyboards may send the same letter in two ways.',
  },
  { id: '6.2.9', level: 2, asks: 'A password may have 64 characters.', note: 'The limit is 256.' },
  { id: '6.2.10', level: 2, asks: 'A password is good until it leaks or its owner changes it.' },
  { id: '6.2.11', level: 2, asks: 'The words of the organization are refused as passwords.' },
  {
    id: '6.2.12',
    level: 2,
    asks: 'New passwords are looked up among those that have leaked.',
    verdict: 'duty',
    note: 'Set `passwords.breached`, to `createPwnedPasswords()` for instance. It is off by default, since it asks a server of others.',
  },
  { id: '6.3.1', level: 1, asks: 'Guessing and credential stuffing are limited as documented.' },
  { id: '6.3.2', level: 1, asks: 'No account exists by default.' },
  {
    id: '6.3.3',
    level: 2,
    asks: 'Access takes more than one factor.',
    verdict: 'duty',
    note: 'An account that has an authenticator app cannot sign in without it, and a passkey is two factors. No option makes them mandatory: [demand one](#demand-a-second-factor) in your routes.',
  },
  { id: '6.3.4', level: 2, asks: 'There is no way in that is not documented, and all are equally strong.' },
  {
    id: '6.4.1',
    level: 1,
    asks: 'Initial passwords and activation codes are random, end soon or with their use, and do not become the password.',
    note: 'Kith makes no passwords: `kith create-admin` asks for one, and imported accounts without one set theirs by a code.',
  },
  { id: '6.4.2', level: 1, asks: 'There are no password hints and no secret questions.' },
  {
    id: '6.4.3',
    level: 2,
    asks: 'A forgotten password is set anew without passing a second factor by.',
    verdict: 'duty',
    note: 'Set `accounts.confirm`. Kith cannot distinguish the owner of an account from a squatter until the email address or phone number is confirmed: the first proof of it takes the account over, and its factors go with the password.',
  },
  {
    id: '6.4.4',
    level: 2,
    asks: 'Where a second factor is lost, its owner proves who they are as well as when it was added.',
    verdict: 'duty',
    note: 'Recovery codes stand in for a lost app. For somebody who has lost those too, look at their proof of identity before you call `kith.credentials.remove`.',
  },
  { id: '6.5.1', level: 2, asks: 'Recovery codes, sent codes and codes of an app work once.' },
  {
    id: '6.5.2',
    level: 2,
    asks: 'Recovery codes of less than 112 bits are stored by a password hash with a salt; a plain hash is enough for longer ones.',
    note: 'They have 118 bits, and are stored by a keyed hash.',
  },
  { id: '6.5.3', level: 2, asks: 'Codes and secrets of apps come from a cryptographic random generator.' },
  { id: '6.5.4', level: 2, asks: 'Recovery codes and sent codes have 20 bits, as six random digits do.' },
  {
    id: '6.5.5',
    level: 2,
    asks: 'Sent codes live 10 minutes at most, codes of an app 30 seconds.',
    note: 'A code of an app is shown for 30 seconds. Kith also accepts the one before and the one after, because clocks of phones are off by seconds: RFC 6238 recommends that, and each works once.',
  },
  {
    id: '6.6.1',
    level: 2,
    asks: 'Codes go by text message only to numbers that were confirmed, stronger ways are offered too, and people are informed of the risk.',
    verdict: 'duty',
    note: 'A number that nobody has confirmed can get a code where the account has confirmed nothing else; use `accounts.confirm: "phone"`. Offer authenticator apps or passkeys beside, and say on that page that numbers can be taken over.',
  },
  { id: '6.6.2', level: 2, asks: 'A sent code is good for the request that it was made for, and no other.' },
  { id: '6.6.3', level: 2, asks: 'Guessing at sent codes is limited.' },
  { id: '6.8.1', level: 2, asks: 'No identity of one provider passes for that of another.' },
  { id: '6.8.2', level: 2, asks: 'Signatures of ID tokens are always checked.' },
  {
    id: '6.8.3',
    level: 2,
    asks: 'SAML assertions are used once.',
    verdict: 'not-applicable',
    note: 'Kith does not speak SAML.',
  },
  {
    id: '6.8.4',
    level: 2,
    asks: 'Where an app expects a strong or recent sign-in at the provider, it checks that.',
    note: 'With `maxAge` Kith demands a recent sign-in there. Nothing is read from `acr` and `amr`: a sign-in elsewhere counts as one factor, and the second factor of the account is asked for after it.',
  },
  {
    id: '7.1.1',
    level: 2,
    asks: 'How long sessions last, unused and at most, is documented, with reasons where that differs from NIST SP 800-63B.',
    note: 'See [How long sessions last](#how-long-sessions-last).',
  },
  {
    id: '7.1.2',
    level: 2,
    asks: 'How many sessions an account may have, and what one more does, is documented.',
    note: 'See [How long sessions last](#how-long-sessions-last).',
  },
  {
    id: '7.1.3',
    level: 2,
    asks: 'Where sign-in is shared with other systems, the lives of their sessions are documented together.',
    note: 'See [Sessions here and there](sign-in-with.md#sessions-here-and-there).',
  },
  { id: '7.2.1', level: 1, asks: 'Tokens of sessions are checked by the server.' },
  { id: '7.2.2', level: 1, asks: 'Sessions have tokens that are made for them, and no static keys.' },
  {
    id: '7.2.3',
    level: 1,
    asks: 'Reference tokens have 128 random bits.',
    verdict: 'not-applicable',
    note: 'Tokens of sessions are signed and carry what they say (V9). The id of a session opens nothing.',
  },
  { id: '7.2.4', level: 1, asks: 'Signing in, and proving again, gives new tokens and ends those before.' },
  { id: '7.3.1', level: 2, asks: 'A session that is not used ends.' },
  { id: '7.3.2', level: 2, asks: 'A session ends after its longest life, however it is used.' },
  { id: '7.4.1', level: 1, asks: 'A session that was ended or has expired no longer works.' },
  { id: '7.4.2', level: 1, asks: 'With an account that is disabled or deleted all of its sessions end.' },
  {
    id: '7.4.3',
    level: 2,
    asks: 'After a change of a factor people can end all other sessions.',
    verdict: 'duty',
    note: 'A new password ends them all. After another change offer `DELETE /users/me/sessions`.',
  },
  {
    id: '7.4.4',
    level: 2,
    asks: 'Every page for signed-in people shows how to log out.',
    verdict: 'duty',
    note: 'Put a button on your pages that calls `POST /users/logout`.',
  },
  {
    id: '7.4.5',
    level: 2,
    asks: 'Administrators can end the sessions of one account, or of all.',
    note: '`kith.sessions.endAll(userId)` or `kith sessions end`; `kith restored` ends those of all accounts.',
  },
  {
    id: '7.5.1',
    level: 2,
    asks: 'Changing an email address, a phone number, a factor, or what recovers an account takes another proof of who asks.',
    note: 'That is one factor, beside a session that all of them have opened.',
  },
  { id: '7.5.2', level: 2, asks: 'People see their sessions, and end any of them after another proof.' },
  {
    id: '7.6.1',
    level: 2,
    asks: 'Sessions here and at a provider live and end as documented.',
    note: 'See [Sessions here and there](sign-in-with.md#sessions-here-and-there).',
  },
  { id: '7.6.2', level: 2, asks: 'No session begins without an act of the person.' },
  { id: '9.1.1', level: 1, asks: 'The signature of a token is checked before anything that it says counts.' },
  { id: '9.1.2', level: 1, asks: 'Tokens are signed by algorithms of a list, and never by none.' },
  { id: '9.1.3', level: 1, asks: 'Keys come from the configuration, and never from the token.' },
  { id: '9.2.1', level: 1, asks: 'A token counts within its time only.' },
  { id: '9.2.2', level: 2, asks: 'A token counts for its own purpose only.' },
  { id: '9.2.3', level: 2, asks: 'A token counts for its own audience only.' },
  {
    id: '9.2.4',
    level: 2,
    asks: 'Tokens for different audiences that share a key name their audience.',
    verdict: 'duty',
    note: 'One Kith has one audience. Give each app a secret of its own, or a `sessions.audience` of its own where they share signing keys.',
  },
]

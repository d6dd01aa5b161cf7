import type { MessageTexts, TextContext } from '../message-texts.ts'
import type { MessageContents } from '../messenger.ts'

type Notice = MessageContents['new-device']
type Credential = MessageContents['credential-added']

const credentials: Readonly<Record<Credential['kind'], string>> = {
  passkey: 'Ein Passkey',
  totp: 'Eine Authenticator-App',
  'recovery-codes': 'Ein Satz Wiederherstellungscodes',
  identity: 'Eine Anmeldung über einen anderen Dienst',
}

const ignore = 'Wenn Du das nicht angefordert hast, kannst Du diese E-Mail ignorieren.'
const fine = 'Wenn Du das warst, brauchst Du nichts zu tun.'
const secure =
  'Wenn Du das nicht warst, ändere jetzt Dein Passwort und melde in den Einstellungen alle Geräte ab.'

function keep(code: { minutes: number }, { appName }: TextContext): string {
  return `Der Code gilt ${code.minutes} Minuten. Gib ihn nicht weiter: ${appName} wird Dich nie danach fragen.`
}

function facts({ device, address, at }: Notice, { time }: TextContext): [string, string | null][] {
  return [
    ['Gerät', device],
    ['IP-Adresse', address],
    ['Zeit', time(at)],
  ]
}

function smsCode(code: { code: string; minutes: number }, use: string): string {
  return `${code.code} ist Dein ${use}. Er gilt ${code.minutes} Minuten. Gib ihn nicht weiter.`
}

/** The messages in German. */
export const german: MessageTexts = {
  'registration-code': {
    letter: (content, context) => ({
      subject: `${content.code} ist Dein Code für ${context.appName}`,
      paragraphs: [`Willkommen! Mit diesem Code schließt Du Deine Registrierung bei ${context.appName} ab.`],
      code: content.code,
      notes: [keep(content, context), `${ignore} Ohne den Code wird kein Konto angelegt.`],
    }),
    sms: (content, { appName }) => smsCode(content, `Code für ${appName}`),
  },
  'registration-known': {
    letter: (_content, { appName }) => ({
      subject: `Du hast schon ein Konto bei ${appName}`,
      paragraphs: [
        `Jemand, vermutlich Du, wollte sich mit dieser E-Mail-Adresse bei ${appName} registrieren. Du hast dort aber schon ein Konto.`,
        'Melde Dich einfach an. Wenn Du Dein Passwort vergessen hast, kannst Du es dabei zurücksetzen.',
      ],
      notes: ['Wenn Du das nicht warst, brauchst Du nichts zu tun: Niemand ist in Dein Konto gelangt.'],
    }),
    sms: (_content, { appName }) =>
      `Du hast mit dieser Nummer schon ein Konto bei ${appName}: Melde Dich einfach an. Das warst nicht Du? Dein Konto ist sicher.`,
  },
  'address-code': {
    letter: (content, context) => ({
      subject: `${content.code} ist Dein Code für ${context.appName}`,
      paragraphs: [
        `Mit diesem Code bestätigst Du diese E-Mail-Adresse für Dein Konto bei ${context.appName}.`,
      ],
      code: content.code,
      notes: [keep(content, context), `${ignore} Ohne den Code wird die Adresse nicht bestätigt.`],
    }),
    sms: (content, { appName }) => smsCode(content, `Code für ${appName}`),
  },
  'address-changed': {
    letter: ({ from, to, link }, context) => ({
      subject: `Die Adresse Deines Kontos bei ${context.appName} wurde geändert`,
      paragraphs: [
        to === null
          ? `Diese Adresse wurde aus Deinem Konto bei ${context.appName} entfernt.`
          : `Dein Konto bei ${context.appName} hat jetzt eine andere Adresse.`,
      ],
      link: link === null ? undefined : { label: 'Änderung rückgängig machen', url: link },
      facts: [
        ['Bisher', from],
        ['Jetzt', to],
      ],
      notes: [
        link !== null
          ? 'Wenn Du das nicht warst, mach die Änderung sofort rückgängig und wähle dann ein neues Passwort.'
          : context.to === to
            ? `Wenn Du kein Konto bei ${context.appName} hast, hat jemand versehentlich Deine Adresse angegeben: Bitte sag ${context.appName} Bescheid.`
            : `Wenn Du das nicht warst, wende Dich sofort an ${context.appName}.`,
      ],
    }),
    sms: ({ link }, { appName }) =>
      `Die Adresse Deines Kontos bei ${appName} wurde geändert. Das warst nicht Du? ${link === null ? `Wende Dich sofort an ${appName}.` : `Rückgängig: ${link}`}`,
  },
  'password-reset': {
    letter: (content, context) => ({
      subject: `${content.code} ist Dein Code für ein neues Passwort bei ${context.appName}`,
      paragraphs: [`Mit diesem Code wählst Du ein neues Passwort für Dein Konto bei ${context.appName}.`],
      code: content.code,
      link: content.link === null ? undefined : { label: 'Neues Passwort wählen', url: content.link },
      notes: [keep(content, context), `${ignore} Dein Passwort bleibt, wie es ist.`],
    }),
    sms: (content, { appName }) => smsCode(content, `Code für ein neues Passwort bei ${appName}`),
  },
  'sign-in-code': {
    letter: (content, context) => ({
      subject: `${content.code} ist Dein Anmeldecode für ${context.appName}`,
      paragraphs: [`Mit diesem Code meldest Du Dich bei ${context.appName} an.`],
      code: content.code,
      link: content.link === null ? undefined : { label: 'Anmelden', url: content.link },
      notes: [keep(content, context), `${ignore} Ohne den Code kann sich niemand anmelden.`],
    }),
    sms: (content, { appName }) => smsCode(content, `Anmeldecode für ${appName}`),
  },
  'proof-code': {
    letter: (content, context) => ({
      subject: `${content.code} ist Dein Bestätigungscode für ${context.appName}`,
      paragraphs: [
        `Mit diesem Code bestätigst Du, dass Du selbst Dein Konto bei ${context.appName} benutzt.`,
      ],
      code: content.code,
      notes: [
        keep(content, context),
        'Wenn Du das nicht angefordert hast, ist vielleicht jemand anderes in Deinem Konto angemeldet: Melde in den Einstellungen alle anderen Geräte ab.',
      ],
    }),
    sms: (content, { appName }) => smsCode(content, `Bestätigungscode für ${appName}`),
  },
  'new-device': {
    letter: (content, context) => ({
      subject: `Neue Anmeldung bei ${context.appName}`,
      paragraphs: [
        `In Deinem Konto bei ${context.appName} hat sich ein Gerät angemeldet, das wir noch nicht kennen.`,
      ],
      facts: facts(content, context),
      notes: [fine, secure],
    }),
    sms: (_content, { appName }) =>
      `Neues Gerät in Deinem Konto bei ${appName}. Das warst nicht Du? Ändere Dein Passwort und melde alle Geräte ab.`,
  },
  'password-changed': {
    letter: (content, context) => ({
      subject: `Dein Passwort bei ${context.appName} wurde geändert`,
      paragraphs: [`Das Passwort Deines Kontos bei ${context.appName} wurde geändert oder entfernt.`],
      facts: facts(content, context),
      notes: [
        fine,
        'Wenn Du das nicht warst, setze jetzt Dein Passwort zurück und melde in den Einstellungen alle Geräte ab.',
      ],
    }),
    sms: (_content, { appName }) =>
      `Dein Passwort bei ${appName} wurde geändert oder entfernt. Das warst nicht Du? Setze es jetzt zurück.`,
  },
  'credential-added': {
    letter: (content, context) => ({
      subject: `Neue Anmeldemöglichkeit für Dein Konto bei ${context.appName}`,
      paragraphs: [`${credentials[content.kind]} wurde zu Deinem Konto bei ${context.appName} hinzugefügt.`],
      facts: [['Name', content.name], ...facts(content, context)],
      notes: [
        fine,
        'Wenn Du das nicht warst, mach das in den Einstellungen rückgängig, ändere Dein Passwort und melde alle Geräte ab.',
      ],
    }),
    sms: ({ kind }, { appName }) =>
      `${credentials[kind]} wurde zu Deinem Konto bei ${appName} hinzugefügt. Nicht Du? Ändere Dein Passwort.`,
  },
  'credential-removed': {
    letter: (content, context) => ({
      subject: `Anmeldemöglichkeit für Dein Konto bei ${context.appName} entfernt`,
      paragraphs: [`${credentials[content.kind]} wurde aus Deinem Konto bei ${context.appName} entfernt.`],
      facts: [['Name', content.name], ...facts(content, context)],
      notes: [fine, secure],
    }),
    sms: ({ kind }, { appName }) =>
      `${credentials[kind]} wurde aus Deinem Konto bei ${appName} entfernt. Nicht Du? Ändere Dein Passwort.`,
  },
  'locked-out': {
    letter: (content, context) => ({
      subject: `Zu viele Anmeldeversuche bei ${context.appName}`,
      paragraphs: [
        `Für Dein Konto bei ${context.appName} wurden zu viele falsche Passwörter oder Codes eingegeben. Die Anmeldung ist deshalb eine Weile gesperrt.`,
      ],
      facts: facts(content, context),
      notes: [
        'Wenn Du das warst, warte etwas und versuche es noch einmal. Wenn Du Dein Passwort vergessen hast, setze es zurück.',
        'Wenn Du das nicht warst: Niemand ist hineingekommen. Wähle ein neues Passwort, falls Deines leicht zu erraten ist oder Du es auch anderswo verwendest.',
      ],
    }),
    sms: (_content, { appName }) =>
      `Zu viele falsche Passwörter oder Codes bei ${appName}: Die Anmeldung ist vorübergehend gesperrt. Niemand ist in Dein Konto gelangt.`,
  },
  'account-approved': {
    letter: (_content, { appName }) => ({
      subject: `Dein Konto bei ${appName} ist bereit`,
      paragraphs: [`Dein Konto bei ${appName} wurde freigegeben. Du kannst Dich jetzt anmelden.`],
      notes: [`Wenn Du kein Konto wolltest, kannst Du diese Nachricht ignorieren.`],
    }),
    sms: (_content, { appName }) => `Dein Konto bei ${appName} wurde freigegeben. Melde Dich jetzt an.`,
  },
  'reuse-detected': {
    letter: (content, context) => ({
      subject: `Wir haben ein Gerät bei ${context.appName} abgemeldet`,
      paragraphs: [
        `Eine Anmeldung in Deinem Konto bei ${context.appName} wurde von zwei Stellen aus benutzt. Vielleicht hat jemand sie kopiert. Deshalb haben wir das Gerät abgemeldet.`,
      ],
      facts: facts(content, context),
      notes: [
        'Wenn Du das Gerät kennst, melde Dich dort einfach wieder an.',
        'Wenn Du es nicht kennst, ändere jetzt Dein Passwort und melde in den Einstellungen alle Geräte ab.',
      ],
    }),
    sms: (_content, { appName }) =>
      `Wir haben ein Gerät bei ${appName} abgemeldet: Die Anmeldung wurde vielleicht kopiert. Ändere am besten Dein Passwort.`,
  },
  impersonated: {
    letter: (content, context) => ({
      subject: `Ein Administrator hat Dein Konto bei ${context.appName} benutzt`,
      paragraphs: [
        `Ein Administrator von ${context.appName} hat Dein Konto geöffnet und handelt für kurze Zeit als Du. Dein Passwort, Deine Adressen und wie Du Dich anmeldest, kann er weder sehen noch ändern.`,
      ],
      facts: facts(content, context),
      notes: [
        'In den Einstellungen kannst Du das unter Deinen Geräten beenden. Was getan wurde, steht im Sicherheitsprotokoll Deines Kontos.',
      ],
    }),
    sms: (_content, { appName }) =>
      `Ein Administrator von ${appName} hat Dein Konto geöffnet und handelt für kurze Zeit als Du. Siehe Geräte in den Einstellungen.`,
  },
}

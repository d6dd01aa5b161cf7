import type { MessageTexts, TextContext } from '../message-texts.ts'
import type { MessageContents } from '../messenger.ts'

type Notice = MessageContents['new-device']
type Credential = MessageContents['credential-added']

const credentials: Readonly<Record<Credential['kind'], string>> = {
  passkey: 'A passkey',
  totp: 'An authenticator app',
  'recovery-codes': 'A set of recovery codes',
  identity: 'Sign-in with another service',
}

const ignore = 'If you did not request it, ignore this email.'
const secure = 'If this was not you, change your password now and sign out all devices in your settings.'

function keep(code: { minutes: number }, { appName }: TextContext): string {
  return `The code works for ${code.minutes} minutes. Do not share it: no one at ${appName} will ever ask for it.`
}

function facts({ device, address, at }: Notice, { time }: TextContext): [string, string | null][] {
  return [
    ['Device', device],
    ['IP address', address],
    ['Time', time(at)],
  ]
}

function smsCode(code: { code: string; minutes: number }, use: string): string {
  return `${code.code} is your ${use}. It works for ${code.minutes} minutes. Do not share it.`
}

/** The messages in English. */
export const english: MessageTexts = {
  'registration-code': {
    letter: (content, context) => ({
      subject: `${content.code} is your ${context.appName} code`,
      paragraphs: [`Welcome! Enter this code to finish creating your ${context.appName} account.`],
      code: content.code,
      notes: [keep(content, context), `${ignore} No account is created without the code.`],
    }),
    sms: (content, { appName }) => smsCode(content, `${appName} code`),
  },
  'registration-known': {
    letter: (_content, { appName }) => ({
      subject: `You already have a ${appName} account`,
      paragraphs: [
        `Someone, probably you, tried to create a ${appName} account with this email address. You already have one.`,
        'Sign in instead. If you have forgotten your password, you can reset it there.',
      ],
      notes: ['If this was not you, you can ignore this email: no one got into your account.'],
    }),
    sms: (_content, { appName }) =>
      `You already have a ${appName} account with this number: sign in instead. Not you? No one got into your account.`,
  },
  'address-code': {
    letter: (content, context) => ({
      subject: `${content.code} is your ${context.appName} code`,
      paragraphs: [`Enter this code to confirm this email address for your ${context.appName} account.`],
      code: content.code,
      notes: [keep(content, context), `${ignore} The address is not confirmed without the code.`],
    }),
    sms: (content, { appName }) => smsCode(content, `${appName} code`),
  },
  'address-changed': {
    letter: ({ from, to, link }, context) => ({
      subject: `The address of your ${context.appName} account was changed`,
      paragraphs: [
        to === null
          ? `This address was removed from your ${context.appName} account.`
          : `Your ${context.appName} account now uses another address.`,
      ],
      link: link === null ? undefined : { label: 'Undo the change', url: link },
      facts: [
        ['Before', from],
        ['Now', to],
      ],
      notes: [
        link !== null
          ? 'If this was not you, undo the change now, then choose a new password.'
          : context.to === to
            ? `If you have no ${context.appName} account, someone entered your address by mistake: please tell ${context.appName}.`
            : `If this was not you, contact ${context.appName} right away.`,
      ],
    }),
    sms: ({ link }, { appName }) =>
      `The address of your ${appName} account was changed. Not you? ${link === null ? `Contact ${appName} right away.` : `Undo it: ${link}`}`,
  },
  'password-reset': {
    letter: (content, context) => ({
      subject: `${content.code} is your ${context.appName} password reset code`,
      paragraphs: [`Enter this code to choose a new password for your ${context.appName} account.`],
      code: content.code,
      link: content.link === null ? undefined : { label: 'Choose a new password', url: content.link },
      notes: [keep(content, context), `${ignore} Your password stays as it is.`],
    }),
    sms: (content, { appName }) => smsCode(content, `${appName} password reset code`),
  },
  'sign-in-code': {
    letter: (content, context) => ({
      subject: `${content.code} is your ${context.appName} sign-in code`,
      paragraphs: [`Enter this code to sign in to ${context.appName}.`],
      code: content.code,
      link: content.link === null ? undefined : { label: 'Sign in', url: content.link },
      notes: [keep(content, context), `${ignore} No one can sign in without the code.`],
    }),
    sms: (content, { appName }) => smsCode(content, `${appName} sign-in code`),
  },
  'proof-code': {
    letter: (content, context) => ({
      subject: `${content.code} is your ${context.appName} confirmation code`,
      paragraphs: [`Enter this code to confirm that you are the one using your ${context.appName} account.`],
      code: content.code,
      notes: [
        keep(content, context),
        'If you did not request it, someone else may be signed in to your account: sign out all other devices in your settings.',
      ],
    }),
    sms: (content, { appName }) => smsCode(content, `${appName} confirmation code`),
  },
  'new-device': {
    letter: (content, context) => ({
      subject: `New sign-in to your ${context.appName} account`,
      paragraphs: [`A device that we have not seen before signed in to your ${context.appName} account.`],
      facts: facts(content, context),
      notes: ['If this was you, you can ignore this message.', secure],
    }),
    sms: (_content, { appName }) =>
      `A new device signed in to your ${appName} account. Not you? Change your password and sign out all devices.`,
  },
  'password-changed': {
    letter: (content, context) => ({
      subject: `Your ${context.appName} password was changed`,
      paragraphs: [`The password of your ${context.appName} account was changed or removed.`],
      facts: facts(content, context),
      notes: [
        'If this was you, you can ignore this message.',
        'If this was not you, reset your password now and sign out all devices in your settings.',
      ],
    }),
    sms: (_content, { appName }) =>
      `Your ${appName} password was changed or removed. Not you? Reset it now and sign out all devices.`,
  },
  'credential-added': {
    letter: (content, context) => ({
      subject: `A new way to sign in to your ${context.appName} account`,
      paragraphs: [`${credentials[content.kind]} was added to your ${context.appName} account.`],
      facts: [['Name', content.name], ...facts(content, context)],
      notes: [
        'If this was you, you can ignore this message.',
        'If this was not you, undo it in your settings, change your password and sign out all devices.',
      ],
    }),
    sms: ({ kind }, { appName }) =>
      `${credentials[kind]} was added to your ${appName} account. Not you? Remove it and change your password.`,
  },
  'credential-removed': {
    letter: (content, context) => ({
      subject: `A way to sign in to your ${context.appName} account was removed`,
      paragraphs: [`${credentials[content.kind]} was removed from your ${context.appName} account.`],
      facts: [['Name', content.name], ...facts(content, context)],
      notes: ['If this was you, you can ignore this message.', secure],
    }),
    sms: ({ kind }, { appName }) =>
      `${credentials[kind]} was removed from your ${appName} account. Not you? Change your password now.`,
  },
  'locked-out': {
    letter: (content, context) => ({
      subject: `Too many attempts to sign in to your ${context.appName} account`,
      paragraphs: [
        `Too many wrong passwords or codes were entered for your ${context.appName} account. Sign-in is paused for a while.`,
      ],
      facts: facts(content, context),
      notes: [
        'If this was you, wait a little and try again. If you have forgotten your password, reset it.',
        'If this was not you, no one got in. Choose a new password if yours is easy to guess or used elsewhere.',
      ],
    }),
    sms: (_content, { appName }) =>
      `Too many wrong passwords or codes for your ${appName} account: sign-in is paused. Not you? No one got in.`,
  },
  'account-approved': {
    letter: (_content, { appName }) => ({
      subject: `Your ${appName} account is ready`,
      paragraphs: [`Your ${appName} account was approved. You can sign in now.`],
      notes: [`If you did not request an account, you can ignore this message.`],
    }),
    sms: (_content, { appName }) => `Your ${appName} account was approved. You can sign in now.`,
  },
  'reuse-detected': {
    letter: (content, context) => ({
      subject: `We signed out a device of your ${context.appName} account`,
      paragraphs: [
        `A session of your ${context.appName} account was used from two places. Someone may have copied it, so we signed that device out.`,
      ],
      facts: facts(content, context),
      notes: [
        'If you know the device, you can simply sign in again.',
        'If you do not know it, change your password now and sign out all devices in your settings.',
      ],
    }),
    sms: (_content, { appName }) =>
      `We signed out a device of your ${appName} account: its sign-in may have been copied. Change your password to be safe.`,
  },
  impersonated: {
    letter: (content, context) => ({
      subject: `An administrator used your ${context.appName} account`,
      paragraphs: [
        `An administrator of ${context.appName} opened your account and can act as you for a short time. They cannot see or change your password, your addresses or how you sign in.`,
      ],
      facts: facts(content, context),
      notes: [
        'You can end this under your devices in your settings. What was done is in the security log of your account.',
      ],
    }),
    sms: (_content, { appName }) =>
      `An administrator of ${appName} opened your account and can act as you for a short time. See the devices in your settings.`,
  },
}

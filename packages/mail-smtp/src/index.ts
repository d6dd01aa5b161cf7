export { createSmtpMessenger, type SmtpMessenger, type SmtpMessengerOptions } from './smtp-messenger.ts'

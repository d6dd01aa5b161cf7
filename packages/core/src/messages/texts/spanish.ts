import type { MessageTexts, TextContext } from '../message-texts.ts'
import type { MessageContents } from '../messenger.ts'

type Notice = MessageContents['new-device']
type Credential = MessageContents['credential-added']

const added: Readonly<Record<Credential['kind'], string>> = {
  passkey: 'Se ha añadido una llave de acceso a',
  totp: 'Se ha añadido una aplicación de autenticación a',
  'recovery-codes': 'Se han creado códigos de recuperación para',
  identity: 'Se ha añadido el acceso con otro servicio a',
}

const removed: Readonly<Record<Credential['kind'], string>> = {
  passkey: 'Se ha eliminado una llave de acceso',
  totp: 'Se ha eliminado una aplicación de autenticación',
  'recovery-codes': 'Se han eliminado los códigos de recuperación',
  identity: 'Se ha eliminado el acceso con otro servicio',
}

const ignore = 'Si no lo has pedido, ignora este correo.'
const fine = 'Si has sido tú, no tienes que hacer nada.'
const secure =
  'Si no has sido tú, cambia tu contraseña ahora y cierra la sesión en todos los dispositivos desde los ajustes.'

function keep(code: { minutes: number }, { appName }: TextContext): string {
  return `El código es válido durante ${code.minutes} minutos. No lo compartas: nadie de ${appName} te lo pedirá nunca.`
}

function facts({ device, address, at }: Notice, { time }: TextContext): [string, string | null][] {
  return [
    ['Dispositivo', device],
    ['Dirección IP', address],
    ['Hora', time(at)],
  ]
}

function smsCode(code: { code: string; minutes: number }, use: string): string {
  return `${code.code} es tu ${use}. Válido durante ${code.minutes} minutos. No lo compartas.`
}

/** The messages in Spanish. */
export const spanish: MessageTexts = {
  'registration-code': {
    letter: (content, context) => ({
      subject: `${content.code} es tu código de ${context.appName}`,
      paragraphs: [`¡Hola! Introduce este código para terminar de crear tu cuenta de ${context.appName}.`],
      code: content.code,
      notes: [keep(content, context), `${ignore} Sin el código no se crea ninguna cuenta.`],
    }),
    sms: (content, { appName }) => smsCode(content, `código de ${appName}`),
  },
  'registration-known': {
    letter: (_content, { appName }) => ({
      subject: `Ya tienes una cuenta de ${appName}`,
      paragraphs: [
        `Alguien, seguramente tú, ha intentado crear una cuenta de ${appName} con esta dirección de correo. Ya tienes una.`,
        'Solo tienes que iniciar sesión. Si has olvidado tu contraseña, puedes restablecerla allí.',
      ],
      notes: ['Si no has sido tú, no tienes que hacer nada: nadie ha entrado en tu cuenta.'],
    }),
    sms: (_content, { appName }) =>
      `Ya tienes una cuenta de ${appName} con este número: inicia sesión. ¿No has sido tú? Nadie ha entrado en tu cuenta.`,
  },
  'address-code': {
    letter: (content, context) => ({
      subject: `${content.code} es tu código de ${context.appName}`,
      paragraphs: [
        `Introduce este código para confirmar esta dirección de correo en tu cuenta de ${context.appName}.`,
      ],
      code: content.code,
      notes: [keep(content, context), `${ignore} Sin el código no se confirma la dirección.`],
    }),
    sms: (content, { appName }) => smsCode(content, `código de ${appName}`),
  },
  'address-changed': {
    letter: ({ from, to, link }, context) => ({
      subject: `Ha cambiado la dirección de tu cuenta de ${context.appName}`,
      paragraphs: [
        to === null
          ? `Esta dirección se ha eliminado de tu cuenta de ${context.appName}.`
          : `Tu cuenta de ${context.appName} tiene ahora otra dirección.`,
      ],
      link: link === null ? undefined : { label: 'Deshacer el cambio', url: link },
      facts: [
        ['Antes', from],
        ['Ahora', to],
      ],
      notes: [
        link !== null
          ? 'Si no has sido tú, deshaz el cambio ahora y elige después una contraseña nueva.'
          : context.to === to
            ? `Si no tienes una cuenta de ${context.appName}, alguien ha escrito tu dirección por error: avisa a ${context.appName}, por favor.`
            : `Si no has sido tú, ponte en contacto con ${context.appName} cuanto antes.`,
      ],
    }),
    sms: ({ link }, { appName }) =>
      `Ha cambiado la dirección de tu cuenta de ${appName}. ¿No has sido tú? ${link === null ? `Avisa a ${appName} cuanto antes.` : `Deshazlo: ${link}`}`,
  },
  'password-reset': {
    letter: (content, context) => ({
      subject: `${content.code} es tu código para cambiar la contraseña de ${context.appName}`,
      paragraphs: [
        `Introduce este código para elegir una contraseña nueva para tu cuenta de ${context.appName}.`,
      ],
      code: content.code,
      link: content.link === null ? undefined : { label: 'Elegir una contraseña nueva', url: content.link },
      notes: [keep(content, context), `${ignore} Tu contraseña no cambia.`],
    }),
    sms: (content, { appName }) => smsCode(content, `código para cambiar la contraseña de ${appName}`),
  },
  'sign-in-code': {
    letter: (content, context) => ({
      subject: `${content.code} es tu código de acceso a ${context.appName}`,
      paragraphs: [`Introduce este código para iniciar sesión en ${context.appName}.`],
      code: content.code,
      link: content.link === null ? undefined : { label: 'Iniciar sesión', url: content.link },
      notes: [keep(content, context), `${ignore} Sin el código nadie puede iniciar sesión.`],
    }),
    sms: (content, { appName }) => smsCode(content, `código de acceso a ${appName}`),
  },
  'proof-code': {
    letter: (content, context) => ({
      subject: `${content.code} es tu código de confirmación de ${context.appName}`,
      paragraphs: [
        `Introduce este código para confirmar que eres tú quien está usando tu cuenta de ${context.appName}.`,
      ],
      code: content.code,
      notes: [
        keep(content, context),
        'Si no lo has pedido, puede que otra persona haya iniciado sesión en tu cuenta: cierra la sesión en los demás dispositivos desde los ajustes.',
      ],
    }),
    sms: (content, { appName }) => smsCode(content, `código de confirmación de ${appName}`),
  },
  'new-device': {
    letter: (content, context) => ({
      subject: `Nuevo inicio de sesión en tu cuenta de ${context.appName}`,
      paragraphs: [
        `Se ha iniciado sesión en tu cuenta de ${context.appName} desde un dispositivo que no conocíamos.`,
      ],
      facts: facts(content, context),
      notes: [fine, secure],
    }),
    sms: (_content, { appName }) =>
      `Un dispositivo nuevo ha entrado en tu cuenta de ${appName}. ¿No has sido tú? Cambia tu contraseña y cierra todas las sesiones.`,
  },
  'password-changed': {
    letter: (content, context) => ({
      subject: `Ha cambiado tu contraseña de ${context.appName}`,
      paragraphs: [`La contraseña de tu cuenta de ${context.appName} se ha cambiado o eliminado.`],
      facts: facts(content, context),
      notes: [
        fine,
        'Si no has sido tú, restablece tu contraseña ahora y cierra la sesión en todos los dispositivos desde los ajustes.',
      ],
    }),
    sms: (_content, { appName }) =>
      `Tu contraseña de ${appName} se ha cambiado o eliminado. ¿No has sido tú? Restablécela ahora.`,
  },
  'credential-added': {
    letter: (content, context) => ({
      subject: `Una nueva forma de entrar en tu cuenta de ${context.appName}`,
      paragraphs: [`${added[content.kind]} tu cuenta de ${context.appName}.`],
      facts: [['Nombre', content.name], ...facts(content, context)],
      notes: [
        fine,
        'Si no has sido tú, deshazlo en los ajustes, cambia tu contraseña y cierra la sesión en todos los dispositivos.',
      ],
    }),
    sms: ({ kind }, { appName }) =>
      `${added[kind]} tu cuenta de ${appName}. ¿No has sido tú? Cambia tu contraseña.`,
  },
  'credential-removed': {
    letter: (content, context) => ({
      subject: `Se ha eliminado una forma de entrar en tu cuenta de ${context.appName}`,
      paragraphs: [`${removed[content.kind]} de tu cuenta de ${context.appName}.`],
      facts: [['Nombre', content.name], ...facts(content, context)],
      notes: [fine, secure],
    }),
    sms: ({ kind }, { appName }) =>
      `${removed[kind]} de tu cuenta de ${appName}. ¿No has sido tú? Cambia tu contraseña.`,
  },
  'locked-out': {
    letter: (content, context) => ({
      subject: `Demasiados intentos de entrar en tu cuenta de ${context.appName}`,
      paragraphs: [
        `Se han introducido demasiadas contraseñas o códigos incorrectos en tu cuenta de ${context.appName}. El acceso queda bloqueado durante un rato.`,
      ],
      facts: facts(content, context),
      notes: [
        'Si has sido tú, espera un poco e inténtalo de nuevo. Si has olvidado tu contraseña, restablécela.',
        'Si no has sido tú: nadie ha entrado. Elige otra contraseña si la tuya es fácil de adivinar o la usas en otros sitios.',
      ],
    }),
    sms: (_content, { appName }) =>
      `Demasiadas contraseñas o códigos incorrectos en ${appName}: el acceso queda bloqueado un rato. Nadie ha entrado en tu cuenta.`,
  },
  'account-approved': {
    letter: (_content, { appName }) => ({
      subject: `Tu cuenta de ${appName} está lista`,
      paragraphs: [`Hemos aprobado tu cuenta de ${appName}. Ya puedes iniciar sesión.`],
      notes: [`Si no has pedido una cuenta, puedes ignorar este mensaje.`],
    }),
    sms: (_content, { appName }) => `Hemos aprobado tu cuenta de ${appName}. Ya puedes iniciar sesión.`,
  },
  'reuse-detected': {
    letter: (content, context) => ({
      subject: `Hemos cerrado una sesión de tu cuenta de ${context.appName}`,
      paragraphs: [
        `Una sesión de tu cuenta de ${context.appName} se ha usado desde dos sitios. Puede que alguien la haya copiado, así que la hemos cerrado.`,
      ],
      facts: facts(content, context),
      notes: [
        'Si conoces el dispositivo, solo tienes que iniciar sesión de nuevo.',
        'Si no lo conoces, cambia tu contraseña ahora y cierra la sesión en todos los dispositivos desde los ajustes.',
      ],
    }),
    sms: (_content, { appName }) =>
      `Hemos cerrado una sesión de tu cuenta de ${appName}: puede que la hayan copiado. Cambia tu contraseña por seguridad.`,
  },
  impersonated: {
    letter: (content, context) => ({
      subject: `Un administrador ha usado tu cuenta de ${context.appName}`,
      paragraphs: [
        `Un administrador de ${context.appName} ha abierto tu cuenta y actúa como tú durante un tiempo breve. No puede ver ni cambiar tu contraseña, tus direcciones ni cómo inicias sesión.`,
      ],
      facts: facts(content, context),
      notes: [
        'Puedes terminarlo en los ajustes, en tus dispositivos. Lo que se hizo consta en el registro de seguridad de tu cuenta.',
      ],
    }),
    sms: (_content, { appName }) =>
      `Un administrador de ${appName} ha abierto tu cuenta y actúa como tú durante un tiempo breve. Mira tus dispositivos en los ajustes.`,
  },
}

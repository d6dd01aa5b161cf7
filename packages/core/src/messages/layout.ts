import type { Letter } from './message-texts.ts'

/** What a layout gets besides the letter. */
export interface LayoutContext {
  /** The name of the app. */
  appName: string
  /** The language of the letter, BCP 47. */
  language: string
}

/** Renders the HTML of an email. It has to escape everything: the letter contains user input, not HTML. */
export type Layout = (letter: Letter, context: LayoutContext) => string

const font = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
const mono = 'font-family:ui-monospace,Menlo,Consolas,monospace'
// No color for text and background: mail programs in dark mode choose them by `color-scheme`. Colored parts are
// readable on both.
const line = 'border:1px solid #8886;border-radius:8px'
const small = 'margin:0 0 12px;font-size:14px;line-height:20px;opacity:.8'

/** Kith's layout: one column, for any width and for dark mode, without external resources. */
export const plainLayout: Layout = (letter, { appName, language }) => {
  const { code, link, facts = [] } = letter
  const known = facts.filter(([, value]) => value !== null)
  const parts = [
    `<p style="margin:0 0 24px;font-size:14px;line-height:20px;font-weight:600;opacity:.8">${escapeHtml(appName)}</p>`,
    ...letter.paragraphs.map((text) => `<p style="margin:0 0 16px">${escapeHtml(text)}</p>`),
    code === undefined ? '' : codeBlock(code),
    known.length === 0
      ? ''
      : `<table role="presentation" cellspacing="0" style="margin:0 0 24px;width:100%;border-collapse:separate;${line}">${known.map(factRow).join('')}</table>`,
    link === undefined ? '' : linkBlock(link),
    ...letter.notes.map((text) => `<p style="${small}">${escapeHtml(text)}</p>`),
  ]
  return `<!doctype html>
<html lang="${escapeHtml(language)}" dir="${directionOf(language)}" style="color-scheme:light dark">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(letter.subject)}</title>
</head>
<body style="margin:0;padding:0">
<div style="max-width:520px;margin:0 auto;padding:32px 20px;${font};font-size:16px;line-height:24px;overflow-wrap:anywhere">
${parts.filter(Boolean).join('\n')}
</div>
</body>
</html>
`
}

function codeBlock(code: string): string {
  const style = `margin:0 0 24px;padding:16px 16px 16px 20px;${line};${mono};font-size:32px;line-height:40px;font-weight:700;letter-spacing:4px;text-align:center;user-select:all;-webkit-user-select:all`
  return `<p dir="ltr" style="${style}">${escapeHtml(code)}</p>`
}

function factRow([name, value]: readonly [string, string | null]): string {
  const cell = 'padding:10px 16px;font-size:14px;line-height:20px;text-align:start;vertical-align:top'
  return `<tr><td style="${cell};opacity:.8;white-space:nowrap">${escapeHtml(name)}</td><td style="${cell};width:100%"><bdi>${escapeHtml(value ?? '')}</bdi></td></tr>`
}

function linkBlock({ label, url }: { label: string; url: string }): string {
  const text = `<p dir="ltr" style="${small};margin-bottom:24px">${escapeHtml(url)}</p>`
  // Only http(s) URLs become a button: not `javascript:`, for example.
  if (!/^https?:\/\//i.test(url)) return text
  const style = `display:inline-block;padding:12px 20px;border-radius:8px;background:#1d4ed8;color:#fff;font-weight:600;text-decoration:none`
  return `<p style="margin:0 0 12px"><a href="${escapeHtml(url)}" style="${style}">${escapeHtml(label)}</a></p>\n${text}`
}

/** The letter as plain text. */
export function plainText(letter: Letter, appName: string): string {
  const known = (letter.facts ?? []).filter(([, value]) => value !== null)
  const parts = [
    ...letter.paragraphs,
    letter.code,
    known.map(([name, value]) => `${name}: ${value}`).join('\n'),
    letter.link && `${letter.link.label}:\n${letter.link.url}`,
    ...letter.notes,
    appName,
  ]
  return `${parts.filter(Boolean).join('\n\n')}\n`
}

/** The text escaped for HTML, inside of elements and of quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

const rightToLeft = ['ar', 'arc', 'ckb', 'dv', 'fa', 'he', 'ku-arab', 'ps', 'sd', 'ug', 'ur', 'yi']

function directionOf(language: string): 'ltr' | 'rtl' {
  const tag = language.toLowerCase()
  return rightToLeft.some((each) => tag === each || tag.startsWith(`${each}-`)) ? 'rtl' : 'ltr'
}

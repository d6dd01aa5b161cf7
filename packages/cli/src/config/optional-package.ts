import { CliError, exitCodes } from '../cli-error.ts'

/** Loads an optional package. @throws CliError that says what to install */
export async function optionalPackage<Module>(
  name: string,
  { because, load }: { because: string; load: () => Promise<Module> },
): Promise<Module> {
  try {
    return await load()
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const absent = code === 'ERR_MODULE_NOT_FOUND' ? /Cannot find package '([^']+)'/.exec(message)?.[1] : null
    if (!absent) throw cause
    throw new CliError(`${because} needs ${name}, and ${absent} is not installed here.`, {
      hint: `npm install ${absent === name ? name : `${name} ${absent}`}`,
      exitCode: exitCodes.usage,
      cause,
    })
  }
}

/** Something that keeps Tocsin from starting, with what to do about it. Printed without a stack. */
export class SetupError extends Error {
  readonly code: string;
  readonly fix: string;

  constructor(code: string, message: string, fix: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SetupError';
    this.code = code;
    this.fix = fix;
  }
}

export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Turns what the disk says into what a person can do; anything else stays as it is. */
export function explainDisk(error: unknown, path: string): unknown {
  switch (errorCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new SetupError(
        'disk-full',
        `no space left on the disk that holds ${path}`,
        'Free some space, or put the data elsewhere: TOCSIN_DATA=/a/roomy/folder npm start',
        { cause: error },
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new SetupError(
        'folder-not-writable',
        `cannot write to ${path}`,
        'Make it writable for this user, or put the data elsewhere: TOCSIN_DATA=/a/writable/folder npm start',
        { cause: error },
      );
    case 'ENOTDIR':
    case 'EEXIST':
      return new SetupError(
        'folder-not-a-folder',
        `${path} is not a folder`,
        'Move that file away, or name another folder: TOCSIN_DATA=/another/folder npm start',
        { cause: error },
      );
    default:
      return error;
  }
}

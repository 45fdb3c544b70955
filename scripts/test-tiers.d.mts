export declare function findMaildev(env?: NodeJS.ProcessEnv): string | null;
export declare function findOtherSlack(env?: NodeJS.ProcessEnv): string | null;
export declare function findChromium(env?: NodeJS.ProcessEnv): string | null;
export function findModelSigning(env?: NodeJS.ProcessEnv): string | null;
export function findPythonSlack(env?: NodeJS.ProcessEnv): string | null;

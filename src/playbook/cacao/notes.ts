import { type JsonPath, pathText } from './json.ts';

/** What a document got wrong and was mended, or what could not be taken as it stands. */
export type Repair = { path: string; code: string; message: string };
export type Problem = { path: JsonPath; code: string; message: string; suggestion?: string | undefined };

export type Notes = {
  repairs: Repair[];
  problems: Problem[];
  repair(path: JsonPath, code: string, message: string): void;
  refuse(path: JsonPath, code: string, message: string, suggestion?: string): void;
};

export function newNotes(): Notes {
  const repairs: Repair[] = [];
  const problems: Problem[] = [];
  return {
    repairs,
    problems,
    repair: (path, code, message) => void repairs.push({ path: pathText(path), code, message }),
    refuse: (path, code, message, suggestion) => void problems.push({ path, code, message, suggestion }),
  };
}

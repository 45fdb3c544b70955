import type { Drill } from '../drills/contract.ts';

/** For whoever opens the pack years later. */
export const readme = ({
  id,
  script,
}: Pick<Drill, 'id' | 'script'>): string => `EXERCISE. Evidence of the drill ${id}: "${script.title}"
(${script.simulation} version ${script.version}, ${script.length.name}).
Nothing in it happened to real systems or real people's data.

Begin with report.html (the after-action report) and requirements.md (what this is evidence of, and what is missing).

Whether this pack is whole, and who made it:

    tocsin evidence verify ${id}-evidence.zip --key KEY

KEY is the public key of the installation that made it, as you know it from elsewhere (keys/vote-0001.pub.pem there). Without it the check says whether
the pack is consistent, and not who made it. By hand: manifest.json holds the SHA-256 of every file; manifest.sig is an Ed25519 signature
over the line "tocsin evidence 1" with its line break, followed by manifest.json byte for byte. The timeline is signed by itself:

    tocsin timeline verify timeline.jsonl --key head-0001.pub.pem

Score and report follow from timeline.jsonl alone, which holds the script that was played:

    tocsin drill score timeline.jsonl
    tocsin drill report timeline.jsonl
`;

import { WebAPIPlatformError, type WebClient } from '@slack/web-api';
import { slackFailure } from '../connection/failure.ts';
import type { SlackSettings } from '../contract.ts';
import { error, type Finding, failed, ok } from './finding.ts';
import { type Sample, samples } from './samples.ts';

const ABOUT = 'blocks';

/** Slack looks at one of every kind of what we send; it posts nothing. */
export async function checkBlocks(client: WebClient, { apiUrl }: Pick<SlackSettings, 'apiUrl'>): Promise<Finding[]> {
  const findings: Finding[] = [];
  const all = samples();
  for (const sample of all) {
    try {
      await client.blocks.validate(
        'view' in sample ? { view: sample.view } : { message: { blocks: sample.message.blocks } },
      );
    } catch (cause) {
      findings.push(refusal(sample, cause));
      // What is wrong with the line is wrong with all of them.
      if (slackFailure(cause).kind !== 'said-no') return findings;
    }
  }
  if (findings.length > 0) return findings;
  return [ok(ABOUT, `${judge(apiUrl)} takes all ${all.length} kinds of messages and views.`)];
}

/** Only Slack itself knows what Slack takes. */
function judge(apiUrl: string): string {
  const { hostname } = new URL(apiUrl);
  const real = hostname === 'slack.com' || hostname.endsWith('.slack.com');
  return real ? 'Slack' : `${hostname}, which is not slack.com but stands in for it,`;
}

function refusal(sample: Sample, cause: unknown): Finding {
  const about = `${ABOUT}: ${sample.name}`;
  const failure = slackFailure(cause);
  if (!(cause instanceof WebAPIPlatformError) || !INVALID.includes(failure.code)) return failed(about, failure);
  return error(
    about,
    `Slack would refuse it: ${wrongIn(cause).join('; ')}.`,
    'Report this as a defect of Tocsin, with these words.',
  );
}

const INVALID: readonly string[] = ['invalid_blocks', 'invalid_message', 'invalid_view'];

/** `errors` is what the method documents; `response_metadata.messages` is what Slack says elsewhere. */
function wrongIn({ data }: WebAPIPlatformError): string[] {
  const { errors } = data as { errors?: unknown };
  if (Array.isArray(errors))
    return errors.map((one: unknown) => {
      const { pointer, message, code } = Object(one) as { pointer?: unknown; message?: unknown; code?: unknown };
      return pointer === undefined ? String(one) : `${String(pointer)}: ${String(message ?? code)}`;
    });
  return data.response_metadata?.messages ?? [data.error];
}

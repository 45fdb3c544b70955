import type { ModalView } from '@slack/types';
import { describe, expect, test } from 'vitest';
import { ASHA, BEN, opened, refusal, refused, section } from './workspace.ts';

const modal = (more: Partial<ModalView> = {}): ModalView => ({
  type: 'modal',
  title: { type: 'plain_text', text: 'Answer' },
  blocks: [section('Sure?')],
  ...more,
});

const asks = (more: Partial<ModalView> = {}): ModalView =>
  modal({
    submit: { type: 'plain_text', text: 'Send' },
    blocks: [
      {
        type: 'input',
        block_id: 'why',
        label: { type: 'plain_text', text: 'Why' },
        element: { type: 'plain_text_input', action_id: 'text', initial_value: 'because' },
      },
    ],
    ...more,
  });

/** The client's types say nothing of what a view holds. */
function valuesOf(view: { state?: object } | undefined): Record<string, Record<string, unknown>> {
  return view?.state && 'values' in view.state ? (view.state.values as Record<string, Record<string, unknown>>) : {};
}

describe('views', () => {
  test('a trigger opens one modal on the screen of the one who acted', async () => {
    const { client, slack } = await opened();
    const trigger_id = slack.workspace.issueTrigger(ASHA);
    const { view } = await client.views.open({ trigger_id, view: modal({ callback_id: 'deny' }) });
    expect(view).toMatchObject({ type: 'modal', callback_id: 'deny', team_id: 'T0TEST', hash: expect.any(String) });
    expect(slack.workspace.modals(ASHA).map(({ id }) => id)).toEqual([view?.id]);
    expect(slack.workspace.modals(BEN)).toEqual([]);
    expect(await refusal(client.views.open({ trigger_id, view: modal() }))).toBe('exchanged_trigger_id');
  });

  test('a trigger lives for three seconds', async () => {
    const { client, slack } = await opened();
    const inTime = slack.workspace.issueTrigger(ASHA);
    slack.workspace.clock.advance(3_000);
    await client.views.open({ trigger_id: inTime, view: modal() });
    const late = slack.workspace.issueTrigger(ASHA);
    slack.workspace.clock.advance(3_001);
    expect(await refusal(client.views.open({ trigger_id: late, view: modal() }))).toBe('expired_trigger_id');
    expect(await refusal(client.views.open({ trigger_id: 'made.up', view: modal() }))).toBe('invalid_trigger_id');
  });

  test('a view that is refused does not use the trigger up', async () => {
    const { client, slack } = await opened();
    const trigger_id = slack.workspace.issueTrigger(ASHA);
    const wrong = modal({ title: { type: 'plain_text', text: 'x'.repeat(25) } });
    const answer = await refused(client.views.open({ trigger_id, view: wrong }));
    expect(answer.error).toBe('invalid_arguments');
    expect(answer.response_metadata?.messages).toEqual([
      '[ERROR] must be less than 25 characters [json-pointer:/view/title/text]',
    ]);
    await client.views.open({ trigger_id, view: modal() });
  });

  test('three views may lie on one another, pushed from a modal only', async () => {
    const { client, slack } = await opened();
    const { workspace } = slack;
    const { view: first } = await client.views.open({ trigger_id: workspace.issueTrigger(ASHA), view: modal() });
    const push = () => client.views.push({ trigger_id: workspace.issueTrigger(ASHA, first?.id), view: modal() });
    const { view: second } = await push();
    expect(second).toMatchObject({ root_view_id: first?.id, previous_view_id: first?.id });
    await push();
    expect(await refusal(push())).toBe('push_limit_reached');
    expect(workspace.modals(ASHA)).toHaveLength(3);
    const elsewhere = client.views.push({ trigger_id: workspace.issueTrigger(ASHA), view: modal() });
    expect(await refusal(elsewhere)).toBe('invalid_trigger_id');
  });

  test('an update needs the hash of what is there, when it names one', async () => {
    const { client, slack } = await opened();
    const trigger_id = slack.workspace.issueTrigger(ASHA);
    const { view } = await client.views.open({ trigger_id, view: modal({ external_id: 'mine' }) });
    const { view: changed } = await client.views.update({ view_id: view?.id ?? '', hash: view?.hash, view: modal() });
    expect(changed?.hash).not.toBe(view?.hash);
    const late = client.views.update({ view_id: view?.id ?? '', hash: view?.hash, view: modal() });
    expect(await refusal(late)).toBe('hash_conflict');
    slack.workspace.closeModals(ASHA);
    expect(await refusal(client.views.update({ view_id: view?.id ?? '', view: modal() }))).toBe('not_found');
  });

  test('a view is found by its external id, which no other has', async () => {
    const { client, slack } = await opened();
    const open = (user: string) => {
      const trigger_id = slack.workspace.issueTrigger(user);
      return client.views.open({ trigger_id, view: modal({ external_id: 'mine' }) });
    };
    await open(ASHA);
    await client.views.update({ external_id: 'mine', view: modal({ external_id: 'mine', callback_id: 'changed' }) });
    expect(slack.workspace.modals(ASHA)[0]?.callback_id).toBe('changed');
    expect(await refusal(open(BEN))).toBe('duplicate_external_id');
  });

  test('what was typed stays when the view changes around it', async () => {
    const { client, slack } = await opened();
    const trigger_id = slack.workspace.issueTrigger(ASHA);
    const { view } = await client.views.open({ trigger_id, view: asks() });
    expect(valuesOf(view).why?.text).toMatchObject({ type: 'plain_text_input', value: 'because' });
    slack.workspace.fillView(view?.id ?? '', { why: { text: { type: 'plain_text_input', value: 'typed' } } });
    const { view: after } = await client.views.update({ view_id: view?.id ?? '', view: asks({ callback_id: 'x' }) });
    expect(valuesOf(after).why?.text).toMatchObject({ value: 'typed' });
  });

  test('inputs need a button to hand them in, and a view has its size', async () => {
    const { client, slack } = await opened();
    const open = (view: unknown) =>
      refused(
        client.apiCall('views.open', { trigger_id: slack.workspace.issueTrigger(ASHA), view: JSON.stringify(view) }),
      );
    expect((await open(asks({ submit: undefined }))).response_metadata?.messages).toEqual([
      '[ERROR] missing required field: submit [json-pointer:/view]',
    ]);
    const blocks = Array.from({ length: 100 }, () => section('x'.repeat(2_900)));
    expect((await open(modal({ blocks }))).error).toBe('view_too_large');
    const many = await open(modal({ blocks: Array.from({ length: 101 }, () => section('x')) }));
    expect(many.response_metadata?.messages).toEqual([
      '[ERROR] no more than 100 items allowed [json-pointer:/view/blocks]',
    ]);
    expect((await open(modal({ private_metadata: 'x'.repeat(3_001) }))).response_metadata?.messages).toEqual([
      '[ERROR] must be less than 3001 characters [json-pointer:/view/private_metadata]',
    ]);
  });

  test('Home is published for one person and has no title', async () => {
    const { client, slack } = await opened();
    const home = (text: string) => ({ type: 'home' as const, blocks: [section(text)] });
    const { view } = await client.views.publish({ user_id: ASHA, view: home('one') });
    expect(slack.workspace.home(ASHA)?.blocks).toMatchObject([section('one')]);
    expect(slack.workspace.home(BEN)).toBeNull();
    const { view: next } = await client.views.publish({ user_id: ASHA, view: home('two'), hash: view?.hash });
    expect(next?.id).toBe(view?.id);
    expect(await refusal(client.views.publish({ user_id: ASHA, view: home('x'), hash: view?.hash }))).toBe(
      'hash_conflict',
    );
    expect(await refusal(client.views.publish({ user_id: 'U0NO', view: home('x') }))).toBe('invalid_arguments');
    const modalAsHome = client.apiCall('views.publish', { user_id: ASHA, view: modal() });
    expect(await refusal(modalAsHome)).toBe('invalid_arguments');
  });
});

describe('tickets', () => {
  test('a response address serves five times within thirty minutes', async () => {
    const { slack } = await opened();
    const { workspace } = slack;
    const target = { channel: 'C0INC', user: ASHA, ts: null };
    const token = workspace.issueResponse(target);
    for (let use = 0; use < 5; use += 1) expect(workspace.useResponse(token)).toEqual(target);
    expect(() => workspace.useResponse(token)).toThrow(expect.objectContaining({ code: 'used_url' }));
    const late = workspace.issueResponse(target);
    workspace.clock.advance(30 * 60_000 + 1);
    expect(() => workspace.useResponse(late)).toThrow(expect.objectContaining({ code: 'expired_url' }));
  });
});

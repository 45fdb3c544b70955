import type { Person } from '../../ports.ts';
import type { Problem } from '../../problem.ts';
import { Glyph } from '../parts/glyph.tsx';
import { type Frame, Page } from '../parts/layout.tsx';
import { Words } from '../parts/text.tsx';

type SignInProps = { frame: Frame; problem: Problem | null; signedOut: boolean; login: string; to: string };

export function SignInPage({ frame, problem, signedOut, login, to }: SignInProps) {
  const wrong = problem?.code === 'wrong-password';
  return (
    <Page frame={frame} title={problem ? 'Error: sign in' : 'Sign in'}>
      <div class="narrow small-page stack">
        <h1>Sign in</h1>
        {problem && <ProblemNotice problem={problem} />}
        {signedOut && !problem && (
          <div class="notice" role="status">
            <Glyph name="info" />
            <h2>You are signed out.</h2>
            <p>Your session is ended on the server too.</p>
          </div>
        )}
        <form method="post" action="/sign-in" class="sheet form">
          <input type="hidden" name="to" value={to} />
          <div class="field">
            <label for="login">Name or mail address</label>
            <input
              id="login"
              name="login"
              autocomplete="username"
              autocapitalize="none"
              spellcheck={false}
              required
              value={login}
              aria-invalid={wrong ? 'true' : undefined}
            />
          </div>
          <div class="field">
            <label for="password">Password</label>
            <input
              id="password"
              name="password"
              type="password"
              autocomplete="current-password"
              required
              aria-invalid={wrong ? 'true' : undefined}
            />
          </div>
          <button class="btn main" type="submit">
            Sign in
          </button>
          <p class="small second">
            No password? Ask an administrator for a one-time link. On your own machine, <code>npx tocsin sign-in</code>{' '}
            prints one.
          </p>
        </form>
      </div>
    </Page>
  );
}

/** The landing of a one-time link. A press uses it up, so that a mail program that looks at links does not. */
export function LinkPage({ frame, person, token }: { frame: Frame; person: Person; token: string }) {
  return (
    <Page frame={frame} title="Sign in by link">
      <div class="narrow small-page stack">
        <h1>
          Sign in as <Words of={person.name} />
        </h1>
        <form method="post" action={`/sign-in/${encodeURIComponent(token)}`} class="sheet form">
          <p class="second">This link works once. Go on only if you are this person.</p>
          <button class="btn main" type="submit">
            Sign in
          </button>
        </form>
      </div>
    </Page>
  );
}

export function SpentLinkPage({ frame, problem }: { frame: Frame; problem: Problem }) {
  return (
    <Page frame={frame} title="Error: this link does not work">
      <div class="narrow small-page stack">
        <h1>This link does not work</h1>
        <ProblemNotice problem={problem} />
        <p>
          <a class="btn" href="/sign-in">
            Sign in another way
          </a>
        </p>
      </div>
    </Page>
  );
}

export const ProblemNotice = ({ problem }: { problem: Problem }) => (
  <div class="notice act" role="alert">
    <Glyph name="fail" />
    <h2>
      <Words of={problem.message} />
    </h2>
    <p>
      {problem.notDone && (
        <>
          <Words of={problem.notDone} />{' '}
        </>
      )}
      {problem.next && <Words of={problem.next} />}
    </p>
  </div>
);
